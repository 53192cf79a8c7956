"""When gas is cheap: how dear each hour of the day usually is, and whether a cheaper one is worth waiting for. Pure.

What counts is how an hour usually compares with the hour that it is now, not what gas usually costs: a day on which
everything is dear isn't expected to end. Waiting costs what the move would earn meanwhile; where a cheaper hour saves
more than that, the move waits for it, within its period.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import median_low

HOUR = 3_600
DAYS = 14
"""Days of base fees that an hour of the day is judged by: two weekends are in it."""
LEAST = 5
"""An hour of the day counts once it was seen so often."""
WORTH_A_LOOK = 90
"""Percent of what this hour costs: only a cheaper one is worth weighing the moves for."""


def usual(fees: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The median base fee (wei) by hour of the day in UTC, out of (Unix seconds, wei); hours seen too rarely aren't
    in it.
    """
    by_hour: dict[int, list[int]] = defaultdict(list)
    for at, wei in fees:
        by_hour[at // HOUR % 24].append(wei)
    return {hour: median_low(seen) for hour, seen in by_hour.items() if len(seen) >= LEAST}


def cheaper(usual: Mapping[int, int], now: int, left: int) -> list[tuple[int, int]]:
    """(seconds to wait, part of what gas costs now in parts per million) of each hour that begins within `left`
    seconds and is usually cheap enough to be worth a look.
    """
    here = usual.get(now // HOUR % 24)
    if not here:
        return []
    begins = range(now // HOUR * HOUR + HOUR, now + left, HOUR)
    parts = [(at - now, usual[at // HOUR % 24] * 10**6 // here) for at in begins if at // HOUR % 24 in usual]
    return [(wait, part) for wait, part in parts if part < WORTH_A_LOOK * 10**4]


def best_wait(hours: Sequence[tuple[int, int]], gas: int, gain: int, seconds: int) -> int:
    """How many seconds to wait, 0 where going now is best. `gas` is what the moves cost now, `gain` what they gain in
    `seconds`, both in the same unit.
    """
    saved = {wait: gas * (10**6 - part) // 10**6 - gain * wait // seconds for wait, part in hours}
    best = max(saved, key=lambda wait: (saved[wait], -wait), default=0)
    return best if best and saved[best] > 0 else 0
