"""The arrays of the backtest, by what they hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOUR = 3_600
DAY = 24
"""Hours."""

YEAR = 365 * 24
"""Hours: the protocols' own year, by which a yearly rate is turned into an hour's."""


def last_known(values: Floats) -> Floats:
    """Each NaN becomes the last number before it; those before the first number stay."""
    places = np.where(np.isnan(values), -1, np.arange(len(values)))
    latest = np.maximum.accumulate(places)
    return np.where(latest >= 0, values[np.maximum(latest, 0)], np.nan)
