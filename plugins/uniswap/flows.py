"""How much goes through each of several ways at once so that no shift between them gains: equal marginal prices.

Optimal routing is a convex programme (Angeris, Evans, Chitra, Boyd, "Optimal routing for constant function market
makers", 2022): at its optimum a unit more gives the same through every way that is used. The roots of lines (see
lines.py) are linear in their keys, and those of a path multiply; so Newton's method on the roots meets the optimum at
once between two stops, and in a few steps across them. Integers throughout: fractions are Q64, roots Q128.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plugins.uniswap.lines import Line, Point

Q64 = 1 << 64
MOST_STEPS = 12
CLOSE = Q64 // 500_000
"""How far apart, as a fraction, the roots of ways may stay: what is lost goes with its square."""
HALVINGS = 6
Way = tuple[Line, ...]
"""The curves in the order in which a key runs through them: an exact output's from the end."""


@dataclass(frozen=True, slots=True)
class Flows:
    """Ways and what of the key goes through each; all else follows from these.

    `total` of the values; `points` is where each curve that is used stands; `crossed` stops, in all. Of each way: its
    `values`, `roots`, and `slopes` (what fraction its root changes by per whole key, Q64).
    """

    ways: tuple[Way, ...]
    keys: tuple[int, ...]
    values: tuple[int, ...]
    points: dict[Line, Point]
    roots: tuple[int, ...]
    slopes: tuple[dict[Line, int], ...]

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def crossed(self) -> int:
        return sum(point.crossed for point in self.points.values())


def flows(ways: Sequence[Way], keys: Sequence[int], whole: int) -> Flows | None:
    """What these keys come to; None where a curve doesn't reach so far."""
    run: dict[Line, tuple[int, Point]] = {}
    values = []
    for way, key in zip(ways, keys, strict=True):
        amount = key
        for line in way:
            before = run.get(line)
            point = line.at(amount + before[0] if before else amount)
            if point is None:
                return None
            run[line] = (amount + before[0] if before else amount, point)
            amount = point.value - before[1].value if before else point.value
        values.append(amount)
    points = {line: point for line, (_, point) in run.items()}
    roots, slopes = [], []
    for way in ways:
        root, slope = along(way, points, whole)
        roots.append(root)
        slopes.append(slope)
    return Flows(tuple(ways), tuple(keys), tuple(values), points, tuple(roots), tuple(slopes))


def along(way: Way, points: dict[Line, Point], whole: int) -> tuple[int, dict[Line, int]]:
    """A way's root, and what each of its curves adds to the slope of it."""
    root, scale, slopes = 1 << 128, whole << 64, {}
    for line in way:
        point = points[line]
        slopes[line] = scale // (point.depth or 1)
        root = root * point.root >> 128
        if line is not way[-1]:
            scale = (scale << 256) // (point.root * point.root or 1)
    return root, slopes


def balanced(start: Flows, whole: int, exact_out: bool) -> Flows:
    """The best flows through these ways, from `start` on; a way that gets nothing is left out."""
    now = start
    for _ in range(MOST_STEPS):
        if len(now.ways) < 2 or max(now.roots) - min(now.roots) <= max(now.roots) * CLOSE >> 64:
            break
        after = _step(now, whole, exact_out)
        if after is None:
            break
        now = after
    return now


def better(one: Flows, other: Flows, exact_out: bool) -> bool:
    return one.total < other.total if exact_out else one.total > other.total


def _step(now: Flows, whole: int, exact_out: bool) -> Flows | None:
    """The next of Newton's steps, shortened until it gains; None where none does."""
    wanted = _wanted(now, whole, exact_out)
    for halving in range(HALVINGS):
        keys = [key + (to - key >> halving) for key, to in zip(now.keys, wanted, strict=True)]
        keys[0] += whole - sum(keys)
        used = [place for place, key in enumerate(keys) if key > 0]
        if sum(keys[place] for place in used) != whole:
            continue
        found = flows([now.ways[place] for place in used], [keys[place] for place in used], whole)
        if found is not None and better(found, now, exact_out):
            return found
    return None


def _wanted(now: Flows, whole: int, exact_out: bool) -> list[int]:
    """Newton's keys, none below nothing: what would be negative is left out, and the rest solved again."""
    active = list(range(len(now.ways)))
    while True:
        steps = _newton(now, active, whole, exact_out)
        if steps is None:
            return list(now.keys)
        keys = {place: now.keys[place] + (step * whole >> 64) for place, step in zip(active, steps, strict=True)}
        lowest = min(active, key=lambda place: keys[place])
        if keys[lowest] >= 0 or len(active) == 1:
            return [max(keys.get(place, 0), 0) for place in range(len(now.ways))]
        active.remove(lowest)


def _newton(now: Flows, active: Sequence[int], whole: int, exact_out: bool) -> list[int] | None:
    """Steps d with root_i (1 ± sum_j H_ij d_j) all equal, and sum d what is missing to the whole: fractions, Q64."""
    matrix = []
    highest = max(now.roots[place] for place in active)
    for place in active:
        own = now.slopes[place]
        row = [sum(slope for line, slope in now.slopes[other].items() if line in own) for other in active]
        ratio = (highest << 64) // (now.roots[place] or 1)
        matrix.append([*row, ratio, Q64])
    if not _eliminate(matrix):
        return None
    missing = ((whole - sum(now.keys[place] for place in active)) << 64) // whole
    sign = -1 if exact_out else 1
    by_ratio, by_one = (sum(row[-2] for row in matrix), sum(row[-1] for row in matrix))
    if not by_ratio:
        return None
    common = ((missing * sign + by_one) << 64) // by_ratio
    return [sign * ((common * row[-2] >> 64) - row[-1]) for row in matrix]


def _eliminate(matrix: list[list[int]]) -> bool:
    """Gauss and Jordan in Q64: the last two columns become the solutions. False where the rows aren't independent."""
    size = len(matrix)
    for place in range(size):
        pivot = matrix[place][place]
        if pivot <= 0:
            return False
        own = matrix[place] = [0 if not each else (each << 64) // pivot for each in matrix[place]]
        for other, row in enumerate(matrix):
            factor = row[place]
            if other != place and factor:
                matrix[other] = [
                    each if column < place else each - (factor * by >> 64)
                    for column, (each, by) in enumerate(zip(row, own, strict=True))
                ]
    return True
