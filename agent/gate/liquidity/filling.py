"""What of one token is swapped into the other so that a range takes about all of both. Pure; integers.

The swap may go through the very pool that is provided to: its price behind the swap is the one that the range is
filled at, and the liquidity that is taken out before isn't in it any more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from agent.chain.snapshot import Snapshot
from agent.gate.desk import Desk, Resolved
from agent.gate.liquidity.provided import Two
from agent.gate.liquidity.weighing import value1_of
from agent.gate.liquidity.words import Pair
from agent.gate.moves import Swap
from agent.gate.trades import trading
from agent.intents import Exact
from agent.intents import Swap as SwapIntent
from agent.money import Address, Token, text_from_units
from agent.plugin import PositionManager, Trader
from agent.ranges import PoolGrowth, Position
from agent.routes import FEE_SCALE, AnyPool, PoolState, Trade

_Q192 = 1 << 192
TRIES = 2
"""The first swap is sized at the pool's price, the second at what the first would have given."""
SMALL_PART = 200
"""What doesn't fit and is less than that part of the whole isn't worth a swap: it stays in the wallet."""
STEPS = 64


@dataclass(frozen=True, slots=True)
class Filled:
    """`free`: base units of both tokens at the least, the swap behind it, of which the range takes `most`; `pool` as
    the swap leaves it.
    """

    swapped: Resolved | None
    free: Two
    pool: PoolGrowth
    liquidity: int
    most: Two


def filled(
    desk: Desk,
    manager: PositionManager,
    position: Position | None,
    pair: Pair,
    pool: PoolGrowth,
    ticks: Two,
    free: Two,
) -> Filled:
    """How `free` base units of both tokens, which taking `position` out gives or gave, fill a range. Raises as swaps
    do.
    """
    able = replace(desk, snapshot=_only(desk.snapshot, pair, free), offers=())
    if position is not None:
        able, pool = replace(able, snapshot=without(able.snapshot, position)), _without(pool, position)
    place, found = pool, Filled(None, free, pool, *_fitted(manager, pool, ticks, free))
    rate: Fraction | None = None
    for _ in range(TRIES):
        side, units = excess(manager, place, ticks, free, rate)
        if not units:
            return found
        swapped = _swapped(able, pair, side, units)
        move = swapped.moves[0]
        if not isinstance(move, Swap):
            return found
        place, back = _behind(able, pool, move), move.least_out
        left = (free[0] - units, free[1] + back) if side == 0 else (free[0] + back, free[1] - units)
        rate = Fraction(back, units)
        found = Filled(swapped, left, place, *_fitted(manager, place, ticks, left))
    return found


def excess(manager: PositionManager, pool: PoolGrowth, ticks: Two, free: Two, rate: Fraction | None) -> Two:
    """Which token (0 or 1) the range leaves over of `free`, and how much of it to swap at `rate`, base units of the
    other for one (None: the pool's price less its fee); 0 units where that is next to nothing.
    """

    def over(have: Two) -> Two:
        """What isn't taken of each, in token 1."""
        _, taken0, taken1 = manager.fitting(pool, *ticks, have)
        return value1_of(pool, (have[0] - taken0, 0)), have[1] - taken1

    first = over(free)
    side = 0 if first[0] > first[1] else 1
    if first[side] * SMALL_PART < value1_of(pool, free):
        return side, 0
    price = Fraction(pool.sqrt_price**2, _Q192)
    usual = (price if side == 0 else 1 / price) * Fraction(FEE_SCALE - pool.fee, FEE_SCALE)
    paid = usual if rate is None else rate
    low, high = 0, free[side]
    for _ in range(STEPS):
        if high - low <= 1:
            break
        units = (low + high) // 2
        back = units * paid.numerator // paid.denominator
        have = (free[0] - units, free[1] + back) if side == 0 else (free[0] + back, free[1] - units)
        left = over(have)
        low, high = (units, high) if left[side] > left[1 - side] else (low, units)
    return side, high


def without(snapshot: Snapshot, position: Position) -> Snapshot:
    """The pools as they are once the position is taken out."""
    traders = {
        name: tuple(_pool_without(each, position) for each in pools) for name, pools in snapshot.traders.items()
    }
    return replace(snapshot, traders=traders)


def _pool_without(pool: AnyPool, position: Position) -> AnyPool:
    if not isinstance(pool, PoolState) or pool.pool != position.pool:
        return pool
    ticks = dict(pool.ticks)
    for tick, net in ((position.low, -position.liquidity), (position.high, position.liquidity)):
        if tick in ticks:
            ticks[tick] += net
    inside = position.liquidity if position.low <= pool.tick < position.high else 0
    return replace(pool, liquidity=max(pool.liquidity - inside, 0), ticks=tuple(ticks.items()))


def _without(pool: PoolGrowth, position: Position) -> PoolGrowth:
    inside = position.liquidity if position.in_range else 0
    return replace(pool, liquidity=max(pool.liquidity - inside, 0))


def _only(snapshot: Snapshot, pair: Pair, free: Two) -> Snapshot:
    """With nothing in the wallet but what is taken out: a swap can't take more."""
    own = {pair.token0.symbol: free[0], pair.token1.symbol: free[1]}
    return replace(snapshot, balances={**snapshot.balances, **own})


def _fitted(manager: PositionManager, pool: PoolGrowth, ticks: Two, free: Two) -> tuple[int, Two]:
    liquidity, taken0, taken1 = manager.fitting(pool, *ticks, free)
    return liquidity, (min(taken0, free[0]), min(taken1, free[1]))


def _swapped(desk: Desk, pair: Pair, side: int, units: int) -> Resolved:
    tokens: tuple[Token, Token] = (pair.token0, pair.token1)
    pays, gets = tokens[side], tokens[1 - side]
    exact = Exact(value=text_from_units(units, pays.decimals))
    return trading.swap(desk, SwapIntent(asset=pays.symbol, amount=exact, to_asset=gets.symbol, to_amount=None))


def _behind(desk: Desk, pool: PoolGrowth, move: Swap) -> PoolGrowth:
    """The pool as the swap leaves it."""
    trader = desk.traders[move.trade.trader]
    state = pools_behind(trader, desk.snapshot.traders[move.trade.trader], move.trade).get(pool.pool)
    if not isinstance(state, PoolState):
        return pool
    return replace(pool, sqrt_price=state.sqrt_price, tick=state.tick, liquidity=state.liquidity)


def pools_behind(trader: Trader, states: tuple[AnyPool, ...], trade: Trade) -> dict[Address, AnyPool]:
    """All pools as a trade leaves them, its parts one after the other; one that can't be followed stays as it was."""
    left = {state.pool: state for state in states}
    for part in trade.parts:
        units = part.units_in
        for place, token in zip(part.pools, part.tokens, strict=False):
            found = trader.moved(left[place], left[place].token0 == token.place, units)
            if found is None:
                break
            units, left[place] = found
    return left
