"""Which run of an order is due, computed from the ledger's last one alone: nothing is remembered. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Due:
    """`missed`: the periods between the last run and this one, which nobody could run. `late`: this one is more than
    half its period old, and is told as missed, too, instead of being made up for.
    """

    period: int
    missed: int = 0
    late: bool = False


def due(times: Timetable, until: int, last: int | None, now: int) -> Due | None:
    """The latest period up to `now` that wasn't taken; None where there is none. However many were missed, one is
    due: what should have been bought then is no better for being bought at once now.
    """
    latest = times.latest(min(now, until))
    if latest is None or (last is not None and latest <= last):
        return None
    since = times.start if last is None else last
    missed = sum(1 for _ in times.between(since, latest - 1))
    return Due(latest, missed, times.too_late(latest, now))
