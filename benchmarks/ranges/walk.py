"""A rule over recorded minutes: it decides by the hour from the past, and the minutes that follow come to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.ranges.minutes import Minute
from benchmarks.ranges.purse import Purse
from benchmarks.ranges.rules import DAY_MINUTES, LOOKED_BACK_DAYS, Rule

USDC = 10**6
START_USD = 10_000
HOUR = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule came to, in dollars. `over`: more than holding half of each token from the start; `lost`: what the
    pool's trades against it cost, before fees, gas and swaps.
    """

    rule: str
    value: float
    over: float
    fees: float
    lost: float
    gas: float
    swaps: float
    moves: int


def walk(minutes: Sequence[Minute], first: int, last: int, rule: Rule, gas: float) -> Outcome:
    """From minute `first` to minute `last`, with `START_USD` half in each token; `gas` in dollars a way in or out."""
    begin, half = minutes[first], START_USD / 2 * USDC
    purse = Purse(half, half * begin.price, gas * USDC)
    back = LOOKED_BACK_DAYS * DAY_MINUTES
    for place in range(first, last):
        now = minutes[place]
        if place > first:
            purse.earn(now)
        if (place - first) % HOUR == 0:
            rule.act(purse, minutes[max(place - back, 0) : place + 1])
    end = minutes[last - 1]
    value = purse.value(end)
    over = value - (half + half * begin.price / end.price)
    return Outcome(
        rule=rule.name,
        value=value / USDC,
        over=over / USDC,
        fees=purse.fees / USDC,
        lost=(purse.fees - purse.paid - purse.swapped - over) / USDC,
        gas=purse.paid / USDC,
        swaps=purse.swapped / USDC,
        moves=max(purse.moves - 1, 0),
    )
