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
from agent.ranges import PoolSeen, Position
from agent.routes import FEE_SCALE

OPEN_GAS, TRANSACTIONS = 1_000_000, 8
SWAP_IMPACT = 500
"""Of what is swapped, in millionths beside the pool's fee, as in the backtest; about half of it is."""
CENT = 10**6


@dataclass(frozen=True, slots=True)
class Better:
    """A range that is forecast to bring `cents` more than the present one, after `cost` cents of gas and swaps."""

    position: Position
    pair: Pair
    option: RangeOption
    cents: int
    cost: int


def better(
    position: Position,
    snapshot: Snapshot,
    registry: Registry,
    managers: Mapping[str, PositionManager],
    seen: Mapping[Address, PoolSeen],
) -> Better | None:
    """None for a position in range, one of which too little is known, and one that no other range would better."""
    pair = pair_of(registry, position.token0, position.token1)
    pool = next((each for group in snapshot.pools.values() for each in group if each.pool == position.pool), None)
    known, manager = seen.get(position.pool), managers.get(position.manager)
    native = snapshot.prices.get(registry.native.symbol)
    if position.in_range or not position.liquidity or None in (pair, pool, known, manager, native):
        return None
    assert pair is not None and pool is not None and manager is not None and native is not None  # noqa: S101, PT018
    units: Two = (position.units0, position.units1)
    cents = worth(pair, *units, dict(snapshot.prices))
    if not cents:
        return None
    option = best(weighed_widths(manager, pool, pair, known, units))
    ticks = (position.low, position.high)
    present = forecast_of(manager, pool, ticks, known, value1_of(pool, units))
    gas = wei_in_usd(costs_at(snapshot).wei(EXIT_GAS + OPEN_GAS, TRANSACTIONS), native) // CENT
    cost = gas + cents * (position.fee + SWAP_IMPACT) // (2 * FEE_SCALE) + 1
    if present is None or not pays(option.outlook, present, -(-cost * FEE_SCALE // cents)):
        return None
    gain = (option.outlook.net - present.net) * cents // FEE_SCALE - cost
    return Better(position, pair, option, gain, cost)
