"""The price of money at which all markets together want no more than there is: Lagrange's dual of the allocation.

At any price λ, λ · money + the sum over markets of max(income − λ · x) bounds every allocation from above. What
markets want falls with the price, so that the best bound is found between two prices; a market that wants the same at
both stays as it is in between and is looked at no more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plugins.rebalance.allocate.table import Floats, Places, Table, total

NEAR = 1e-12
"""How far the bound may be above what its two tangents leave, in parts of what the money costs."""

STEPS = 100
DOUBLINGS = 200
BESIDE = 0.999


@dataclass(frozen=True, slots=True)
class Market:
    """The pieces of all markets, one market after the other: `counts` pieces each, from `starts`."""

    table: Table
    counts: Places
    starts: Places

    @classmethod
    def of(cls, table: Table, counts: Places) -> Market:
        return cls(table, counts, np.cumsum(counts) - counts)

    def at(self, price: float) -> Wanted:
        """Each market's best piece at that price, the one with less money in it where two are equal."""
        x = self.table.wanted(price)
        income = self.table.income(x)
        worth = income - price * x
        best = np.repeat(np.maximum.reduceat(worth, self.starts), self.counts)
        rows = np.where(worth >= best, np.arange(worth.size), worth.size)
        chosen = np.minimum.reduceat(rows, self.starts)
        return Wanted(price, chosen, x[chosen], income[chosen])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What each market would hold at `price`: the row of its piece, how much, and what that earns."""

    price: float
    rows: Places
    x: Floats
    income: Floats

    def bound(self, money: float) -> tuple[float, float]:
        """The dual's value, and its slope: what there is less what is wanted."""
        over = money - total(self.x)
        return total(self.income) + self.price * over, over


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


def relax(market: Market, money: float, near: float = 0.0) -> Relaxed | None:
    """None where even the least that the markets may hold is more than there is. `near`: where the price may be."""
    guess = market.at(near * BESIDE)
    bound, over = guess.bound(money)
    if over < 0:
        if total(np.minimum.reduceat(market.table.lo, market.starts)) > money:
            return None  # at no price
        highest = max(float(market.table.steep.max()), 1e-12)
        return _above(market, money, guess, near / BESIDE if near else highest)
    if not near:
        return Relaxed(guess, guess, bound)
    cheap = market.at(0.0)
    bound, over = cheap.bound(money)
    return _between(market, money, cheap, guess) if over < 0 else Relaxed(cheap, cheap, bound)


def _above(market: Market, money: float, cheap: Wanted, price: float) -> Relaxed | None:
    """From a price that is too low, and one to try that may not be high enough."""
    for _ in range(DOUBLINGS):
        dear = market.at(price)
        if dear.bound(money)[1] >= 0:
            return _between(market, money, cheap, dear)
        cheap, price = dear, price * 2
    return None


def _between(market: Market, money: float, cheap: Wanted, dear: Wanted) -> Relaxed:
    """The price between two: where the dual's tangents meet, and by false position on its slope, in turn."""
    part = Part(market, np.arange(market.counts.size), np.arange(market.table.lo.size))
    for step in range(STEPS):
        (low, falls), (high, rises) = cheap.bound(money), dear.bound(money)
        width = dear.price - cheap.price
        meet = (high - low - rises * width) / (falls - rises)  # from the cheap price on
        if min(low, high) - (low + falls * meet) <= NEAR * (abs(low) + dear.price * money):
            break
        ahead = (meet, width * falls / (falls - rises), meet, width / 2)[step % 4]
        price = cheap.price + ahead
        if not cheap.price < price < dear.price:
            price = cheap.price + width / 2
            if not cheap.price < price < dear.price:
                break
        part = part.moving(cheap, dear)
        found = part.at(price, dear)
        if found.bound(money)[1] >= 0:
            dear = found
        else:
            cheap = found
    return Relaxed(dear, cheap, min(cheap.bound(money)[0], dear.bound(money)[0]))


@dataclass(frozen=True, slots=True)
class Part:
    """Those markets of the whole (`which`, and the whole's `rows` of their pieces) that still change."""

    market: Market
    which: Places
    rows: Places

    def moving(self, cheap: Wanted, dear: Wanted) -> Part:
        """Without those that want the same on both sides, once these are enough."""
        still = cheap.x[self.which] != dear.x[self.which]
        left = int(np.count_nonzero(still))
        if not 0 < left <= still.size * 7 // 10:
            return self
        rows = np.flatnonzero(np.repeat(still, self.market.counts))
        market = Market.of(self.market.table.rows(rows), self.market.counts[still])
        return Part(market, self.which[still], self.rows[rows])

    def at(self, price: float, others: Wanted) -> Wanted:
        """The whole at that price: what doesn't change as it is in `others`."""
        own = self.market.at(price)
        rows, x, income = others.rows.copy(), others.x.copy(), others.income.copy()
        rows[self.which], x[self.which], income[self.which] = self.rows[own.rows], own.x, own.income
        return Wanted(price, rows, x, income)
