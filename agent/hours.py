"""Hours of a person's day: their time zone, and spans that may go over midnight."""

from __future__ import annotations

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone(name: str) -> tzinfo:
    """The time zone of that IANA name; UTC where it isn't known on this machine."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def within(hour: int, first: int, last: int) -> bool:
    """Whether an hour, 0 to 23, is in a span that ends before `last`; equal ends are none."""
    if first == last:
        return False
    return first <= hour < last if first < last else hour >= first or hour < last
