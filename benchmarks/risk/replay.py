"""The rules at every hour of a recorded market, as an instance that looks every hour would have heard them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.past import PARTS, Effect
from benchmarks.risk.history import MICRO, Column, Market
from plugins.risk import liquidity
from plugins.risk.judge import signals

FULL = 99 * PARTS // 100
BROKEN = 98_000_000
LEAST_WORTH = 10_000_000
"""USD: a market that holds less isn't one that a million is put into."""
WEEK_ROWS = 7 * 24
DOORS = frozenset({"utilisation", "liquidity", "outflow", "peg", "share-price"})
"""The rules that speak of a way out; a spiking rate closes entries for another reason."""
ORDER = tuple(Effect)

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Replayed:
    """`effect`: the strongest effect of each hour, -1 for none, as its place in `Effect`; `rule` whose it was.

    `own`: base units held in that hour. `full`: over 99 % was lent out; `short`: less than `own` could
    leave; `broken`: the peg was. `weighed`: whether the market was large enough to be counted.
    """

    market: Market
    effect: NDArray[np.int8]
    rule: tuple[str, ...]
    own: tuple[int, ...]
    full: Mask
    short: Mask
    broken: Mask
    weighed: Mask

    @property
    def at(self) -> Column:
        return np.asarray(self.market.past.at)

    @property
    def shut(self) -> Mask:
        return self.full | self.short | self.broken

    def is_at_least(self, effect: Effect) -> Mask:
        return np.asarray(self.effect >= ORDER.index(effect))


def replay(market: Market, size_usd: int, every: int = 1) -> Replayed:
    """With a position of so many dollars, or as much as the rules let in a week before. `every`: hours of a look."""
    past, venue, scale = market.past, market.venue, 10**market.asset.decimals
    rows = len(past.at)
    effect, rule = np.full(rows, -1, dtype=np.int8), [""] * rows
    worth = market.worth / np.maximum(np.asarray(past.supplied) / MICRO, 1)
    wished = np.minimum(size_usd / np.maximum(worth, 1e-9), 1e15)
    allowed = np.asarray(past.liquidity)[np.maximum(np.arange(rows) - WEEK_ROWS, 0)] // liquidity.PART
    own = tuple(min(int(w * MICRO), max(int(a), 0)) * scale // MICRO for w, a in zip(wished, allowed, strict=True))
    weighed = market.worth >= LEAST_WORTH
    for row in range(0, rows, every):
        if weighed[row]:
            found = signals(venue, market.state(row, own[row]), market.until(row), own[row], int(past.at[row]))
            door = next((each for each in found if each.name in DOORS), None)
            if door is not None:
                effect[row], rule[row] = ORDER.index(door.effect), door.name
    price = np.asarray(past.price)
    full = weighed & (np.asarray(past.usage) > FULL)
    held = np.asarray([units * MICRO // scale for units in own])
    short = weighed & (np.asarray(past.liquidity) < held)
    broken = weighed & (price >= 0) & (price < BROKEN)
    return Replayed(market, effect, tuple(rule), own, full, short, broken, weighed)
