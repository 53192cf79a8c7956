"""A person's own clock: the hours in which they want to hear nothing."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from memory.mandates import UserSettings


def is_quiet(now: int, settings: UserSettings) -> bool:
    """Whether `now` is in the user's quiet hours, which may go over midnight; equal ends are none."""
    first, last = settings.quiet_from, settings.quiet_to
    if first is None or last is None or first == last:
        return False
    hour = datetime.fromtimestamp(now, zone(settings.tz)).hour
    return first <= hour < last if first < last else hour >= first or hour < last


def zone(name: str) -> tzinfo:
    """The time zone of that IANA name; UTC where it isn't known on this machine."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
