"""Income of one market as pieces of one formula, each concave or convex throughout.

With X base units of ours in the market and t all that is in it then, every utilisation of the band is p + q / t, so
the rate is r0 + r1 / t + r2 / t² between two kinks (it is linear in utilisation there, and times utilisation where
suppliers get what borrowers pay). Income over the horizon is (κ · (X − y) + c) · (r0 + r1 / t + r2 / t²), less costs:
one venue over the market varies and gets the κ part of the rate; y is what the others hold and c their parts of it.
Its second derivative has the sign of k2 · t + 3 · k3, so that there is one inflection at most, where a piece is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from moneta import RAY, SECONDS_PER_YEAR, Candidate, Curve, Terms, Weigh
from plugins.rebalance.allocate.options import Range, anchors, ranges

TOGETHER = 4
"""Venues over one market that are weighed together: their combinations grow with the power of their number."""

WEIGHTS = {Weigh.LOW: (1.0, 0.0), Weigh.MEAN: (0.5, 0.5), Weigh.HIGH: (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Piece:
    """The formula above on lo ≤ X ≤ hi, less `fixed` and `fee` · (X − y − the position of the one that varies).

    `others`: what each venue of the market holds; the `varies`-th of them (−1: none) holds X − y, within `units`.
    """

    lo: float
    hi: float
    kappa: float
    c: float
    y: float
    t0: float
    r0: float
    r1: float
    r2: float
    fee: float
    fixed: float
    others: tuple[int, ...]
    varies: int
    units: tuple[int, int]
    convex: bool = False

    def derived(self) -> tuple[float, float, float]:
        """k1, k2, k3: the slope of income is k1 − k2 / t² − 2 · k3 / t³."""
        w = self.c - self.kappa * (self.t0 + self.y)
        return self.kappa * self.r0 - self.fee, self.kappa * self.r2 + w * self.r1, w * self.r2


def of_market(members: Sequence[Candidate], terms: Terms, total: int) -> list[Piece]:
    """All pieces of the market that `members` share, from little to much money in it."""
    options = [ranges(each, total) for each in members]
    stuck = sum(min(each.lo for each in found) for found in options)  # what can't leave stays, whatever the limit
    most = max(min(total, terms.source_most.get(members[0].source, total)), stuck)
    found = _all(members, terms, options, _least(members), most) or _all(members, terms, options, 0, most)
    return sorted(dict.fromkeys(found), key=lambda piece: (piece.lo, piece.hi))


def _least(members: Sequence[Candidate]) -> int:
    """What all of them must hold together, since no more can leave the market than is unborrowed."""
    curve = next((each.curve for each in members if each.curve is not None), None)
    if curve is None:
        return 0
    return sum(each.position for each in members) - (curve.supplied - curve.borrowed)


def _all(
    members: Sequence[Candidate], terms: Terms, options: Sequence[list[Range]], least: int, most: int
) -> list[Piece]:
    found: list[Piece] = []
    for varies, own in enumerate(options):
        rest = [anchors(each) if at != varies else [0] for at, each in enumerate(options)]
        for others in product(*rest):
            for each in own:
                found += _combined(members, terms, each, varies, others, (least, most))
    return found


def _combined(
    members: Sequence[Candidate],
    terms: Terms,
    own: Range,
    varies: int,
    others: tuple[int, ...],
    ends: tuple[int, int],
) -> Iterator[Piece]:
    y = sum(others)
    low, high = max(own.lo, ends[0] - y), min(own.hi, ends[1] - y)
    if low > high:
        return
    fixed = own.fixed + sum(
        each.cost(units) for at, (each, units) in enumerate(zip(members, others, strict=True)) if at != varies
    )
    curve = next((each.curve for each in members if each.curve is not None), None)
    kept = [_kept(each) for each in members]
    piece = Piece(
        lo=float(y + low),
        hi=float(y + high),
        kappa=kept[varies],
        c=sum(part * units for part, units in zip(kept, others, strict=True)),
        y=float(y),
        t0=0.0,
        r0=0.0,
        r1=0.0,
        r2=0.0,
        fee=own.per_unit,
        fixed=fixed - own.per_unit * members[varies].position,
        others=others,
        varies=varies,
        units=(low, high),
    )
    if curve is None:
        yield piece
        return
    away = float(curve.supplied - sum(each.position for each in members))
    if low == high:
        yield _point(replace(piece, t0=away), curve, terms, y + high)
        return
    for part in _between_kinks(replace(piece, t0=away), curve, terms):
        yield from _inflected(part)


def _kept(of: Candidate) -> float:
    return of.curve.kept / RAY if of.curve is not None else 0.0


def _point(piece: Piece, curve: Curve, terms: Terms, total: int) -> Piece:
    """One position alone: its income is a number."""
    held = piece.kappa * (piece.lo - piece.y) + piece.c
    t = piece.t0 + total
    if held > 0 and t > 0:
        r0, r1, r2 = _rates(curve, terms, t)
        piece = replace(piece, fixed=piece.fixed - held * (r0 + (r1 + r2 / t) / t))
    alone = -1 if piece.others and total == sum(piece.others) else piece.varies
    return replace(piece, kappa=0.0, c=0.0, varies=alone)


def _between_kinks(piece: Piece, curve: Curve, terms: Terms) -> Iterator[Piece]:
    """The piece cut where the utilisation at one end of the band passes a point of the curve."""
    low, high = piece.t0 + piece.lo, piece.t0 + piece.hi
    cuts = {low, high}
    for response in terms.response:
        p, q = _usage(curve, response)
        for usage, _ in curve.points:
            at = q / (usage / RAY - p) if usage / RAY > p else 0.0
            if low < at < high:
                cuts.add(at)
    for left, right in pairwise(sorted(cuts)):
        r0, r1, r2 = _rates(curve, terms, (left + right) / 2)
        lo = piece.lo if left == low else left - piece.t0
        hi = piece.hi if right == high else right - piece.t0
        yield replace(piece, lo=lo, hi=hi, r0=r0, r1=r1, r2=r2)


def _usage(curve: Curve, response: int) -> tuple[float, float]:
    """Utilisation is p + q / t when borrowing answers so."""
    if curve.supplied <= 0:
        return 0.0, 0.0
    part = response / RAY
    return part * curve.borrowed / curve.supplied, (1 - part) * curve.borrowed


def _rates(curve: Curve, terms: Terms, t: float) -> tuple[float, float, float]:
    """r0, r1, r2 around t, over the horizon and the band, before the venue's `kept`."""
    horizon = terms.seconds / SECONDS_PER_YEAR
    r0 = r1 = r2 = 0.0
    for weight, response in zip(WEIGHTS[terms.weigh], terms.response, strict=True):
        p, q = _usage(curve, response)
        base, slope = _line(curve, p + q / t)
        if curve.on_borrowed:  # (base + slope · u) · u
            parts = (base + slope * p) * p, (base + 2 * slope * p) * q, slope * q * q
        else:
            parts = base + slope * p, slope * q, 0.0
        r0, r1, r2 = r0 + weight * parts[0], r1 + weight * parts[1], r2 + weight * parts[2]
    return r0 * horizon, r1 * horizon, r2 * horizon


def _line(curve: Curve, usage: float) -> tuple[float, float]:
    """The straight line that the rate follows at this utilisation: its value at none, and its slope."""
    last = len(curve.points) - 1
    right = next((place for place, (at, _) in enumerate(curve.points) if at / RAY >= usage and place), last)
    (u0, y0), (u1, y1) = curve.points[right - 1], curve.points[right]
    slope = (y1 - y0) / (u1 - u0)
    return y0 / RAY - slope * (u0 / RAY), slope


def _inflected(piece: Piece) -> Iterator[Piece]:
    """The piece cut at its inflection, each part told apart."""
    _, k2, k3 = piece.derived()
    at = -3 * k3 / k2 - piece.t0 if k2 else piece.lo
    inside = piece.lo < at < piece.hi
    halves = (replace(piece, hi=at), replace(piece, lo=at)) if inside else (piece,)
    for half in halves:
        middle = half.t0 + (half.lo + half.hi) / 2
        yield replace(half, convex=k2 * middle + 3 * k3 > 0)
