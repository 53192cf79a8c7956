"""A position that the price left: what opening it anew is forecast to bring beyond what it costs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.execution.costs import costs_at
from agent.gate.liquidity.choice import RangeOption, best, pays
from agent.gate.liquidity.provided import Two
from agent.gate.liquidity.weighing import forecast_of, value1_of, weighed_widths
from agent.gate.liquidity.words import Pair, pair_of, worth
from agent.gate.mandates.mandate import wei_in_usd
from agent.gate.reserve import EXIT_GAS
from agent.money import Address
from agent.plugin import PositionManager
from agent.ranges import PoolSeen, Position, RangeOutlook
from agent.routes import FEE_SCALE, PoolState
from agent.usd import CENT

OPEN_GAS, TRANSACTIONS = 1_000_000, 8
SWAP_IMPACT = 500
"""Of what is swapped, in millionths beside the pool's fee, as in the backtest; about half of it is."""


@dataclass(frozen=True, slots=True)
class Better:
    """A range that is forecast to bring `cents` more than the present one, after `cost` cents of gas and swaps."""

    position: Position
    pair: Pair
    option: RangeOption
    cents: int
    cost: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Every width that a position of `worth` US cents could have instead, the best first, and the one that it has.
    `gas` and `swaps`: the cents that moving it costs.
    """

    position: Position
    pair: Pair
    options: tuple[RangeOption, ...]
    present: RangeOutlook
    worth: int
    gas: int
    swaps: int

    @property
    def option(self) -> RangeOption:
        return best(self.options)

    @property
    def cost(self) -> int:
        return self.gas + self.swaps

    @property
    def pays(self) -> bool:
        """Whether the best of them is forecast to bring more than it costs."""
        return pays(self.option.outlook, self.present, -(-self.cost * FEE_SCALE // self.worth))

    @property
    def better(self) -> Better | None:
        """The best of them, None where none would pay."""
        return Better(self.position, self.pair, self.option, self.gain(), self.cost) if self.pays else None

    def gain(self, gas: int | None = None) -> int:
        """Cents that it is forecast to bring beyond the present one, its cost taken off; `gas`: where that is known
        better.
        """
        more = (self.option.outlook.net - self.present.net) * self.worth // FEE_SCALE
        return more - self.swaps - (self.gas if gas is None else gas)


def weighed(
    position: Position,
    snapshot: Snapshot,
    registry: Registry,
    managers: Mapping[str, PositionManager],
    seen: Mapping[Address, PoolSeen],
) -> Weighed | None:
    """None for a position in range, or in range at the mean price of half an hour, and one of which too little is
    known.
    """
    pair = pair_of(registry, position.token0, position.token1)
    pool = next((each for group in snapshot.pools.values() for each in group if each.pool == position.pool), None)
    known, manager = seen.get(position.pool), managers.get(position.manager)
    native = snapshot.prices.get(registry.native.symbol)
    if position.in_range or not position.liquidity or None in (pair, pool, known, manager, native):
        return None
    assert pair is not None and pool is not None and manager is not None and native is not None  # noqa: S101, PT018
    units: Two = (position.units0, position.units1)
    cents = worth(pair, *units, dict(snapshot.prices))
    if not cents or _in_range_on_the_mean(manager, position, snapshot):
        return None
    options = weighed_widths(manager, pool, pair, known, units)
    ticks = (position.low, position.high)
    present = forecast_of(manager, pool, ticks, known, value1_of(pool, units))
    if present is None:
        return None
    gas = wei_in_usd(costs_at(snapshot).wei(EXIT_GAS + OPEN_GAS, TRANSACTIONS), native) // CENT
    swaps = cents * (position.fee + SWAP_IMPACT) // (2 * FEE_SCALE) + 1
    return Weighed(position, pair, options, present, cents, gas, swaps)


def _in_range_on_the_mean(manager: PositionManager, position: Position, snapshot: Snapshot) -> bool:
    """Whether the price has only just left it: who bends a price for a moment moves nobody's position."""
    states = (state for group in snapshot.traders.values() for state in group)
    mean = next((s.mean_sqrt_price for s in states if isinstance(s, PoolState) and s.pool == position.pool), None)
    low, high = manager.sqrt_price(position.low), manager.sqrt_price(position.high)
    return mean is not None and low <= mean < high
