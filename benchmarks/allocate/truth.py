"""The best allocation by another way: a mixed-integer program (HiGHS), its curves refined until it is known.

Each venue's positions are cut where its curve or costs break. On a concave part income lies below its tangents, on a
convex one below its chord: so the program's bound holds for every allocation, and its solution is one. Tangents are
added, chords cut in two, where it ended, until bound and solution meet. None of the allocator's code is used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from agent.curves import Candidate, Curve, Terms, Weigh
from agent.money import RAY, SECONDS_PER_YEAR

Floats = NDArray[np.float64]
SCALE = 1_000.0  # money and income are this in the program: its tolerances are absolute
ROUNDS = 60
SAMPLES = 400
FIRST_TANGENTS = 6


@dataclass(slots=True)
class Section:
    """A venue's income after costs from `lo` to `hi`; `touches`: where a concave one has tangents."""

    venue: int
    lo: float
    hi: float
    income: Callable[[float], float]
    slope: Callable[[float], float]
    convex: bool = False
    touches: list[float] = field(default_factory=list)

    def lines(self) -> list[tuple[float, float]]:
        """Level at 0 and slope of the lines that income is below."""
        if self.hi - self.lo <= 0:
            return [(self.income(self.lo), 0.0)]
        if self.convex:
            low, high = self.income(self.lo), self.income(self.hi)
            slope = (high - low) / (self.hi - self.lo)
            return [(low - slope * self.lo, slope)]
        return [(self.income(x) - self.slope(x) * x, self.slope(x)) for x in self.touches]


@dataclass(frozen=True, slots=True)
class Truth:
    """`value` is reached by an allocation; none is better than `bound`, infinite where no program was solved."""

    value: float
    bound: float


def best(candidates: Sequence[Candidate], terms: Terms, near: float) -> Truth:
    """To `near` of the value, or as far as ROUNDS refinements come."""
    money = float(terms.cash + sum(each.position for each in candidates))
    found = [each for at, of in enumerate(candidates) for each in sections(at, of, terms, money)]
    scale = max(sum(max(abs(each.income(each.lo)), abs(each.income(each.hi))) for each in found), 1.0) / len(
        candidates
    )
    value, bound = -np.inf, np.inf
    for _ in range(ROUNDS):
        solved = _solved(found, len(candidates), money, scale)
        if solved is None:
            break
        x, bound = solved
        taken = [(each, held) for each, held in zip(found, x, strict=True) if held is not None]
        value = max(value, sum(each.income(held) for each, held in taken))
        if bound - value <= near * max(abs(value), 1.0):
            break
        for each, held in taken:
            found += _refined(each, held)
    return Truth(value, bound)


def _refined(section: Section, at: float) -> Iterator[Section]:
    if not section.convex:
        section.touches.append(at)
        return
    middle = at if section.lo < at < section.hi else (section.lo + section.hi) / 2
    yield Section(section.venue, middle, section.hi, section.income, section.slope, True)
    section.hi = middle


def sections(at: int, of: Candidate, terms: Terms, money: float) -> Iterator[Section]:
    stuck = of.position - min(of.liquidity, of.position)
    most = money if of.most is None else min(of.most, money)
    spans = [(float(stuck), float(stuck))]  # all that can leave has left
    if of.position <= most:
        spans.append((float(of.position), float(of.position)))
    spans.append((float(max(stuck, of.least, 1)), min(of.position - 1.0, max(most, stuck))))
    spans.append((float(max(of.position + 1, of.least)), most))
    for low, high in dict.fromkeys(spans):
        if low <= high:
            yield from _smooth(at, of, terms, low, high)


def _smooth(at: int, of: Candidate, terms: Terms, low: float, high: float) -> Iterator[Section]:
    curve = of.curve
    assert curve is not None
    income, slope = _functions(of, curve, terms, above=low > of.position)
    cuts = {low, high}
    for response in terms.response:
        for usage, _ in curve.points:
            place = _where(curve, response / RAY, usage / RAY) + of.position
            if low < place < high:
                cuts.add(place)
    edges = sorted(cuts)
    for left, right in [(low, high)] if low == high else pairwise(edges):
        yield from _bent(Section(at, left, right, income, slope))


def _where(curve: Curve, response: float, usage: float) -> float:
    """The deposit at which utilisation is `usage`: (B + ρ B d / S) / (S + d) = usage."""
    share = response * curve.borrowed / curve.supplied
    return (curve.borrowed - usage * curve.supplied) / (usage - share) if usage != share else np.inf


def _functions(
    of: Candidate, curve: Curve, terms: Terms, above: bool
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Income less costs and its slope as functions of the position."""
    weights = {Weigh.LOW: (1.0, 0.0), Weigh.MEAN: (0.5, 0.5), Weigh.HIGH: (0.0, 1.0)}[terms.weigh]
    places = np.array([usage / RAY for usage, _ in curve.points])
    rates = np.array([rate / RAY for _, rate in curve.points])
    years, kept, fee = terms.seconds / SECONDS_PER_YEAR, curve.kept / RAY, of.exit_fee / RAY
    gas = of.enter + (0 if of.position else of.leave) if above else of.leave

    def rate(deposit: float, response: float) -> float:
        supplied = curve.supplied + deposit
        if supplied <= 0:
            return 0.0
        usage = curve.borrowed * (1 + response * deposit / curve.supplied) / supplied
        paid = float(np.interp(usage, places, rates))
        return kept * paid * (usage if curve.on_borrowed else 1.0)

    def income(x: float) -> float:
        earned = sum(w * rate(x - of.position, r / RAY) for w, r in zip(weights, terms.response, strict=True))
        moved = abs(x - of.position)
        return x * earned * years - (gas + fee * moved if moved else 0.0)

    return income, _slope(of, curve, terms, weights, above)


def _slope(
    of: Candidate, curve: Curve, terms: Terms, weights: tuple[float, float], above: bool
) -> Callable[[float], float]:
    """By the product and chain rules."""
    years, kept, fee = terms.seconds / SECONDS_PER_YEAR, curve.kept / RAY, of.exit_fee / RAY

    def slope(x: float) -> float:
        found = 0.0
        for weight, response in zip(weights, terms.response, strict=True):
            deposit, share = x - of.position, response / RAY * curve.borrowed / curve.supplied
            supplied = curve.supplied + deposit
            usage = (curve.borrowed + share * deposit) / supplied
            falls = (share - usage) / supplied
            pay, steep = _line(curve, usage)
            rate = kept * pay * (usage if curve.on_borrowed else 1.0)
            drift = kept * (steep * usage + pay if curve.on_borrowed else steep) * falls
            found += weight * (rate + x * drift)
        return found * years + (-fee if above else fee)

    return slope


def _line(curve: Curve, usage: float) -> tuple[float, float]:
    for (u0, y0), (u1, y1) in pairwise(curve.points):
        if usage * RAY <= u1 or u1 == curve.points[-1][0]:
            steep = (y1 - y0) / (u1 - u0)
            return y0 / RAY + steep * (usage - u0 / RAY), steep
    raise AssertionError


def _bent(section: Section) -> Iterator[Section]:
    """Cut where the bend changes its sign, found on samples and by halving."""
    width = section.hi - section.lo
    if width <= 0:
        yield section
        return
    inner = section.lo + width * (np.arange(SAMPLES) + 0.5) / SAMPLES
    signs = [section.slope(float(b)) > section.slope(float(a)) * (1 + 1e-12) for a, b in pairwise(inner)]
    edges, kinds = [section.lo], [signs[0]]
    for at, sign in enumerate(signs[1:], start=1):
        if sign != kinds[-1]:
            edges.append(float(inner[at]))
            kinds.append(sign)
    edges.append(section.hi)
    for left, right, convex in zip(edges, edges[1:], kinds, strict=False):
        touches = [] if convex else _touches(left, right)
        yield Section(section.venue, left, right, section.income, section.slope, convex, touches)


def _touches(left: float, right: float) -> list[float]:
    """Just inside the ends, where the slope is one-sided, and between them, nearer to the left."""
    edge = (right - left) * 1e-9
    ratio = np.linspace(0, 1, FIRST_TANGENTS) ** 2
    return [float(min(max(left + (right - left) * part, left + edge), right - edge)) for part in ratio]


def _solved(
    sections: Sequence[Section], venues: int, money: float, scale: float
) -> tuple[list[float | None], float] | None:
    """What each section holds (None: not taken), and the program's bound; None where HiGHS doesn't solve it."""
    n, unit = len(sections), money / SCALE if money else 1.0
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    low: list[float] = []
    high: list[float] = []

    def add(entries: Sequence[tuple[int, float]], least: float, most: float) -> None:
        rows.extend([len(low)] * len(entries))
        columns.extend(column for column, _ in entries)
        values.extend(value for _, value in entries)
        low.append(least)
        high.append(most)

    for at, each in enumerate(sections):  # x at n + at, income at 2 n + at
        add([(n + at, 1.0), (at, -each.hi / unit)], -np.inf, 0.0)
        add([(n + at, 1.0), (at, -each.lo / unit)], 0.0, np.inf)
        for level, slope in each.lines():
            factor = SCALE / scale
            add([(2 * n + at, 1.0), (at, -level * factor), (n + at, -slope * unit * factor)], -np.inf, 0.0)
    for venue in range(venues):
        add([(at, 1.0) for at, each in enumerate(sections) if each.venue == venue], 1.0, 1.0)
    add([(n + at, 1.0) for at in range(n)], -np.inf, SCALE)
    matrix = coo_array((values, (rows, columns)), shape=(len(low), 3 * n)).tocsc()
    kinds = np.concatenate([np.ones(n), np.zeros(2 * n)])
    least = np.concatenate([np.zeros(2 * n), np.full(n, -np.inf)])
    most = np.concatenate([np.ones(n), np.full(2 * n, np.inf)])
    cost = np.concatenate([np.zeros(2 * n), -np.ones(n)])
    for presolve in (True, False):  # presolve takes some programs for infeasible that hold every earlier solution
        with _silent():
            found = milp(
                cost,
                constraints=LinearConstraint(matrix, low, high),
                integrality=kinds,
                bounds=Bounds(least, most),
                options={"mip_rel_gap": 1e-9, "presolve": presolve},
            )
        if found.x is not None:
            break
    else:
        return None
    held: list[float | None] = []
    for at, each in enumerate(sections):
        taken = found.x[at] > 0.5
        held.append(min(max(float(found.x[n + at]) * unit, each.lo), each.hi) if taken else None)
    return held, -float(found.mip_dual_bound) * scale / SCALE


@contextmanager
def _silent() -> Iterator[None]:
    """HiGHS writes to standard output by itself, past Python: only figures belong there."""
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
