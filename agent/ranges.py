"""Liquidity that is provided between two prices: a pool's fees so far, and positions in it. All integers."""

from __future__ import annotations

from dataclasses import dataclass

from agent.money import Address


@dataclass(frozen=True, slots=True)
class PoolGrowth:
    """A pool of concentrated liquidity as one who provides to it must know it, as Uniswap v3 stores it.

    `sqrt_price` is sqrt(token1 / token0) as a Q64.96, `liquidity` what is in range at `tick`. `growth0` and `growth1`
    are the fees that a unit of liquidity in range would ever have earned, in base units as a Q128.128, modulo 2**256.
    """

    pool: Address
    token0: Address
    token1: Address
    fee: int
    spacing: int
    sqrt_price: int
    tick: int
    liquidity: int
    growth0: int
    growth1: int


@dataclass(frozen=True, slots=True)
class Position:
    """Liquidity of an account between the ticks `low` and `high` of a pool; `manager` and `id` name it.

    `units0` and `units1`: base units that taking all liquidity out would give now, `fees0` and `fees1` those that
    wait beside it. `sqrt_price` and `tick` are the pool's.
    """

    manager: str
    id: int
    pool: Address
    token0: Address
    token1: Address
    fee: int
    low: int
    high: int
    liquidity: int
    sqrt_price: int
    tick: int
    units0: int
    units1: int
    fees0: int
    fees1: int

    @property
    def in_range(self) -> bool:
        """Whether it earns now."""
        return self.low <= self.tick < self.high

    @property
    def empty(self) -> bool:
        """Whether nothing is left in it but its number."""
        return not (self.liquidity or self.fees0 or self.fees1)


@dataclass(frozen=True, slots=True)
class PoolSeen:
    """What was seen of a pool over `span` seconds in `looks` looks: `moved` is the sum of the squared differences of
    its ticks from look to look, `growth0` and `growth1` by how much the fees a unit of liquidity grew (Q128.128).
    """

    looks: int
    span: int
    moved: int
    growth0: int
    growth1: int


@dataclass(frozen=True, slots=True)
class RangeOutlook:
    """What a range may be expected to bring over a horizon, in millionths: of the time, that in range; of what is put
    in, its fees and its loss against holding. Never a promise.
    """

    in_range: int
    fees: int
    loss: int

    @property
    def net(self) -> int:
        """The fees less the loss."""
        return self.fees - self.loss
