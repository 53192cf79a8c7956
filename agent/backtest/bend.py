"""How a market's borrow rate bends with its utilisation, reconstructed from what was recorded, walk-forward.

Between two recorded points on one leg of a two-slope curve the line through them is that leg: its intercept is the
base rate (0 or more) below the kink and far below 0 above it. The medians of the last few lines of each leg give
base and slopes, those of where a steep line met the gentle leg the kink, which votes on slopes leave as it is.
Aave's interest-rate strategy and Compound's jump rate are such curves; a test compares what comes out with the
parameters that governance set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from agent.backtest.arrays import Flags, Floats

MOVED = 2e-5
"""Of utilisation, between two points that give a line; closer ones give noise."""

LOW_LEG = -0.003
"""The least intercept of a line of the low leg, a fraction a year."""

LINES = 13
"""The lines whose median counts: half of them after a change of parameters, the new curve is known."""

STEEPER = 5.0
"""Times the gentle slope that a steep one must be: Aave's are 40 to 150 times, a line between less is noise."""

USUAL_KINK, USUAL_SLOPE = 0.9, 0.05


@dataclass(frozen=True, slots=True)
class Bend:
    """By hour: the borrow rate is `base + slope · usage` up to `kink`, and goes straight to what is seen above it.

    `steep`: the slope above, NaN where it was never seen.
    """

    base: Floats
    slope: Floats
    kink: Floats
    steep: Floats


def bend(usage: Floats, borrow: Floats, good: Flags) -> Bend:
    """The curve as known at each hour, from that hour and those before."""
    size = len(usage)
    places = np.flatnonzero(good & np.isfinite(usage) & np.isfinite(borrow))
    before, after = places[:-1], places[1:]
    step = usage[after] - usage[before]
    moved = np.abs(step) > MOVED
    slope = (borrow[after] - borrow[before])[moved] / step[moved]
    at, cut = after[moved], borrow[after][moved] - slope * usage[after][moved]
    low = (cut >= LOW_LEG) & (slope > 0)
    base, gentle = _median(size, at[low], cut[low]), _median(size, at[low], slope[low])
    high = (cut < LOW_LEG) & (slope > STEEPER * np.nan_to_num(gentle[at], nan=USUAL_SLOPE))
    above = at[high]
    with np.errstate(divide="ignore", invalid="ignore"):
        met = (np.maximum(base[above], 0.0) - cut[high]) / (slope[high] - gentle[above])
        usual = borrow / np.maximum(usage, 1e-9)  # through the origin, until a line is known
    steep, kink = _median(size, above, slope[high]), _median(size, above, met)
    gentle = np.where(np.isfinite(gentle), gentle, np.where(good, usual, np.nan))
    base = np.where(np.isfinite(base), np.maximum(base, 0.0), 0.0)
    kink = np.where(np.isfinite(kink) & (kink > 0.3) & (kink < 0.99), kink, USUAL_KINK)
    return Bend(base, np.nan_to_num(gentle, nan=USUAL_SLOPE), kink, steep)


def _median(size: int, at: NDArray[np.intp], values: Floats) -> Floats:
    """The median of the last `LINES` values, at every place from each on; NaN before the first."""
    found = np.full(size, np.nan)
    if len(values):
        found[at] = pl.Series(values).rolling_median(LINES, min_samples=1).to_numpy()
    return pl.Series(found).fill_nan(None).fill_null(strategy="forward").fill_null(float("nan")).to_numpy()
