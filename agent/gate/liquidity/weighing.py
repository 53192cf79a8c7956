"""Every width of a range around the present price, weighed by a forecast from what was seen of the pool."""

from __future__ import annotations

from fractions import Fraction

from agent.gate.liquidity.choice import DAYS, RangeOption, weigh
from agent.gate.liquidity.provided import Two
from agent.gate.liquidity.words import Pair
from agent.plugin import PositionManager
from agent.ranges import PoolGrowth, PoolSeen, RangeOutlook

DAY = 86_400


def weighed_widths(
    manager: PositionManager,
    pool: PoolGrowth,
    pair: Pair,
    seen: PoolSeen | None,
    wanted: tuple[int | None, int | None],
) -> tuple[RangeOption, ...]:
    """Every width with its forecast, the best first; () of a pool of which too little is known."""
    if seen is None:
        return ()
    price, named = pair.price(pool.sqrt_price), [each for each in wanted if each is not None]
    value1 = value1_of(pool, (wanted[0] or 0, wanted[1] or 0)) * (2 if len(named) == 1 else 1)

    def ticks(width: int | None) -> Two:
        return around(manager, pool, pair, price, None if width is None else Fraction(width, 10_000))

    def outlook(low: int, high: int) -> RangeOutlook:
        return manager.forecast(pool, low, high, seen, DAYS * DAY, value1)

    return weigh(ticks, outlook)


def value1_of(pool: PoolGrowth, units: Two) -> int:
    """What both are worth in base units of token 1, at the pool's price."""
    return units[1] + units[0] * pool.sqrt_price**2 // (1 << 192)


def forecast_of(
    manager: PositionManager, pool: PoolGrowth, ticks: Two, seen: PoolSeen | None, value1: int
) -> RangeOutlook | None:
    return None if seen is None else manager.forecast(pool, *ticks, seen, DAYS * DAY, value1)


def around(manager: PositionManager, pool: PoolGrowth, pair: Pair, price: Fraction, part: Fraction | None) -> Two:
    """The ticks of a range by a part of the price to each side of it; None: the full range."""
    if part is None:
        return manager.ticks(pool, None, None)
    ends = sorted((pair.sqrt_price(price * (1 - part)), pair.sqrt_price(price * (1 + part))))
    return manager.ticks(pool, ends[0], ends[1])
