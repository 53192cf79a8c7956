"""A person's own clock: the hours in which they want to hear nothing."""

from __future__ import annotations

from datetime import datetime

from agent.hours import within, zone
from memory.standing.mandates import UserSettings


def is_quiet(now: int, settings: UserSettings) -> bool:
    """Whether `now` is in the user's quiet hours, which may go over midnight; equal ends are none."""
    first, last = settings.quiet_from, settings.quiet_to
    if first is None or last is None:
        return False
    return within(datetime.fromtimestamp(now, zone(settings.tz)).hour, first, last)
