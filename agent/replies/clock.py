"""Times as people read them: UTC, without seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def day_and_time(timestamp: int) -> str:
    """'2026-11-21 08:00 UTC' of Unix seconds."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(seconds: int) -> str:
    """'30 days', '2 hours', '45 seconds': the largest unit that divides it, or the two largest."""
    parts = []
    for name, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "0 seconds"
