"""Money that leaves a market faster than it ever did."""

from __future__ import annotations

import numpy as np

from moneta import PARTS, UNKNOWN, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY, HOUR, Seen, units_of
from plugins.risk.words import amount, percent, span

NAME = "outflow"
SPANS = ((HOUR, 10), (DAY, 20))
"""Over so long, from so many percent on."""
CLOSED, LEAVE = 35, 60  # percent in a day
FEWEST = 48
USUAL = 2  # times the largest that left in as long before


def judge(case: Case) -> Signal | None:
    found = [signal for seconds, least in SPANS if (signal := _over(case, seconds, least)) is not None]
    order = list(Effect)
    return max(found, key=lambda signal: order.index(signal.effect), default=None)


def _over(case: Case, seconds: int, least: int) -> Signal | None:
    before, now = case.seen.then(case.seen.supplied, seconds), int(case.seen.supplied[-1])
    if before is None or before.value <= 0 or now == UNKNOWN:
        return None
    left = (before.value - now) * 100 // before.value
    if left < least:
        return None
    usual = largest(case.seen, seconds)
    if usual is None or (before.value - now) * 10_000 // before.value < usual * USUAL:
        return None
    part = percent((before.value - now) * PARTS // before.value)
    words = (
        f"{part} of what was supplied left in {span(before.seconds)} "
        f"({amount(units_of(before.value - now, case.asset), case.asset)}); {case.could_leave()}"
    )
    effect = Effect.LEAVE if left >= LEAVE else Effect.CLOSED if left >= CLOSED else Effect.ALERT
    return case.signal(NAME, effect, words, {"left_percent": left, "in_seconds": before.seconds})


def largest(seen: Seen, seconds: int) -> int | None:
    """The largest part that left within so long before, in basis points; None where too little was seen."""
    stop = int(np.searchsorted(seen.at, seen.now - seconds, side="right"))
    at, rows = seen.at[:stop], seen.supplied[:stop]
    at, rows = at[rows > 0], rows[rows > 0]
    if len(rows) < FEWEST:
        return None
    ends = np.searchsorted(at, at - seconds, side="right") - 1
    starts = rows[np.maximum(ends, 0)]
    left = np.where(ends >= 0, (starts - rows) // np.maximum(starts // 10_000, 1), 0)
    return max(int(left.max()), 0)
