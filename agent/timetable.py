"""When an order is due: every so many hours, or at a time of day in the user's zone, through changes of the clock.

A local time that is skipped is due at the first minute that there is after it; one that comes twice is due once, at
its first occurrence. A month without the wanted day has its last one. Times are Unix seconds. Pure.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Literal

from agent.hours import zone

Every = Literal["hour", "day", "week", "month"]
HOUR = 3_600
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAYS_BACK = 3
"""A day's moment is at most so many days from that day in UTC: offsets go to 14 hours, and a gap to one day (Samoa,
30 December 2011, was none)."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """`start`: what is due is after it. `hours`: of one that goes by the hour, counted from `start`, whatever clocks
    do. `weekdays`: 1 is Monday, 7 Sunday. `day`: of the month. `hour` and `minute` are local in the zone `tz`.
    """

    every: Every
    start: int
    hours: int = 1
    weekdays: tuple[int, ...] = ()
    day: int = 1
    hour: int = 0
    minute: int = 0
    tz: str = "UTC"

    def after(self, at: int) -> int:
        """The first moment after `at` at which it is due."""
        at = max(at, self.start)
        if self.every == "hour":
            return self.start + ((at - self.start) // self._step + 1) * self._step
        there = zone(self.tz)
        day = _local(at, there).date() - timedelta(days=DAYS_BACK)
        return next(moment for each in self._days(day) if (moment := self._moment(each, there)) > at)

    def latest(self, at: int) -> int | None:
        """The last moment up to `at`, that one included, at which it was due; None where there was none yet."""
        if self.every == "hour":
            count = max(at - self.start, 0) // self._step
            return self.start + count * self._step if count else None
        there = zone(self.tz)
        day = _local(at, there).date() + timedelta(days=DAYS_BACK)
        found = next(moment for each in self._days(day, back=True) if (moment := self._moment(each, there)) <= at)
        return found if found > self.start else None

    def between(self, since: int, until: int) -> Iterator[int]:
        """All moments in (since, until] at which it is due, in order."""
        due = self.after(since)
        while due <= until:
            yield due
            due = self.after(due)

    def too_late(self, due: int, now: int) -> bool:
        """Whether what was due is older than half the time to the next one: that is nearer now."""
        return now - due > (self.after(due) - due) // 2

    def as_json(self) -> dict[str, Any]:
        """What a digest covers: integers as decimal text."""
        return {
            "every": self.every,
            "start": str(self.start),
            "hours": str(self.hours),
            "weekdays": [str(each) for each in self.weekdays],
            "day": str(self.day),
            "hour": str(self.hour),
            "minute": str(self.minute),
            "tz": self.tz,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Timetable:
        numbers = {name: int(data[name]) for name in ("start", "hours", "day", "hour", "minute")}
        return cls(
            every=data["every"], weekdays=tuple(int(each) for each in data["weekdays"]), tz=data["tz"], **numbers
        )

    @property
    def _step(self) -> int:
        return self.hours * HOUR

    def _days(self, day: date, back: bool = False) -> Iterator[date]:
        """The days on which it is due, from that one on; or back from it."""
        way = -1 if back else 1
        if self.every != "month":
            while True:
                if self.every == "day" or day.isoweekday() in self.weekdays:
                    yield day
                day += timedelta(days=way)
        month = day.year * 12 + day.month - 1 - way  # the month before, too: its day may be near
        while True:
            year, number = divmod(month, 12)
            yield date(year, number + 1, min(self.day, monthrange(year, number + 1)[1]))
            month += way

    def _moment(self, day: date, there: tzinfo) -> int:
        return moment(datetime.combine(day, time(self.hour, self.minute)), there)


def moment(wall: datetime, there: tzinfo) -> int:
    """The Unix second of a local time: the first of two, and of a skipped one the first minute after the gap."""
    first = int(wall.replace(tzinfo=there, fold=0).timestamp())
    if _local(first, there).replace(tzinfo=None) == wall:
        return first
    # PEP 495: of a time in a gap, fold 1 is read with the offset behind it, which is a moment before the gap
    low, high = sorted((int(wall.replace(tzinfo=there, fold=1).timestamp()), first))
    offset = _local(high, there).utcoffset()
    while high - low > 1:  # the change is in (low, high]
        middle = (low + high) // 2
        low, high = (low, middle) if _local(middle, there).utcoffset() == offset else (middle, high)
    return -(-high // 60) * 60


def _local(at: int, there: tzinfo) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone(there)
