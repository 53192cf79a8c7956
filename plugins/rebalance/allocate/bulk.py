"""The pieces of pieces.py for many markets at once: those of one venue each, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from moneta import RAY, SECONDS_PER_YEAR, Terms
from plugins.rebalance.allocate.columns import Columns, Flags
from plugins.rebalance.allocate.options import Kind
from plugins.rebalance.allocate.pieces import WEIGHTS
from plugins.rebalance.allocate.table import Floats, Places

Pieces = Mapping[str, Floats]
"""A column each of OWN in table.py, a row a piece."""


@dataclass(frozen=True, slots=True)
class Options:
    """What venues may hold, a row a range: `owner` is the venue's row; costs as those of options.Range."""

    owner: Places
    kind: Kind
    lo: Floats
    hi: Floats
    fixed: Floats
    fee: Floats


def pieces(of: Columns, terms: Terms, total: int) -> Iterator[tuple[Places, Kind, Pieces]]:
    """The pieces, kind by kind from little to much: each one's venue and its columns, ascending within a venue."""
    for each in _options(of, terms, float(total)):
        alone = each.lo == each.hi
        if alone.any():
            yield _points(of, terms, _chosen(each, alone))
        if not alone.all():
            yield _sections(of, terms, _chosen(each, ~alone))


def _options(of: Columns, terms: Terms, total: float) -> Iterator[Options]:
    """`ranges` of options.py, and what the limit of the whole market leaves of them."""
    held, stuck = of.held, of.held - np.minimum(of.liquid, of.held)
    most = np.minimum(of.most, total)
    limit = np.full(held.size, total)
    if terms.source_most:
        limit = np.array([terms.source_most.get(each.source, total) for each in of.members], dtype=np.float64)
    whole = np.maximum(np.minimum(limit, total), stuck)
    low, high = np.maximum(np.maximum(stuck, of.least), 1), np.minimum(held - 1, np.maximum(most, stuck))
    shrinks = low <= high
    some = (stuck > 0) & ((stuck < low) | ~shrinks) & ((stuck < held) | (held > most))
    nothing = np.zeros(held.size)
    yield _option(Kind.OUT, stuck == 0, nothing, nothing, _cost_less(of, nothing), nothing, whole)
    yield _option(Kind.STUCK, some, stuck, stuck, _cost_less(of, stuck), nothing, whole)
    yield _option(Kind.LESS, shrinks, low, high, of.leave, -of.fee, whole)
    yield _option(Kind.STAY, (held > 0) & (held <= most), held, held, nothing, nothing, whole)
    low = np.maximum(held + 1, of.least)
    yield _option(Kind.MORE, low <= most, low, most, of.enter + np.where(held > 0, 0, of.leave), of.fee, whole)


def _option(kind: Kind, there: Flags, lo: Floats, hi: Floats, fixed: Floats, fee: Floats, whole: Floats) -> Options:
    hi = np.minimum(hi, whole)
    owner = np.flatnonzero(there & (lo <= hi))
    return Options(owner, kind, lo[owner], hi[owner], fixed[owner], fee[owner])


def _cost_less(of: Columns, units: Floats) -> Floats:
    """What leaving down to so much costs."""
    cost: Floats = np.where(units < of.held, of.leave + np.ceil((of.held - units) * of.fee), 0.0)
    return cost


def _chosen(of: Options, rows: Flags) -> Options:
    return Options(of.owner[rows], of.kind, of.lo[rows], of.hi[rows], of.fixed[rows], of.fee[rows])


def _points(of: Columns, terms: Terms, at: Options) -> tuple[Places, Kind, Pieces]:
    """One position alone: its income is a number."""
    owner, x = at.owner, at.lo
    away = of.supplied[owner] - of.held[owner]
    t = np.maximum(away + x, 1.0)
    earned = np.zeros(x.size)
    if at.kind != Kind.OUT:
        r0, r1, r2 = _rates(of, owner, terms, t)
        earned = np.where(x > 0, of.kept[owner] * x * (r0 + (r1 + r2 / t) / t), 0.0)
    spent = at.fixed - at.fee * of.held[owner]
    none = np.zeros(x.size)
    return owner, at.kind, {
        "lo": x, "hi": x, "kappa": none, "c": none, "y": none, "t0": away, "r0": none, "r1": none, "r2": none,
        "fee": at.fee, "fixed": spent - earned, "convex": none,
    }  # fmt: skip


def _sections(of: Columns, terms: Terms, at: Options) -> tuple[Places, Kind, Pieces]:
    """Each range cut at kinks and inflections."""
    away = of.supplied[at.owner] - of.held[at.owner]
    low, high = away + at.lo, away + at.hi
    cuts = np.sort(np.column_stack([low, *_kinks(of, at.owner, terms, low, high), high]), axis=1)
    left, right = cuts[:, :-1], cuts[:, 1:]
    row, column = np.nonzero(left < right)
    left, right = left[row, column], right[row, column]
    owner, away = at.owner[row], away[row]
    lo = np.where(left == low[row], at.lo[row], left - away)
    hi = np.where(right == high[row], at.hi[row], right - away)
    r0, r1, r2 = _rates(of, owner, terms, (left + right) / 2)
    kappa, fee = of.kept[owner], at.fee[row]
    fixed = at.fixed[row] - fee * of.held[owner]
    weight = -kappa * away
    k2, k3 = kappa * r2 + weight * r1, weight * r2
    with np.errstate(divide="ignore", invalid="ignore"):
        bend = np.where(k2 != 0, -3 * k3 / k2 - away, lo)
    inside = (lo < bend) & (bend < hi)
    again = np.repeat(np.arange(lo.size), 1 + inside)
    second = np.flatnonzero(again[1:] == again[:-1]) + 1
    bend, lo, hi = bend[again], lo[again], hi[again]
    hi[second - 1], lo[second] = bend[second - 1], bend[second]
    middle = away[again] + (lo + hi) / 2
    convex = (k2[again] * middle + 3 * k3[again] > 0).astype(np.float64)
    none = np.zeros(lo.size)
    return owner[again], at.kind, {
        "lo": lo, "hi": hi, "kappa": kappa[again], "c": none, "y": none, "t0": away[again], "r0": r0[again],
        "r1": r1[again], "r2": r2[again], "fee": fee[again], "fixed": fixed[again], "convex": convex,
    }  # fmt: skip


def _kinks(of: Columns, owner: Places, terms: Terms, low: Floats, high: Floats) -> Iterator[Floats]:
    """What is in the market where a point of its curve is passed; `low` where that isn't between low and high."""
    for response in sorted(set(terms.response)):
        p, q = _usage(of, owner, response)
        for column in range(of.usage.shape[1]):
            usage = of.usage[owner, column]
            with np.errstate(divide="ignore", invalid="ignore"):
                at = q / (usage - p)
            yield np.where((usage > p) & (at > low) & (at < high), at, low)


def _usage(of: Columns, owner: Places, response: int) -> tuple[Floats, Floats]:
    """Utilisation is p + q / t when borrowing answers so."""
    part = response / RAY
    return part * of.borrowed[owner] / of.supplied[owner], (1 - part) * of.borrowed[owner]


def _rates(of: Columns, owner: Places, terms: Terms, t: Floats) -> tuple[Floats, Floats, Floats]:
    """r0, r1, r2 around t, over the horizon and the band, before the venue's `kept`."""
    horizon, shape = terms.seconds / SECONDS_PER_YEAR, of.usage.shape[1]
    r0, r1, r2 = np.zeros(t.size), np.zeros(t.size), np.zeros(t.size)
    places, rates, lends = of.usage.ravel(), of.rate.ravel(), of.on_borrowed[owner]
    inner = [of.usage[owner, column] for column in range(1, shape - 1)]
    first = owner * shape
    for weight, response in zip(WEIGHTS[terms.weigh], terms.response, strict=True):
        p, q = _usage(of, owner, response)
        usage, left = p + q / t, first.copy()
        for at in inner:
            left += at < usage
        u0, y0 = places[left], rates[left]
        slope = (rates[left + 1] - y0) / (places[left + 1] - u0)
        base = y0 - slope * u0
        line = base + slope * p
        r0 += weight * np.where(lends, line * p, line)
        r1 += weight * np.where(lends, (line + slope * p) * q, slope * q)
        r2 += weight * np.where(lends, slope * q * q, 0.0)
    return r0 * horizon, r1 * horizon, r2 * horizon
