"""Money in a pool over recorded minutes: what is in the wallet, what is in a range, what fees, gas and swaps came to.

Floats, as of any backtest. Both tokens in base units; a value is in base units of token 0, USDC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from benchmarks.ranges.minutes import FEE, FEE_SCALE, Minute

IMPACT = 0.0005
"""What a swap of that size costs beside its fee."""


@dataclass
class Purse:
    """`low` and `high` are ticks; `liquidity` 0: nothing is in the pool. `gas`: of a way in or out, in USDC."""

    wallet0: float
    wallet1: float
    gas: float
    low: int = 0
    high: int = 0
    liquidity: float = 0.0
    fees: float = 0.0
    paid: float = 0.0
    swapped: float = 0.0
    moves: int = 0

    def inside(self, minute: Minute) -> tuple[float, float]:
        """What the liquidity would give now (Uniswap v3 whitepaper, 6.2)."""
        low, high = root(self.low), root(self.high)
        now = min(max(math.sqrt(minute.price), low), high)
        return self.liquidity * (1 / now - 1 / high), self.liquidity * (now - low)

    def value(self, minute: Minute) -> float:
        inside = self.inside(minute) if self.liquidity else (0.0, 0.0)
        return self.wallet0 + inside[0] + (self.wallet1 + inside[1]) / minute.price

    def earn(self, minute: Minute) -> None:
        """The fees of a minute: its share of what was traded while the price was in range."""
        if not self.liquidity:
            return
        span = minute.highest - minute.lowest
        common = min(minute.highest, self.high) - max(minute.lowest, self.low)
        part = common / span if span else float(self.low <= minute.tick < self.high)
        if part <= 0:
            return
        share = part * minute.liquidity / (minute.liquidity + self.liquidity) * self.liquidity
        fee0, fee1 = minute.fees
        self.wallet0, self.wallet1 = self.wallet0 + share * fee0, self.wallet1 + share * fee1
        self.fees += share * (fee0 + fee1 / minute.price)

    def leave(self, minute: Minute) -> None:
        """Everything into the wallet, for its gas."""
        if not self.liquidity:
            return
        given0, given1 = self.inside(minute)
        self.wallet0, self.wallet1, self.liquidity = self.wallet0 + given0, self.wallet1 + given1, 0.0
        self._pay()

    def enter(self, minute: Minute, low: int, high: int) -> None:
        """All of the wallet into a range, swapped first to what the range takes."""
        self.moves += 1
        self._pay()
        bottom, top = root(low), root(high)
        now = min(max(math.sqrt(minute.price), bottom), top)
        each0, each1 = 1 / now - 1 / top, now - bottom
        worth = each0 + each1 / minute.price
        self._swap(minute, self.value(minute) * each0 / worth)
        units = min(
            self.wallet0 / each0 if each0 else math.inf,
            self.wallet1 / each1 if each1 else math.inf,
        )
        self.low, self.high, self.liquidity = low, high, units
        self.wallet0, self.wallet1 = self.wallet0 - units * each0, self.wallet1 - units * each1

    def _swap(self, minute: Minute, wanted0: float) -> None:
        """Towards so much of token 0; the pool's fee and the impact are lost."""
        cost = FEE / FEE_SCALE + IMPACT
        missing = wanted0 - self.wallet0
        given = abs(missing)
        if missing > 0:
            self.wallet0, self.wallet1 = self.wallet0 + missing * (1 - cost), self.wallet1 - missing * minute.price
        else:
            self.wallet0, self.wallet1 = wanted0, self.wallet1 + given * (1 - cost) * minute.price
        self.swapped += given * cost

    def _pay(self) -> None:
        self.wallet0 -= self.gas
        self.paid += self.gas


def root(tick: int) -> float:
    """The square root of the price at a tick."""
    return float(1.0001 ** (tick / 2))
