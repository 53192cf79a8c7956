"""A whole swap through one pool, tick by tick, without its side effects: UniswapV3Pool.swap of @uniswap/v3-core,
Pool.swap of @uniswap/v4-core.
"""

from __future__ import annotations

from dataclasses import replace

from moneta import PoolState
from plugins.uniswap.prices import FEE_SCALE, TooMuch, swap_step
from plugins.uniswap.ticks import (
    MAX_SQRT_RATIO,
    MAX_TICK,
    MIN_SQRT_RATIO,
    MIN_TICK,
    next_tick,
    sqrt_ratio_at,
    tick_at,
)


def swap(state: PoolState, zero_for_one: bool, units: int, exact_out: bool = False) -> int | None:
    """What comes out of `units` in, or with `exact_out` what must go in for `units` out, fee included.

    Equal to QuoterV2, and to v4's PoolManager, to the last base unit. None where the pool can't give it, or not
    within the known ticks.
    """
    found = _run(state, zero_for_one, units, exact_out)
    return None if found is None else found[0]


def moved(state: PoolState, zero_for_one: bool, units: int, exact_out: bool = False) -> tuple[int, PoolState] | None:
    """The same, with the pool as the swap leaves it: its mean price stays, as a block's own swaps aren't in it."""
    found = _run(state, zero_for_one, units, exact_out)
    if found is None:
        return None
    calculated, price, tick, liquidity = found
    if price != sqrt_ratio_at(tick + 1 if zero_for_one else tick):  # it ended between two stops
        tick = tick_at(price, tick)
    return calculated, replace(state, sqrt_price=price, tick=tick, liquidity=liquidity)


def _run(state: PoolState, zero_for_one: bool, units: int, exact_out: bool) -> tuple[int, int, int, int] | None:
    """The amount that wasn't said; then the square root of the price, the tick and the liquidity in range."""
    if units <= 0 or not state.sqrt_price:
        return None
    pips = state.fee_of(zero_for_one)
    if pips >= FEE_SCALE and exact_out:  # v4: InvalidFeeForExactOut
        return None
    limit = MIN_SQRT_RATIO + 1 if zero_for_one else MAX_SQRT_RATIO - 1
    remaining, calculated = -units if exact_out else units, 0
    price, tick, liquidity = state.sqrt_price, state.tick, state.liquidity
    while remaining and price != limit:
        stop, net = next_tick(state.ticks, tick, state.spacing, zero_for_one)
        if not state.low <= stop <= state.high:
            return None
        stop = min(max(stop, MIN_TICK), MAX_TICK)
        at_stop = sqrt_ratio_at(stop)
        target = max(at_stop, limit) if zero_for_one else min(at_stop, limit)
        try:
            price, taken, given, fee = swap_step(price, target, liquidity, remaining, pips, state.version)
        except TooMuch:
            return None
        remaining += given if exact_out else -(taken + fee)
        calculated += taken + fee if exact_out else given
        if price == at_stop:
            liquidity += 0 if net is None else -net if zero_for_one else net
            tick = stop - 1 if zero_for_one else stop
    return None if remaining else (calculated, price, tick, liquidity)
