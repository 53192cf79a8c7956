"""What a wish about liquidity comes to: a position opened, its fees taken, a position closed. Integers."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

from agent.gate.liquidity.words import Pair
from agent.money import Token
from agent.plugin import PositionManager
from agent.ranges import PoolGrowth, Position

Two = tuple[int, int]
"""Base units of token 0 and of token 1 of a pool."""
_Q192 = 1 << 192
GROWTH_PART = 1_000
"""Fees may grow by that part of a position until its plan is carried out: some days' worth of a busy pool."""


@dataclass(frozen=True, slots=True)
class Provide:
    """Open a position between the ticks `low` and `high` with `most` of each token, and no less than `least`."""

    manager: PositionManager
    pool: PoolGrowth
    pair: Pair
    low: int
    high: int
    liquidity: int
    most: Two
    least: Two

    @property
    def tokens(self) -> tuple[Token, Token]:
        return self.pair.token0, self.pair.token1

    @property
    def bounds(self) -> tuple[Two, Two]:
        """How the wallet's balance of each token changes: the least and the most."""
        return (-self.most[0], -self.least[0]), (-self.most[1], -self.least[1])


@dataclass(frozen=True, slots=True)
class Gather:
    """Take the fees that wait for a position; it goes on earning."""

    manager: PositionManager
    position: Position
    pair: Pair

    @property
    def tokens(self) -> tuple[Token, Token]:
        return self.pair.token0, self.pair.token1

    @property
    def now(self) -> Two:
        """What comes of each token if nothing changes."""
        return self.position.fees0, self.position.fees1

    @property
    def bounds(self) -> tuple[Two, Two]:
        """As of `Provide`. Fees only grow."""
        position, (more0, more1) = self.position, growth(self.position)
        return (position.fees0, 2 * position.fees0 + more0), (position.fees1, 2 * position.fees1 + more1)


@dataclass(frozen=True, slots=True)
class Close:
    """Take everything out of a position and give its number back. Of its liquidity no less than `least` comes, and no
    more than `edge` as long as the price hasn't moved far.
    """

    manager: PositionManager
    position: Position
    pair: Pair
    least: Two
    edge: Two

    @property
    def tokens(self) -> tuple[Token, Token]:
        return self.pair.token0, self.pair.token1

    @property
    def now(self) -> Two:
        """As of `Gather`."""
        position = self.position
        return position.units0 + position.fees0, position.units1 + position.fees1

    @property
    def bounds(self) -> tuple[Two, Two]:
        """As of `Provide`."""
        position, (more0, more1) = self.position, growth(self.position)
        return (
            (self.least[0] + position.fees0, self.edge[0] + 2 * position.fees0 + more0),
            (self.least[1] + position.fees1, self.edge[1] + 2 * position.fees1 + more1),
        )


def growth(position: Position) -> Two:
    """By how much its fees may grow in a few minutes, of each token."""
    square = position.sqrt_price**2
    whole1 = position.units1 + position.units0 * square // _Q192
    whole0 = position.units0 + (position.units1 * _Q192 // square if square else 0)
    return whole0 // GROWTH_PART + 1, whole1 // GROWTH_PART + 1


def moved(sqrt_price: int, basis_points: int) -> int:
    """The square root of a price that is so many basis points higher, or lower where they are negative."""
    return isqrt(sqrt_price**2 * (10_000 + basis_points) // 10_000)
