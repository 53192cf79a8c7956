"""A range under a price that walks without a trend, as wide as it was seen to walk, and fees as they were seen.

The logarithm of the price is normal, with the variance of the recorded ticks; its mean is such that the price's own
expectation stays. The share of time in range is the mean of the chance to be in it, over the horizon. A position's
value between its prices is Uniswap's own (whitepaper of v3, 6.2: L · (2·√P − √a − P/√b)); its loss is against holding
what was put in, weighed over where the price may end. Nothing else is known: no trend, no fat tails, no volume that
follows the price.
"""

from __future__ import annotations

from math import erf, exp, log, pi, sqrt

from moneta import PoolGrowth, PoolSeen, RangeOutlook

TICK = log(1.0001)
MILLION = 1_000_000
_MOMENTS = 48
_POINTS = 241
_REACH = 6.0
_Q96, _Q128 = float(1 << 96), float(1 << 128)


def forecast(pool: PoolGrowth, ends: tuple[int, int], seen: PoolSeen, seconds: int, value1: int) -> RangeOutlook:
    """Of a position worth `value1` base units of token 1 between two square roots of prices (Q64.96), over so many
    seconds; parts of what is put in, in millionths.
    """
    now = pool.sqrt_price / _Q96
    low, high = (end / _Q96 for end in ends)
    sigma = TICK * sqrt(seen.moved / seen.span)  # of the price's logarithm, after a second
    whole = _worth(now * now, low, high)
    if not whole:
        return RangeOutlook(0, 0, 0)
    share = _time_in_range(now * now, low, high, sigma, seconds)
    liquidity = value1 / whole
    per_second = (seen.growth0 / _Q128 * now * now + seen.growth1 / _Q128) / seen.span
    diluted = pool.liquidity / (pool.liquidity + liquidity) if pool.liquidity else 1.0
    fees = per_second * seconds * share * diluted / whole
    loss = _loss(now * now, low, high, sigma * sqrt(seconds)) / whole
    return RangeOutlook(_parts(share), _parts(fees), _parts(loss))


def _parts(fraction: float) -> int:
    return int(fraction * MILLION)


def _worth(price: float, low: float, high: float) -> float:
    """Of one unit of liquidity in token 1, at a price; `low` and `high` are square roots."""
    root = min(max(sqrt(price), low), high)
    return (root - low) + price * (1 / root - 1 / high)


def _time_in_range(price: float, low: float, high: float, sigma: float, seconds: int) -> float:
    """The mean chance over the horizon that the price is in the range."""
    if not sigma:
        return float(low * low <= price < high * high)
    total = 0.0
    for moment in range(_MOMENTS):
        time = (moment + 0.5) / _MOMENTS * seconds
        wide = sigma * sqrt(time)
        below, above = ((log(end * end / price) + wide * wide / 2) / wide for end in (low, high))
        total += _normal(above) - _normal(below)
    return total / _MOMENTS


def _normal(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2


def _loss(price: float, low: float, high: float, wide: float) -> float:
    """What one unit of liquidity is expected to be worth less than what it was made of, at the end, in token 1."""
    root = min(max(sqrt(price), low), high)
    held0, held1 = 1 / root - 1 / high, root - low
    if not wide:
        return 0.0
    step, total, weights = 2 * _REACH / (_POINTS - 1), 0.0, 0.0
    for point in range(_POINTS):
        z = -_REACH + point * step
        weight = exp(-z * z / 2) / sqrt(2 * pi) * step
        then = price * exp(wide * z - wide * wide / 2)
        total += weight * (held0 * then + held1 - _worth(then, low, high))
        weights += weight
    return max(total / weights, 0.0)
