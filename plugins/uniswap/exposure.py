"""The best sandwich around a trade: the swap before it that leaves it just within its limits, and the way back.

What one gains grows with the price that it moves and falls with the fees that it pays twice, so a size is looked for
between one that does nothing and the largest at which the trade still goes through. A trade that would fail pays
nobody. P. Züst, T. Nadahalli, R. Wattenhofer, "Analyzing and Preventing Sandwich Attacks in Ethereum" (2021), has the
maths of one pair; here every pool is asked with its own integers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moneta import AnyPool, Attack, Token, Trade
from plugins.uniswap.after import Done, Pools, Way, through, way_of

SAMPLES = 8
FINE = 256
"""A size is found to the 256th of the largest: the gain is flat around its best."""
MOST_DOUBLINGS = 160


def attacks(states: Sequence[AnyPool], trade: Trade, limits: Sequence[int]) -> tuple[Attack, ...]:
    """Each single pool of the trade and each whole way of it as a target: those on which a sandwich gains, gas apart,
    the largest loss first. Raises KeyError where a pool of the trade isn't among `states`.
    """
    pools: Pools = {state.pool: state for state in states}
    ways = [way_of(part, pools) for part in trade.parts]
    fair = _run(pools, trade, ways, limits)
    if fair is None:
        return ()
    found = []
    for target, token in _targets(trade, ways).items():
        best = _best(pools, trade, ways, limits, target, token, fair)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda each: -each.loss))


def _targets(trade: Trade, ways: Sequence[Way]) -> dict[Way, Token]:
    """The ways that an attacker may go ahead of it, with the token that they begin with."""
    found: dict[Way, Token] = {}
    for part, way in zip(trade.parts, ways, strict=True):
        found.setdefault(way, part.tokens[0])
        for pool, down, token in zip(way.pools, way.down, part.tokens, strict=False):
            found.setdefault(Way((pool,), (down,)), token)
    return found


def _best(
    pools: Pools,
    trade: Trade,
    ways: Sequence[Way],
    limits: Sequence[int],
    target: Way,
    token: Token,
    fair: tuple[int, Pools],
) -> Attack | None:
    def tried(units: int) -> Attack | None:
        """What a front-run of that size comes to; None where the trade would fail behind it."""
        front = through(pools, target, units)
        ours = None if front is None else _run(front.pools, trade, ways, limits)
        if front is None or ours is None:
            return None
        back: Done | None = through(ours[1], target.back, front.units_out)
        gain = -units if back is None else back.units_out - units
        loss = ours[0] - fair[0] if trade.exact_out else fair[0] - ours[0]
        return Attack(target.pools, token, units, gain, loss)

    least = _least(lambda units: through(pools, target, units) is not None)
    most = _largest(least, lambda units: tried(units) is not None) if least else 0
    if not most:
        return None
    sizes = {max(most * step // SAMPLES, least) for step in range(1, SAMPLES + 1)} | {max(most // 64, least)}
    samples = sorted((each for size in sizes if (each := tried(size))), key=lambda each: each.units)
    top = max(range(len(samples)), key=lambda index: samples[index].gain)
    best = _climbed(tried, samples, top, most)
    return best if best.gain > 0 else None


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


def _least(goes: Callable[[int], bool]) -> int:
    """A power of two for which something comes out, the first one; 0 for none."""
    return next((1 << power for power in range(MOST_DOUBLINGS) if goes(1 << power)), 0)


def _largest(least: int, goes: Callable[[int], bool]) -> int:
    """The largest size from `least` on that goes, to the 256th; 0 for none."""
    low, high = 0, least
    while goes(high):
        low, high = high, high * 2
    while high - low > 1 + low // FINE and high > least:
        middle = (low + high) // 2
        low, high = (middle, high) if goes(middle) else (low, middle)
    return low


def _run(pools: Pools, trade: Trade, ways: Sequence[Way], limits: Sequence[int]) -> tuple[int, Pools] | None:
    """The open side of the whole trade, and the pools behind it; None where a part breaks its limit."""
    total = 0
    for part, way, limit in zip(trade.parts, ways, limits, strict=True):
        done = through(pools, way, part.units_out if part.exact_out else part.units_in, part.exact_out)
        if done is None:
            return None
        found = done.units_in if part.exact_out else done.units_out
        if found > limit if part.exact_out else found < limit:
            return None
        total, pools = total + found, done.pools
    return total, pools
