"""The concave relaxation of an allocation as cvxpy is told it: income below the lines of each market's envelope."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import cvxpy as _cvxpy
import numpy as np

from agent.curves import Candidate, Terms
from benchmarks.allocate.truth import sections

cvxpy: Any = _cvxpy  # half of it has types

POINTS = 250


def concave(candidates: Sequence[Candidate], terms: Terms) -> tuple[Any, float]:
    """The problem, and what its value is to be multiplied with to be base units."""
    money = float(terms.cash + sum(each.position for each in candidates))
    unit = money / len(candidates)
    levels, slopes, owners, lows, highs = [], [], [], [], []
    for at, of in enumerate(candidates):
        hull = _hull(of, terms, money)
        lows.append(hull[0][0] / unit)
        highs.append(hull[-1][0] / unit)
        for level, slope in _lines(hull):
            owners.append(at)
            levels.append(level / unit)
            slopes.append(slope)
    held, income = cvxpy.Variable(len(candidates), nonneg=True), cvxpy.Variable(len(candidates))
    below = income[owners] <= np.array(levels) + cvxpy.multiply(np.array(slopes), held[owners])
    limits = [below, held >= np.array(lows), held <= np.array(highs), cvxpy.sum(held) <= money / unit]
    return cvxpy.Problem(cvxpy.Maximize(cvxpy.sum(income)), limits), unit


def _hull(of: Candidate, terms: Terms, money: float) -> list[tuple[float, float]]:
    """The upper hull of points of the venue's income, POINTS a section, denser where there is less money."""
    points: dict[float, float] = {}
    for each in sections(0, of, terms, money):
        for part in np.linspace(0, 1, POINTS if each.hi > each.lo else 1) ** 4:
            x = float(each.lo + (each.hi - each.lo) * part)
            points[x] = max(points.get(x, -np.inf), each.income(x))
    hull: list[tuple[float, float]] = []
    for point in sorted(points.items()):
        while len(hull) > 1 and _below(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _lines(hull: list[tuple[float, float]]) -> list[tuple[float, float]]:
    lines = []
    for (x0, y0), (x1, y1) in pairwise(hull):
        slope = (y1 - y0) / (x1 - x0)
        lines.append((y0 - slope * x0, slope))
    return lines or [(hull[0][1], 0.0)]


def _below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])
