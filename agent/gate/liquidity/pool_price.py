"""Pool price: liquidity goes in only where the pool's present price is the pool's own mean and the feeds'.

Who bends a pool's price for a moment has others provide at it, and takes the difference as it comes back: the least
amounts of a position bound how far, this says that the price itself is none of that.
"""

from __future__ import annotations

from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.liquidity.words import Pair
from agent.gate.trades.words import percent
from agent.money import BASIS_POINTS
from agent.ranges import PoolGrowth
from agent.routes import PoolState

MAX_BPS = 100
"""Beside twice the pool's fee, within which nobody trades a price away: feeds answer anew at 0.5 to 1 %
(docs.chain.link, deviation thresholds)."""
FEE_PER_BPS = 100


def check_pool(snapshot: Snapshot, pool: PoolGrowth, pair: Pair) -> None:
    """Raises Refused("pool-price") where the pool's present price is far from its mean over half an hour, or from the
    feeds of its two tokens.
    """
    most = MAX_BPS + 2 * pool.fee // FEE_PER_BPS
    mean = _mean(snapshot, pool)
    if mean is not None:
        _check("the pool's own mean over half an hour", _apart(pool.sqrt_price**2, mean**2), most)
    _check("the feeds of its tokens", _from_feeds(snapshot, pool, pair), most)


def _check(what: str, gap: int | None, most: int) -> None:
    if gap is not None and gap > most:
        raise Refused(
            "pool-price",
            f"The pool's price and {what} are {percent(gap)} apart, over {percent(most)}.",
            "Try again when they agree: who provides at a bent price loses the difference.",
        )


def _mean(snapshot: Snapshot, pool: PoolGrowth) -> int | None:
    states = (each for each in (state for group in snapshot.traders.values() for state in group))
    return next((s.mean_sqrt_price for s in states if isinstance(s, PoolState) and s.pool == pool.pool), None)


def _from_feeds(snapshot: Snapshot, pool: PoolGrowth, pair: Pair) -> int | None:
    first, second = snapshot.prices.get(pair.token0.symbol), snapshot.prices.get(pair.token1.symbol)
    if not first or not second:
        return None
    fair = first * 10**pair.token1.decimals * 2**192  # over what is below: token 1 for a token 0, in base units
    return _apart(pool.sqrt_price**2 * second * 10**pair.token0.decimals, fair)


def _apart(one: int, other: int) -> int:
    return abs(one - other) * BASIS_POINTS // other if other else BASIS_POINTS
