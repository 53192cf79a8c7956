"""When an order is due, found by walking through the year and looking at a clock on the wall: another way than the
program's own (agent/timetable.py), which computes it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

STEP = 900
"""Seconds: every offset and every change of a clock used here is a multiple of a quarter of an hour."""
HOURLY = 6


@dataclass(frozen=True, slots=True)
class Kept:
    """An order that is given again and again: its words after the amount, and on which days and when it is due."""

    words: str
    zone: str
    on: Callable[[date], bool]
    at: time | None

    def moments(self, since: int, until: int) -> Iterator[int]:
        """Unix seconds in (since, until]: the first moment of each day at which a clock there shows the time or a
        later one. So a time that is skipped comes with the change, and one that comes twice counts once.
        """
        if self.at is None:
            yield from range(since + HOURLY * 3_600, until + 1, HOURLY * 3_600)
            return
        there, done = ZoneInfo(self.zone), None
        for now in range((since // STEP - 100) * STEP, until + 1, STEP):
            wall = datetime.fromtimestamp(now, UTC).astimezone(there)
            day = wall.date()
            if day != done and wall.time() >= self.at:
                done = day
                if now > since and self.on(day):
                    yield now


def last_day(day: date) -> bool:
    """The 31st, or the last day of a month that has none."""
    return day.day == monthrange(day.year, day.month)[1]


def sunday(day: date) -> bool:
    return day.isoweekday() == 7


def every_day(day: date) -> bool:
    return True


def between(first: date, last: date) -> Callable[[date], bool]:
    """Days of a span, both included."""
    return lambda day: first <= day <= last
