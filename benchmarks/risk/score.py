"""What a replay comes to: incidents, what was heard before them, and exits for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agent.past import Effect
from benchmarks.risk.history import HOUR, MICRO, Column
from benchmarks.risk.replay import Mask, Replayed

APART = 24 * HOUR
"""What lies closer together is one incident, or one exit."""
BEFORE = 24 * HOUR
"""So long before an incident a signal is of that incident, and so long after an exit an incident proves it."""
MONTH = 365 * 24 * HOUR // 12
CUT = 1_735_689_600
"""2025-01-01: thresholds were chosen on what lies before."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A door that shut. `warned` and `left`: hours before that the first `closed` or `leave`, the first `leave` came;
    None where none came before. `free_usd`: what could leave in the hour of the first `leave`.
    """

    market: str
    kind: str
    at: int
    hours: int
    warned: float | None
    left: float | None
    free_usd: float | None
    rule: str


@dataclass(frozen=True, slots=True)
class Score:
    """Of one market and period, or of several together. `exits`: signals to leave; `false`: nothing came of them."""

    market: str
    months: float
    incidents: tuple[Incident, ...]
    exits: int
    false: int

    @property
    def false_a_month(self) -> float:
        return self.false / self.months if self.months else 0.0

    @property
    def precision(self) -> float | None:
        return (self.exits - self.false) / self.exits if self.exits else None

    @property
    def recall(self) -> float | None:
        left = sum(each.left is not None for each in self.incidents)
        return left / len(self.incidents) if self.incidents else None


def episodes(at: Column, mask: Mask) -> list[tuple[int, int]]:
    """First and last row of what lies less than `APART` apart."""
    found: list[tuple[int, int]] = []
    for row in map(int, np.flatnonzero(mask)):
        if found and at[row] - at[found[-1][1]] <= APART:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


def score(replayed: Replayed, since: int, until: int) -> Score:
    """What begins from `since` to `until`, in Unix seconds."""
    at = replayed.at
    inside = (at >= since) & (at < until) & replayed.weighed
    shut = np.flatnonzero(replayed.shut)
    leave = replayed.is_at_least(Effect.LEAVE)
    starts = [first for first, _ in episodes(at, leave) if inside[first]]
    false = sum(not _follows(at, shut, first) for first in starts)
    incidents = tuple(
        _incident(replayed, first, last, kind)
        for kind, mask in (("door", replayed.full | replayed.short), ("peg", replayed.broken))
        for first, last in episodes(at, mask)
        if inside[first]
    )
    return Score(replayed.market.name, int(inside.sum()) * HOUR / MONTH, incidents, len(starts), false)


def together(scores: Sequence[Score]) -> Score:
    return Score(
        "all",
        sum(each.months for each in scores),
        tuple(incident for each in scores for incident in each.incidents),
        sum(each.exits for each in scores),
        sum(each.false for each in scores),
    )


def _follows(at: Column, shut: NDArray[np.intp], row: int) -> bool:
    place = int(np.searchsorted(shut, row))
    return place < len(shut) and at[shut[place]] - at[row] <= BEFORE


def _incident(replayed: Replayed, first: int, last: int, kind: str) -> Incident:
    at = replayed.at
    start = int(np.searchsorted(at, at[first] - BEFORE))
    window = slice(start, first)
    warned = _first(replayed.is_at_least(Effect.CLOSED)[window], start)
    left = _first(replayed.is_at_least(Effect.LEAVE)[window], start)
    past, market = replayed.market.past, replayed.market
    free = None
    if left is not None:
        price = market.worth[left] / max(past.supplied[left] / MICRO, 1)
        free = past.liquidity[left] / MICRO * price
    mask = replayed.broken if kind == "peg" else replayed.full | replayed.short
    return Incident(
        market.name,
        kind,
        int(at[first]),
        int(mask[first : last + 1].sum()),
        None if warned is None else (int(at[first]) - int(at[warned])) / HOUR,
        None if left is None else (int(at[first]) - int(at[left])) / HOUR,
        free,
        replayed.rule[left if left is not None else first],
    )


def _first(mask: Mask, start: int) -> int | None:
    rows = np.flatnonzero(mask)
    return start + int(rows[0]) if len(rows) else None
