"""The bound's own way through time: what it would have moved and paid, its drawdown, its growth by the hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.backtest.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Walk:
    """`equity`: parts of the start, by hour; `places`: where all money is in each hour."""

    equity: Floats
    places: Ints


def best_way(growth: Floats, kept: Floats, start: int, beside: Floats) -> tuple[float, Walk]:
    """What a unit at `start` comes to at the most, what is earned beside it added, and the way of that unit.

    `growth`: places by hours; `kept`: hours by places by places; `beside`: parts of the start, by hour.
    """
    places, hours = growth.shape
    ahead, extra = np.ones(places), 0.0
    turns = np.empty((hours, places), dtype=np.int8)
    for hour in range(hours - 1, -1, -1):
        extra += float(beside[hour]) * float(ahead.max())
        gained = kept[hour] * (growth[:, hour] * ahead)
        turns[hour] = gained.argmax(axis=1)
        ahead = gained.max(axis=1)
    return float(ahead[start]) + extra, _walk(growth, kept, start, beside, turns)


def _walk(growth: Floats, kept: Floats, start: int, beside: Floats, turns: NDArray[np.int8]) -> Walk:
    hours = growth.shape[1]
    equity, places = np.ones(hours + 1), np.empty(hours, dtype=np.int64)
    at = start
    for hour in range(hours):
        there = int(turns[hour, at])
        equity[hour + 1] = equity[hour] * kept[hour, at, there] * growth[there, hour] + float(beside[hour])
        places[hour] = at = there
    return Walk(equity, places)
