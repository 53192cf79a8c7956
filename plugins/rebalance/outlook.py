"""What a supply rate may be expected to be on average over a horizon, from how it was seen.

The heterogeneous autoregression of Corsi (2009, "A Simple Approximate Long-Memory Model of Realized Volatility",
Journal of Financial Econometrics 7(2), equation 9): the rate now and its means of the last day, week and month, each
with a weight for the horizon. Rates spike and come back: over three days now's counts 28 %, over thirty 8 %.

Chosen on hours before 2025-01 of recorded Aave v1 to v3 and Compound v2 markets, checked on 2025-01 to 2026-01;
`python -m benchmarks.outlook` prints these figures (root mean square error of the mean rate, percentage points):

    horizon                        1 day         3 days        7 days        30 days
    the rate of now             2.18 | 0.50   2.47 | 0.65   2.63 | 0.83   2.85 | 1.16
    mean of the last month      2.22 | 1.23   1.93 | 1.23   1.72 | 1.23   1.69 | 1.32
    median of the last month    2.31 | 1.24   2.02 | 1.23   1.82 | 1.22   1.78 | 1.27
    exponential, 3 days' half   1.91 | 0.75   1.70 | 0.79   1.59 | 0.85   1.63 | 1.08
    this                        1.70 | 0.44   1.62 | 0.62   1.53 | 0.78   1.58 | 1.07
                              chosen | checked

The weights are those of the least absolute error that add up to 1: a spike's square would outweigh a quiet year.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import NDArray

from moneta import PARTS, RAY, SOON, Outlook, Past, Rate

Ints = NDArray[np.int64]
Four = tuple[float, float, float, float]

DAY = 86_400
WINDOWS = (DAY, 7 * DAY, 30 * DAY)

MEANS: tuple[tuple[int, Four], ...] = (
    (3_600, (1.0, 0.0, 0.0, 0.0)),
    (DAY, (0.55, 0.31, 0.11, 0.03)),
    (3 * DAY, (0.28, 0.31, 0.32, 0.09)),
    (7 * DAY, (0.18, 0.26, 0.33, 0.23)),
    (30 * DAY, (0.08, 0.16, 0.41, 0.35)),
)
"""By horizon: the weights of now and of the means of day, week and month; between two, linear in the logarithm."""

SPREADS: tuple[tuple[int, Four], ...] = (
    (3_600, (0.0, 0.2, 0.05, 0.0)),
    (DAY, (0.043, 0.376, 0.086, 0.0)),
    (3 * DAY, (0.107, 0.283, 0.121, 0.0)),
    (7 * DAY, (0.137, 0.234, 0.158, 0.0)),
    (30 * DAY, (0.150, 0.177, 0.271, 0.0)),
)
"""By horizon: how much of the month's standard deviation, of what now differs from the week, and of the month's mean
the error comes to. Fitted the same way; a sigma covers 79 to 82 % of the errors chosen on, 88 to 95 % of those after.
"""

WIDE = 0.0145 * PARTS
"""Where nothing was seen: what the rate of now is wrong by over 30 days, on average."""

ENOUGH = 7 * DAY
"""So much of the past must be known for its own spread to count alone."""

HELD = 36 * 3_600
"""An observation stands for the time until the next, but for no longer than this: what wasn't seen isn't known."""

ALONE = 3_600
"""What the last observation stands for."""

HIGHEST = 10 * PARTS
"""A rate of 1,000 % a year: beyond it a unit is mistaken, and the observation isn't counted."""


def outlook(past: Past, rate: Rate, seconds: int) -> Outlook:
    """The mean of `rate` (now's) over `seconds` and over the first SOON of them, with a standard deviation.

    What has no rate, or one that can't be, isn't counted; with nothing to count the rate of now stands, and a sigma
    that says so.
    """
    at, rates = _seen(past)
    if not at.size:
        return Outlook(rate, _ray(WIDE), 0, 0, now=rate, soon=rate)
    now = float(min(max(rate.ray // (RAY // PARTS), 0), HIGHEST))
    stands = np.minimum(np.diff(at, append=at[-1] + ALONE), HELD).astype(np.float64)
    means = [_mean(at, rates, stands, window) for window in WINDOWS]
    known = min(float(np.add.reduce(stands)) / ENOUGH, 1.0)
    deviation = float(np.sqrt(_mean(at, (rates - means[-1]) ** 2, stands, WINDOWS[-1])))
    spread = _weighed(SPREADS, seconds, (deviation, abs(now - means[1]), means[2], 0.0))
    sigma = (known * spread**2 + (1 - known) * WIDE**2) ** 0.5
    expected = (now, *means)
    return Outlook(
        mean=Rate(_ray(_weighed(MEANS, seconds, expected))),
        sigma=_ray(sigma),
        seen=int(at.size),
        span=int(at[-1] - at[0]),
        now=rate,
        soon=Rate(_ray(_weighed(MEANS, min(seconds, SOON), expected))),
    )


def _seen(past: Past) -> tuple[Ints, NDArray[np.float64]]:
    """When, and which rates in PARTS: those of the last month that may be, in order of time."""
    at, rates = np.asarray(past.at, dtype=np.int64), np.asarray(past.rate, dtype=np.int64)
    if at.size:
        first = int(np.searchsorted(at, at[-1] - WINDOWS[-1]))
        at, rates = at[first:], rates[first:]
    good = (rates >= 0) & (rates <= HIGHEST)
    good[1:] &= at[1:] > at[:-1]
    return at[good], rates[good].astype(np.float64)


def _mean(at: Ints, values: NDArray[np.float64], stands: NDArray[np.float64], window: int) -> float:
    """Of the last `window` seconds, each value for as long as it stood."""
    first = int(np.searchsorted(at, at[-1] - window, side="right"))
    held = stands[first:]
    return float(np.add.reduce(values[first:] * held)) / float(np.add.reduce(held))


def _weighed(table: tuple[tuple[int, Four], ...], seconds: int, values: Four | tuple[float, ...]) -> float:
    span = min(max(seconds, table[0][0]), table[-1][0])
    right = next(place for place, (until, _) in enumerate(table) if until >= span and place)
    (low, below), (high, above) = table[right - 1], table[right]
    part = log(span / low) / log(high / low)
    return sum(((1 - part) * a + part * b) * value for a, b, value in zip(below, above, values, strict=True))


def _ray(parts: float) -> int:
    return int(parts) * (RAY // PARTS)
