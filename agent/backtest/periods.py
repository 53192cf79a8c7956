"""Which stretches of time are told apart: calendar half-years (quarters in a short record), the unseen, the whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from agent.backtest.arrays import DAY, HOUR, Ints

CHOSEN_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
"""Moneta's parameters were chosen on hours before it, and on none after."""

SHORT = 400 * DAY
"""Hours: a record up to this long is told by quarters."""

LEAST = 14 * DAY


@dataclass(frozen=True, slots=True)
class Period:
    """Hours `first` to `last` of a world. `data`: whether its hours are `chosen`, `unseen` or `both`."""

    name: str
    first: int
    last: int
    data: str


def periods(hours: Ints, since: int | None = None, until: int | None = None, quick: bool = False) -> list[Period]:
    """The periods of these hours, within Unix seconds `since` to `until`; those under two weeks aren't told apart."""
    first = 0 if since is None else int(np.searchsorted(hours, since))
    last = len(hours) - 1 if until is None else int(np.searchsorted(hours, until, side="right")) - 1
    if last - first < 2:
        return []
    whole = Period("whole", first, last, _data(hours, first, last))
    cut = int(np.searchsorted(hours, int(CHOSEN_BEFORE.timestamp())))
    found = [whole]
    if whole.data == "both":
        found += [Period("chosen", first, cut, "chosen"), Period("unseen", cut, last, "unseen")]
    if not quick:
        found += _calendar(hours, first, last)
    return [each for each in found if each is whole or each.last - each.first >= LEAST]


def _calendar(hours: Ints, first: int, last: int) -> list[Period]:
    months = 3 if last - first <= SHORT else 6
    found: list[Period] = []
    at = datetime.fromtimestamp(int(hours[first]), UTC)
    year, part = at.year, (at.month - 1) // months
    while True:
        starts = datetime(year, part * months + 1, 1, tzinfo=UTC)
        name = f"{year}-{'Q' if months == 3 else 'H'}{part + 1}"
        year, part = (year, part + 1) if (part + 1) * months < 12 else (year + 1, 0)
        ends = datetime(year, part * months + 1, 1, tzinfo=UTC)
        low = max(int(np.searchsorted(hours, int(starts.timestamp()))), first)
        high = min(int(np.searchsorted(hours, int(ends.timestamp()))), last)
        if low >= last:
            return found
        if high > low:
            found.append(Period(name, low, high, _data(hours, low, high)))


def _data(hours: Ints, first: int, last: int) -> str:
    cut = CHOSEN_BEFORE.timestamp()
    if hours[last] <= cut:
        return "chosen"
    return "unseen" if hours[first] >= cut else "both"


__all__ = ["CHOSEN_BEFORE", "HOUR", "Period", "periods"]
