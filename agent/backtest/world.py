"""The world of a universe: every venue's state at every hour, what tokens are worth, what moves cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.backtest.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Spot:
    """A venue of a world. `pool` is the wallet that it is entered from: one for each token and network.

    `amounts`: whether its market's size is known, and so one's own dilution and the liquidity. `savings`: a savings
    rate rather than a lending market.
    """

    venue: str
    protocol: str
    asset: str
    network: str
    pool: int
    amounts: bool
    savings: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """From one pool to another: the part that is lost, gas on Ethereum, dollars beside it, hours on the way."""

    part: float = 0.0
    gas: int = 0
    dollars: float = 0.0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """Arrays of spots (or pools) by hours. What is known at an hour stands at that hour; nothing looks ahead.

    `ok`: the venue can be entered: a row of this hour that makes sense. `locked`: nothing can leave. `pays`: what a
    deposit earns, 0 once nothing was heard for long; `lend` what was last told. `supplied`, `borrowed`: tokens, inf
    and 0 where amounts aren't told. `price`: units of account that a pool's token is worth; the unit of account is
    the asset itself, or the dollar where there are several; `quoted`: the market's own quote of it. `unit`: dollars
    of a unit of account. `gas`: dollars of a unit of gas; `gas_seen`: as known then, a day earlier.
    """

    name: str
    hours: Ints
    spots: tuple[Spot, ...]
    pools: tuple[str, ...]
    supplied: Floats
    borrowed: Floats
    usage: Floats
    lend: Floats
    borrow: Floats
    pays: Floats
    ok: Flags
    locked: Flags
    base: Floats
    slope: Floats
    kink: Floats
    steep: Floats
    price: Floats
    quoted: Floats
    unit: Floats
    gas: Floats
    gas_seen: Floats
    enter_gas: Ints
    leave_gas: Ints
    flat: Floats
    crossings: tuple[tuple[Crossing, ...], ...]

    @property
    def liquid(self) -> Floats:
        """Tokens that are there unborrowed."""
        found: Floats = np.maximum(self.supplied - self.borrowed, 0.0)
        return found

    def entering(self, spot: int, hour: int) -> float:
        """Dollars that a deposit costs."""
        return float(self.enter_gas[spot] * self.gas[hour] + self.flat[spot])

    def leaving(self, spot: int, hour: int) -> float:
        """Dollars that a withdrawal costs."""
        return float(self.leave_gas[spot] * self.gas[hour] + self.flat[spot])

    def crossing(self, source: int, target: int, hour: int) -> tuple[float, float, int]:
        """The part that is lost, dollars, hours on the way."""
        way = self.crossings[source][target]
        return way.part, float(way.gas * self.gas[hour] + way.dollars), way.hours


def first_hour(ok: Flags, least: int) -> int | None:
    """The first hour at which so many venues can be entered."""
    enough = np.flatnonzero(ok.sum(axis=0) >= least)
    return int(enough[0]) if len(enough) else None


def named(spots: Sequence[Spot]) -> tuple[str, ...]:
    return tuple(each.venue for each in spots)
