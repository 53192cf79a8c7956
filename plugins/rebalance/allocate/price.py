"""The price of money at which all markets together want no more than there is: Lagrange's dual of the allocation.

At any price λ, λ · money + the sum over markets of max(income − λ · x) bounds every allocation from above. What
markets want falls with the price, so that the best bound is found between two prices; a market that wants the same at
both stays as it is in between and is looked at no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugins.rebalance.allocate.table import Floats, Places, Table, total

NEAR = 1e-11
"""How far apart the two prices may end, in parts of the price."""

STEPS = 120
EDGE = 64  # a guess stays that part of the bracket away from its ends
DOUBLINGS = 200


@dataclass(frozen=True, slots=True)
class Market:
    """The pieces of all markets, one market after the other: `counts` pieces each, from `starts`."""

    table: Table
    counts: Places
    starts: Places

    @classmethod
    def of(cls, table: Table, counts: Places) -> Market:
        return cls(table, counts, np.cumsum(counts) - counts)

    def only(self, markets: Places) -> Market:
        """Some of the markets, in the same order."""
        keep = np.zeros(self.counts.size, dtype=np.bool_)
        keep[markets] = True
        return Market.of(self.table.rows(np.flatnonzero(np.repeat(keep, self.counts))), self.counts[markets])

    def at(self, price: float) -> Wanted:
        """Each market's best piece at that price, the one with less money in it where two are equal."""
        x = self.table.wanted(price)
        worth = self.table.income(x) - price * x
        best = np.repeat(np.maximum.reduceat(worth, self.starts), self.counts)
        rows = np.where(worth >= best, np.arange(worth.size), worth.size)
        chosen = np.minimum.reduceat(rows, self.starts)
        return Wanted(price, chosen, x[chosen], worth[chosen])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What each market would hold at `price`: the row of its piece, how much, and income less its price."""

    price: float
    rows: Places
    x: Floats
    worth: Floats

    def bound(self, money: float) -> float:
        return self.price * money + total(self.worth)


@dataclass(frozen=True, slots=True)
class Relaxed:
    """Both sides of the best price: `dear` wants no more than there is; `cheap` more, or the same where all fits."""

    dear: Wanted
    cheap: Wanted
    bound: float

    def leaping(self, table: Table) -> Places:
        """The markets that jump between the two: from one piece to another, or over a convex one."""
        other = self.dear.rows != self.cheap.rows
        over = (table.convex[self.dear.rows] == 1) & (self.dear.x != self.cheap.x)
        return np.flatnonzero(other | over)

    def filled(self, table: Table, money: float) -> Floats:
        """Of what `dear` leaves over, to each market that doesn't jump the same part of what it would still take."""
        more = self.cheap.x - self.dear.x
        more[self.leaping(table)] = 0.0
        wanted = total(more)
        part = min(max(money - total(self.dear.x), 0.0) / wanted, 1.0) if wanted > 0 else 0.0
        return self.dear.x + part * more


def relax(market: Market, money: float) -> Relaxed | None:
    """None where even the least that the markets may hold is more than there is."""
    free = market.at(0.0)
    if total(free.x) <= money:
        return Relaxed(free, free, free.bound(money))
    low, high = 0.0, max(float(market.table.steep.max()), 1e-12)
    for _ in range(DOUBLINGS):
        dear = market.at(high)
        if total(dear.x) <= money:
            break
        low, high = high, high * 2
    else:
        return None
    low, high = _between(market, money, market.at(low), dear)
    cheap, dear = market.at(low), market.at(high)
    return Relaxed(dear, cheap, min(cheap.bound(money), dear.bound(money)))


def _between(market: Market, money: float, cheap: Wanted, dear: Wanted) -> tuple[float, float]:
    """Two prices next to each other, one on each side: false position, halved where that is slow."""
    low, high, fixed = cheap.price, dear.price, 0.0
    x_low, x_high = cheap.x, dear.x
    for step in range(STEPS):
        moving = np.flatnonzero(x_low != x_high)
        if high - low <= NEAR * high or not moving.size:
            break
        if moving.size <= market.counts.size * 7 // 10:
            fixed += total(x_low) - total(x_low[moving])
            market, x_low, x_high = market.only(moving), x_low[moving], x_high[moving]
        over, under = fixed + total(x_low) - money, money - fixed - total(x_high)
        middle = (low + high) / 2
        if step % 3 and over + under > 0:
            edge = (high - low) / EDGE
            middle = min(max(low + (high - low) * (over / (over + under)), low + edge), high - edge)
        found = market.at(middle)
        if fixed + total(found.x) <= money:
            high, x_high = middle, found.x
        else:
            low, x_low = middle, found.x
    return low, high
