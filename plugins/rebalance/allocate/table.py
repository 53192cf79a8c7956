"""All pieces of all markets as columns of numbers, and what each market would hold at a price of money.

Every operation is one that IEEE 754 rounds in one way alone (no exp, no dot product), and the order of a sum follows
from its length, so that the same numbers come out on every processor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from plugins.rebalance.allocate.pieces import Piece

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
STEPS = 60
"""Newton's steps for one inversion; the bracket halves wherever they don't help, so that many always suffice."""

CLOSE = 1e-14

OWN = ("lo", "hi", "kappa", "c", "y", "t0", "r0", "r1", "r2", "fee", "fixed", "convex")
"""The columns that are a piece's own."""


@dataclass(frozen=True, slots=True)
class Table:
    """Column by column, a row a piece; `k1` to `k3` give the slope. `convex` is 0 or 1."""

    lo: Floats
    hi: Floats
    kappa: Floats
    c: Floats
    y: Floats
    t0: Floats
    r0: Floats
    r1: Floats
    r2: Floats
    fee: Floats
    fixed: Floats
    convex: Floats
    k1: Floats
    k2: Floats
    k3: Floats
    steep: Floats  # the slope at lo
    flat: Floats  # the slope at hi

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Table:
        return cls.of_columns(
            [np.array([getattr(piece, name) for piece in pieces], dtype=np.float64) for name in OWN]
        )

    @classmethod
    def of_columns(cls, own: Sequence[Floats]) -> Table:
        """From the columns of OWN; the slope's are those of Piece.derived."""
        lo, hi, kappa, c, y, t0, r0, r1, r2, fee, _, _ = own
        w = c - kappa * (t0 + y)
        k1, k2, k3 = kappa * r0 - fee, kappa * r2 + w * r1, w * r2
        ends = _slope(k1, k2, k3, lo + t0), _slope(k1, k2, k3, hi + t0)
        return cls(**dict(zip(OWN, own, strict=True)), k1=k1, k2=k2, k3=k3, steep=ends[0], flat=ends[1])

    def rows(self, chosen: Places) -> Table:
        return Table(*(getattr(self, each.name)[chosen] for each in fields(self)))

    def income(self, x: Floats) -> Floats:
        """Base units over the horizon, costs taken off, with `x` in each piece's market."""
        t = np.maximum(self.t0 + x, 1.0)  # an empty market's point pieces hold their income in `fixed`
        own = self.kappa * (x - self.y) + self.c
        rate = self.r0 + (self.r1 + self.r2 / t) / t
        spent: Floats = self.fee * (x - self.y) + self.fixed
        return own * rate - spent

    def wanted(self, price: float) -> Floats:
        """What each piece would hold where a base unit of money costs `price`: the most of income − price · x."""
        x = np.where(self.flat >= price, self.hi, self.lo)
        inside = np.flatnonzero((self.steep > price) & (self.flat < price) & (self.convex == 0))
        if inside.size:
            x[inside] = self._inverse(inside, price)
        bent = np.flatnonzero(self.convex)
        if bent.size:  # a convex piece is best at one of its ends
            ends = self.rows(bent)
            above = ends.income(ends.hi) - ends.income(ends.lo) > price * (ends.hi - ends.lo)
            x[bent] = np.where(above, ends.hi, ends.lo)
        return x

    def _inverse(self, at: Places, price: float) -> Floats:
        """Where the slope, which falls throughout, is `price`: Newton in 1 / t, kept within a bracket."""
        k1, k2, k3, t0 = self.k1[at], self.k2[at], self.k3[at], self.t0[at]
        a, b = 1 / (t0 + self.hi[at]), 1 / (t0 + self.lo[at])
        over = k1 - price
        # exact where k3 is 0
        part = (price - self.flat[at]) / (self.steep[at] - self.flat[at])
        s = np.sqrt(a * a + (b * b - a * a) * part)
        for _ in range(STEPS):
            value = over - s * s * (k2 + 2 * k3 * s)
            bend = -s * (2 * k2 + 6 * k3 * s)
            a, b = np.where(value > 0, a, s), np.where(value > 0, s, b)
            with np.errstate(divide="ignore", invalid="ignore"):
                step = s - value / bend
            found = np.where((step >= a) & (step <= b), step, (a + b) / 2)
            moved = np.abs(found - s) > CLOSE * s
            s = found
            if not moved.any():
                break
        inverse: Floats = np.clip(1 / s - t0, self.lo[at], self.hi[at])
        return inverse


def _slope(k1: Floats, k2: Floats, k3: Floats, t: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        slope: Floats = np.where(t > 0, k1 - (k2 + 2 * k3 / t) / (t * t), 0.0)
    return slope


def total(values: Floats) -> float:
    """The sum in pairs, as numpy adds: how follows from their number alone."""
    return float(np.add.reduce(values))
