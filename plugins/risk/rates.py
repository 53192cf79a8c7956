"""A rate that jumps about, or stands far above its own past: that is no reason to enter."""

from __future__ import annotations

import numpy as np

from moneta import PARTS, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY
from plugins.risk.words import yearly

SPIKE, SWINGS = "rate-spike", "rate-volatility"
FEWEST = 24
WEEK = 7 * DAY
TIMES, HIGH = 4, 20 * PARTS // 100
NONSENSE = 2 * PARTS
WIDE = 10 * PARTS // 100


def spike(case: Case) -> Signal | None:
    now = int(case.seen.rate[-1])
    if now >= NONSENSE:
        words = f"it says {yearly(now)}: such a rate isn't believed"
        return case.signal(SPIKE, Effect.CLOSED, words, {"rate_bps": now * 10_000 // PARTS})
    rates = case.seen.known(case.seen.rate, WEEK)
    if now < HIGH or len(rates) < FEWEST:
        return None
    middle = int(np.partition(rates, len(rates) // 2)[len(rates) // 2])
    if now < middle * TIMES:
        return None
    words = f"{yearly(now)} is far above its own {yearly(middle)} of the last week: it won't last"
    return case.signal(SPIKE, Effect.CLOSED, words, _bps(rate=now, median=middle))


def swings(case: Case) -> Signal | None:
    rates = case.seen.known(case.seen.rate, WEEK)
    if len(rates) < FEWEST:
        return None
    ordered = np.sort(rates)
    low, middle, high = (int(ordered[len(ordered) * part // 20]) for part in (1, 10, 19))
    if high - low < max(WIDE, middle):
        return None
    words = f"its rate went from {yearly(low)} to {yearly(high)} within the last week"
    return case.signal(SWINGS, Effect.ALERT, words, _bps(low=low, median=middle, high=high))


def _bps(**rates: int) -> dict[str, int]:
    return {f"{name}_bps": rate * 10_000 // PARTS for name, rate in rates.items()}
