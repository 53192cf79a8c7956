"""The best sandwich around a trade: the swap before it that leaves it just within its limits, and the way back.

What one gains grows with the price that it moves and falls with the fees that it pays twice, so a size is looked for
between one that does nothing and the largest at which the trade still goes through. A trade that would fail pays
nobody. P. Züst, T. Nadahalli, R. Wattenhofer, "Analyzing and Preventing Sandwich Attacks in Ethereum" (2021), has the
maths of one pair; here every pool is asked with its own integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from moneta import AnyPool, Attack, Token, Trade
from plugins.uniswap.after import Done, Pools, Way, through, way_of

SAMPLES = 6
FINE = 64
"""A size is found to the 64th of the largest: the gain is flat around its best."""
MOST_DOUBLINGS = 160


@lru_cache(maxsize=16)
def attacks(states: tuple[AnyPool, ...], trade: Trade, limits: tuple[int, ...]) -> tuple[Attack, ...]:
    """Each single pool of the trade and each whole way of it as a target: those on which a sandwich gains, gas apart,
    the largest loss first. Raises KeyError where a pool of the trade isn't among `states`.
    """
    used = {pool for part in trade.parts for pool in part.pools}
    pools: Pools = {state.pool: state for state in states if state.pool in used}
    parts = [
        _Part(way_of(route, pools), route.units_out if route.exact_out else route.units_in, limit, route.exact_out)
        for route, limit in zip(trade.parts, limits, strict=True)
    ]
    if _run(pools, parts) is None:
        return ()
    found = [_best(pools, _touched(parts, way), way, token, scale) for way, token, scale in _targets(trade, parts)]
    return tuple(sorted((each for each in found if each is not None), key=lambda each: -each.loss))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the trade: `units` of the side that is said, `limit` of the other one."""

    way: Way
    units: int
    limit: int
    exact_out: bool


def _targets(trade: Trade, parts: Sequence[_Part]) -> list[tuple[Way, Token, int]]:
    """The ways that an attacker may go ahead of it, the token that they begin with, and units of it to begin with."""
    found: dict[Way, tuple[Token, int]] = {}
    for route, part in zip(trade.parts, parts, strict=True):
        found.setdefault(part.way, (route.tokens[0], route.units_in))
        for pool, down, token in zip(part.way.pools, part.way.down, route.tokens, strict=False):
            found.setdefault(Way((pool,), (down,)), (token, route.units_in if token == route.tokens[0] else 1))
    return [(way, *begin) for way, begin in found.items()]


def _touched(parts: Sequence[_Part], target: Way) -> list[_Part]:
    """The parts whose pools the target changes, or that another one of these changes."""
    pools, found = set(target.pools), list[_Part]()
    while more := [part for part in parts if part not in found and not pools.isdisjoint(part.way.pools)]:
        found += more
        pools.update(pool for part in more for pool in part.way.pools)
    return [part for part in parts if part in found]


def _best(pools: Pools, parts: Sequence[_Part], target: Way, token: Token, scale: int) -> Attack | None:
    fair = _run(pools, parts)
    if fair is None:
        return None

    @cache
    def tried(units: int) -> Attack | None:
        """What a front-run of that size comes to; None where the trade would fail behind it."""
        front = through(pools, target, units)
        ours = None if front is None else _run(front.pools, parts)
        if front is None or ours is None:
            return None
        back: Done | None = through(ours[1], target.back, front.units_out)
        gain = -units if back is None else back.units_out - units
        return Attack(target.pools, token, units, gain, abs(ours[0] - fair[0]))

    most = _largest(_begin(pools, target, scale), lambda units: tried(units) is not None)
    samples = [each for step in range(1, SAMPLES + 1) if most and (each := tried(max(most * step // SAMPLES, 1)))]
    top = max(range(len(samples)), key=lambda index: samples[index].gain, default=None)
    if top is None or samples[top].gain <= 0:  # what doesn't pay at any of these sizes pays its fees at none
        return None
    return _climbed(tried, samples, top, most)


def _climbed(tried: Callable[[int], Attack | None], samples: Sequence[Attack], top: int, most: int) -> Attack:
    """The best between the neighbours of the best sample: thirds, the worse of which is dropped."""
    best = samples[top]
    low = samples[top - 1].units if top else 1
    high = samples[top + 1].units if top + 1 < len(samples) else best.units
    while high - low > most // FINE + 2:
        third = (high - low) // 3
        left, right = tried(low + third), tried(high - third)
        if left is None or right is None:
            break
        best = max((best, left, right), key=lambda each: each.gain)
        low, high = (low + third, high) if left.gain < right.gain else (low, high - third)
    return best


def _begin(pools: Pools, target: Way, scale: int) -> int:
    """A size near `scale` for which something comes out; 0 for none."""
    found = (scale << power for power in range(MOST_DOUBLINGS) if through(pools, target, scale << power))
    return next(found, 0)


def _largest(begin: int, goes: Callable[[int], bool]) -> int:
    """The largest size that goes, to the 64th; 0 for none. What is too little to give anything doesn't."""
    if not begin:
        return 0
    low, high = 0, begin
    if goes(begin):
        while goes(high):
            low, high = high, high * 2
    else:
        while high and not goes(high // 2):
            high //= 2
        low = high // 2
    while low and high - low > 1 + low // FINE:
        middle = (low + high) // 2
        low, high = (middle, high) if goes(middle) else (low, middle)
    return low


def _run(pools: Pools, parts: Sequence[_Part]) -> tuple[int, Pools] | None:
    """The open side of all parts, and the pools behind them; None where one breaks its limit."""
    total = 0
    for part in parts:
        done = through(pools, part.way, part.units, part.exact_out)
        if done is None:
            return None
        found = done.units_in if part.exact_out else done.units_out
        if found > part.limit if part.exact_out else found < part.limit:
            return None
        total, pools = total + found, done.pools
    return total, pools
