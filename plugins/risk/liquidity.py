"""What could leave, against one's own size, and how long it would take to be out."""

from __future__ import annotations

import numpy as np

from moneta import PARTS, UNKNOWN, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY, HOUR, units_of
from plugins.risk.utilisation import seconds_to_full
from plugins.risk.words import amount, span

NAME = "liquidity"
PART = 3
"""One's own may be a third of what could leave now: so it still leaves whole after two thirds left before."""
CLOSE = 110  # percent of one's own size: from here down the next large withdrawal leaves one inside
TIGHT = 80 * PARTS // 100
"""Below the lowest of the usual kinks a market has what its lenders want, and who is most of it isn't in a queue."""
NEAR = 2
SHORT_SOON = 3 * HOUR
TREND = 6 * HOUR
FLOW = 7 * DAY


def judge(case: Case) -> Signal | None:
    if case.seen.liquidity[-1] == UNKNOWN:
        return None
    free = max(case.liquidity, 0)
    tight = free * 100 < case.own * CLOSE and case.seen.usage[-1] >= TIGHT
    if free < case.own or tight:
        return _signal(case, Effect.LEAVE, [case.could_leave(), *_days(case, free)])
    short = seconds_to_full(case, TREND, case.own)
    if case.own > 0 and free < case.own * NEAR and short is not None and short <= SHORT_SOON:
        words = f"at this pace less than you have could leave in about {span(short)}"
        return _signal(case, Effect.LEAVE, [case.could_leave(), words])
    if case.largest > free // PART:
        most = f"I keep no more than a third of that there: {amount(free // PART, case.asset)}"
        return _signal(case, Effect.LESS, [case.could_leave(), most], free // PART)
    return None


def _signal(case: Case, effect: Effect, words: list[str], most: int | None = None) -> Signal:
    numbers = {"liquidity_units": case.liquidity, "own_units": case.own, "units": case.units}
    return case.signal(NAME, effect, "; ".join(words), numbers, most)


def _days(case: Case, free: int) -> list[str]:
    """How long the rest takes to come free, by what came in over the last week."""
    rest = case.own - free
    if rest <= 0:
        return []
    daily = units_of(inflow(case), case.asset)
    if daily <= 0:
        return ["nothing came in over the last week that the rest could leave with"]
    return [
        f"the rest, {amount(rest, case.asset)}, would take about {span(rest * DAY // daily)} "
        f"at the {amount(daily, case.asset)} a day that came free over the last week"
    ]


def inflow(case: Case) -> int:
    """Millionths of a token that came free in a day of the last week: what rose again, without what fell."""
    seen = case.seen
    start = int(np.searchsorted(seen.at, seen.now - FLOW, side="left"))
    known = seen.liquidity[start:] >= 0
    rows, at = seen.liquidity[start:][known], seen.at[start:][known]
    if len(rows) < 2 or at[-1] == at[0]:
        return 0
    steps = np.diff(rows)
    return int(steps[steps > 0].sum()) * DAY // max(int(at[-1] - at[0]), DAY)
