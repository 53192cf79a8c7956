"""Mean price: what the pools said over the last half hour, held against the feed. One block's trade can't bend it.

Chainlink's feed is what counts; the mean of the deepest pool is its check. Where they are apart, one of the two is
wrong, and nothing goes in.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.chain.registry import Registry
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.trades.words import percent
from agent.money import BASIS_POINTS, Token
from agent.routes import PairState, PoolState
from agent.usd import PRICE_DECIMALS

MAX_GAP_BPS = 500
"""As for the pools' present price (agent.gate.oracle): what feeds and pools may be apart while a chain moves fast."""
THIN_USD = 20_000
"""In a pool with less at its price, some $100 move it by half a percent: its word is anybody's."""
_Q96 = 1 << 96


def check_mean(registry: Registry, snapshot: Snapshot, token: Token, most_bps: int = MAX_GAP_BPS) -> None:
    """Raises Refused("oracle") where the mean price of `token` in its deepest pool is far from its feed's."""
    gap = mean_gap_bps(registry, snapshot, token)
    if gap is not None and gap > most_bps:
        raise Refused(
            "oracle",
            f"The feed of {token.symbol} and the mean price of its pool over half an hour are {percent(gap)} apart, "
            f"over {percent(most_bps)}.",
            "Try again when they agree; taking money out needs no price.",
        )


def mean_gap_bps(registry: Registry, snapshot: Snapshot, token: Token) -> int | None:
    """How far the two are apart, in basis points of the feed's; None where no deep pool remembers half an hour."""
    price = snapshot.prices.get(token.symbol)
    held = registry.tokens.get(registry.wrapped or "") if token.is_native else token
    if price is None or held is None:
        return None
    words = list(_words(registry, snapshot, held, price))
    if not words:
        return None
    _, mean = max(words)
    return abs(mean - price) * BASIS_POINTS // price


def _words(registry: Registry, snapshot: Snapshot, token: Token, price: int) -> Iterator[tuple[int, int]]:
    """Of each pool with another priced token: what it holds of `token` at its price, in USD; the mean in USD.

    Both with the feeds' 8 decimals.
    """
    for pool in (pool for pools in snapshot.traders.values() for pool in pools):
        if (
            isinstance(pool, PairState)
            or pool.mean_sqrt_price is None
            or token.address not in (pool.token0, pool.token1)
        ):
            continue
        first = token.address == pool.token0
        other = registry.at(pool.token1 if first else pool.token0)
        other_price = None if other is None else snapshot.prices.get(other.symbol)
        if other is None or other_price is None:
            continue
        depth = _virtual(pool, first) * price // 10**token.decimals
        if depth >= THIN_USD * 10**PRICE_DECIMALS:
            yield depth, _mean_usd(pool.mean_sqrt_price, first, token, other, other_price)


def _virtual(pool: PoolState, first: bool) -> int:
    """Base units that the liquidity at the price amounts to: L / sqrt(P) of token 0, L * sqrt(P) of token 1."""
    if not pool.sqrt_price:
        return 0
    return pool.liquidity * _Q96 // pool.sqrt_price if first else pool.liquidity * pool.sqrt_price // _Q96


def _mean_usd(root: int, first: bool, token: Token, other: Token, other_price: int) -> int:
    over, under = (root**2, _Q96**2) if first else (_Q96**2, root**2)
    mean: int = over * 10**token.decimals * other_price // (under * 10**other.decimals)
    return mean
