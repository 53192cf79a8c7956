"""What a run comes to: yearly return after costs, regret, drawdown, and how sure the figures are."""

from __future__ import annotations

import numpy as np

from agent.backtest.arrays import DAY, YEAR, Floats

BLOCK = 14
"""Days of a block that is drawn as one: rates stay similar for about two weeks."""

DRAWS = 1_000


def apy(growth: float, hours: int) -> float:
    """The yearly return that so much growth in so many hours is, a fraction."""
    if growth <= 0:
        return -1.0
    return float(growth ** (YEAR / hours) - 1)


def drawdown(equity: Floats) -> float:
    """The largest fall from a height before it, a fraction of it."""
    heights = np.maximum.accumulate(equity)
    return float(np.max(1 - equity / heights))


def interval(equity: Floats, seed: int = 0) -> tuple[float, float]:
    """95 % of the yearly return, from blocks of days drawn with replacement."""
    daily = np.diff(np.log(np.maximum(equity[::DAY], 1e-12)))
    if len(daily) < 2:
        value = apy(float(equity[-1] / equity[0]), max(len(equity) - 1, 1))
        return value, value
    block = min(BLOCK, max(len(daily) // 2, 1))
    sums = np.convolve(daily, np.ones(block), mode="valid")
    blocks = max(round(len(daily) / block), 1)
    chance = np.random.default_rng(seed)
    drawn = sums[chance.integers(0, len(sums), (DRAWS, blocks))].sum(axis=1)
    yearly = np.expm1(drawn * 365 / (blocks * block))
    low, high = np.quantile(yearly, (0.025, 0.975))
    return float(low), float(high)
