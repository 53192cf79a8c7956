"""A venue's rows on a grid of hours: the last believed row known at each hour, and whether it is of that hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agent.backtest.arrays import HOUR, Flags, Floats, Ints
from agent.backtest.records import Record

GRACE = {HOUR: 6 * HOUR, 2 * HOUR: 12 * HOUR, 86_400: 3 * 86_400}
"""Seconds without a believed row until a deposit is counted as earning nothing, by the seconds between rows."""

FRESH = {HOUR: HOUR, 2 * HOUR: 2 * HOUR, 86_400: 2 * 86_400}
"""Seconds that a row may be entered on."""


@dataclass(frozen=True, slots=True)
class Track:
    """A venue by hours; NaN before its first believed row. The fields are those of `World`."""

    ok: Flags
    locked: Flags
    supplied: Floats
    borrowed: Floats
    usage: Floats
    lend: Floats
    borrow: Floats
    pays: Floats


def track(sources: Sequence[tuple[Record, Flags]], hours: Ints) -> Track:
    """Several files may tell of one venue: where the first is silent the next speaks."""
    tracks = [_track(record, good, hours) for record, good in sources]
    merged = tracks[0]
    for other in tracks[1:]:
        merged = _merged(merged, other)
    return merged


def _track(record: Record, good: Flags, hours: Ints) -> Track:
    rows = np.searchsorted(record.at, hours, side="right") - 1  # the last row known, believed or not
    kept = np.flatnonzero(good)
    if len(kept) == 0:
        nothing, never = np.full(len(hours), np.nan), np.zeros(len(hours), dtype=np.bool_)
        return Track(never, never, nothing, nothing, nothing, nothing, nothing, nothing)
    place = np.searchsorted(record.at[kept], hours, side="right") - 1
    known = place >= 0
    last = kept[np.maximum(place, 0)]
    age = hours - record.at[last]

    def column(values: Floats) -> Floats:
        return np.where(known, values[last], np.nan)

    newest = known & (rows == last) & (age < FRESH[record.every])
    lend = column(record.lend)
    supplied = column(record.supplied)
    return Track(
        ok=newest & ~record.closed[last],
        locked=known & record.locked[np.maximum(rows, 0)],
        supplied=supplied,
        borrowed=np.minimum(column(record.borrowed), supplied),
        usage=np.clip(column(record.usage), 0.0, 1.0),
        lend=lend,
        borrow=column(record.borrow),
        pays=np.where(known & (age < GRACE[record.every]), lend, 0.0),
    )


def _merged(first: Track, other: Track) -> Track:
    """The first where it has something to say, or the other has nothing."""
    use = (first.pays > 0) | ~(other.pays > 0)
    names = ("ok", "locked", "supplied", "borrowed", "usage", "lend", "borrow", "pays")
    return Track(*(np.where(use, getattr(first, name), getattr(other, name)) for name in names))
