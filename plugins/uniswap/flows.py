"""How much goes through each of several ways at once so that no shift between them gains: equal marginal prices.

Optimal routing is a convex programme (Angeris, Evans, Chitra, Boyd, "Optimal routing for constant function market
makers", 2022): at its optimum a unit more gives the same through every way that is used. The roots of lines (see
lines.py) are linear in their keys, and those of a path multiply; so Newton's method on the roots meets the optimum at
once between two stops, and in a few steps across them. Integers throughout: fractions are Q64, roots Q128.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plugins.uniswap.lines import Line, Point

Q64 = 1 << 64
MOST_STEPS = 24
CLOSE = Q64 // 50_000
"""How far apart, as a fraction, the roots of ways may stay: what is lost goes with its square."""
EFFORT = 800
"""Points of curves: some milliseconds."""
NEAR = Q64 // 10_000
"""The same where Newton's step finds nothing more."""
WORTH = 24
"""What a step must gain, as a power of a half of the whole."""
ENOUGH = 17
"""What may be missing to the bound, as a power of a half of it."""
DUST = 20
"""A way with less than this power of a half of the whole is none."""
HALVINGS = (0, 1, 3, 6)
BISECTIONS = 12
Way = tuple[Line, ...]
"""The curves in the order in which a key runs through them: an exact output's from the end."""


@dataclass(slots=True)
class Problem:
    """What is split: so much of the key. `effort`: how many more points of curves may be looked up for it; what is
    found by then stands. `bound`: what no split of it passes; 0 where that isn't known.
    """

    whole: int
    exact_out: bool
    effort: int = EFFORT
    bound: int = 0

    def enough(self, total: int) -> bool:
        """Whether it is as good as the bound."""
        return abs(total - self.bound) <= self.bound >> ENOUGH


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
    free: tuple[int, ...] = ()

    @property
    def root(self) -> int:
        """What a unit more costs: the dearest root of the ways that aren't pinned."""
        return max((self.roots[place] for place in self.free), default=max(self.roots))

    @property
    def apart(self) -> int:
        """How far the roots of the ways are from each other, as a fraction: Q64."""
        return ((max(self.roots) - min(self.roots)) << 64) // max(*self.roots, 1)

    @property
    def total(self) -> int:
        return sum(self.values)

    @property
    def crossed(self) -> int:
        return sum(point.crossed for point in self.points.values())


def flows(ways: Sequence[Way], keys: Sequence[int], of: Problem) -> Flows | None:
    """What these keys come to; None where a curve doesn't reach so far."""
    run: Run = {}
    of.effort -= sum(map(len, ways))
    values = [_pour(run, way, key) for way, key in zip(ways, keys, strict=True)]
    if None in values:
        return None
    points = {line: point for line, (_, point) in run.items()}
    roots, slopes = [], []
    for way in ways:
        root, slope = along(way, points, of.whole)
        roots.append(root)
        slopes.append(slope)
    return Flows(tuple(ways), tuple(keys), tuple(each or 0 for each in values), points, tuple(roots), tuple(slopes))


Run = dict[Line, tuple[int, Point]]
"""Of each curve the key so far, and where it stands."""


def _pour(run: Run, way: Way, key: int) -> int | None:
    """What so much more through a way gives; None where a curve doesn't reach so far."""
    for line in way:
        before = run.get(line)
        so_far, had = (before[0], before[1].value) if before else (0, 0)
        point = line.at(so_far + key)
        if point is None:
            return None
        run[line] = so_far + key, point
        key = point.value - had
    return key


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


def balanced(start: Flows, of: Problem) -> Flows:
    """The best flows through these ways, from `start` on; a way that gets nothing is left out.

    Where liquidity ends or jumps, so does the price, and a way may stay there while others go on: it is pinned.
    """
    now, pinned = start, set[Way]()
    for _ in range(MOST_STEPS):
        if of.effort < 0 or of.enough(now.total):
            break
        free = [place for place, way in enumerate(now.ways) if way not in pinned]
        cheap = _extreme(now, free, least=not of.exact_out)
        dear = _extreme(now, free, least=of.exact_out)
        apart = (abs(now.roots[cheap] - now.roots[dear]) << 64) // (now.roots[dear] or 1)
        after = _step(now, free, of) if apart > CLOSE else None
        if after is None and apart > NEAR:
            after = _between(now, cheap, dear, of)
            if after is None:
                pinned.add(now.ways[cheap if _stays(now, cheap, dear, of) else dear])
                if len(free) > 1:
                    continue
        elif after is None:
            after = _released(now, pinned, cheap, dear, of)
        if after is None:
            return replace(now, free=tuple(free))
        now = after
    return now


def _extreme(now: Flows, places: Sequence[int], least: bool) -> int:
    return (min if least else max)(places, key=now.roots.__getitem__)


def _stays(now: Flows, cheap: int, dear: int, of: Problem) -> bool:
    """Whether the cheap way can't take more, or not at a price below the dear one's."""
    keys = list(now.keys)
    keys[cheap] += max(keys[dear] >> BISECTIONS, 1)
    run: Run = {}
    for way, key in zip(now.ways, keys, strict=True):
        if _pour(run, way, key) is None:
            return True
    after = _root(now.ways[cheap], run)
    return after <= now.roots[dear] if of.exact_out else after >= now.roots[dear]


def _released(now: Flows, pinned: set[Way], cheap: int, dear: int, of: Problem) -> Flows | None:
    """A pinned way moves again, where that gains by now; None where none does."""
    held = [place for place, way in enumerate(now.ways) if way in pinned]
    pairs = [(place, dear) for place in held] + [(cheap, place) for place in held]
    pairs += [
        (one, other) for one in held for other in held if not now.slopes[one].keys().isdisjoint(now.slopes[other])
    ]
    for one, other in pairs:
        gains = now.roots[one] > now.roots[other] if of.exact_out else now.roots[one] < now.roots[other]
        found = _between(now, one, other, of) if gains else None
        if found is not None:
            pinned.clear()
            return found
    return None


def _between(now: Flows, best: int, worst: int, of: Problem) -> Flows | None:
    base: Run = {}
    for place, (way, key) in enumerate(zip(now.ways, now.keys, strict=True)):
        if place not in (best, worst):
            _pour(base, way, key)
    to, off = now.ways[best], now.ways[worst]
    of.effort -= (len(to) + len(off)) * BISECTIONS

    def too_much(moved: int) -> bool:
        run = dict(base)
        if _pour(run, to, now.keys[best] + moved) is None or _pour(run, off, now.keys[worst] - moved) is None:
            return True
        taker, giver = _root(to, run), _root(off, run)
        return taker <= giver if of.exact_out else taker >= giver

    low, high = 0, now.keys[worst]
    for _ in range(BISECTIONS):
        middle = (low + high) // 2
        low, high = (low, middle) if too_much(middle) else (middle, high)
    for moved in (high, low):
        keys = list(now.keys)
        keys[best], keys[worst] = keys[best] + moved, keys[worst] - moved
        found = _tidy(now, keys, of)
        if found is not None and better(found, now, of.exact_out):
            return found
    return None


def _tidy(now: Flows, keys: Sequence[int], of: Problem) -> Flows | None:
    """The flows of these keys; what of them is dust, or less than nothing, goes to the largest."""
    used = [place for place, key in enumerate(keys) if key > of.whole >> DUST]
    kept = [keys[place] for place in used]
    kept[kept.index(max(kept))] += of.whole - sum(kept)
    return flows([now.ways[place] for place in used], kept, of) if min(kept) > 0 else None


def _root(way: Way, run: Run) -> int:
    root = 1 << 128
    for line in way:
        root = root * run[line][1].root >> 128
    return root


def better(one: Flows, other: Flows, exact_out: bool) -> bool:
    """By more than a step is worth."""
    gain = other.total - one.total if exact_out else one.total - other.total
    return gain > other.total >> WORTH


def _step(now: Flows, free: Sequence[int], of: Problem) -> Flows | None:
    """The next of Newton's steps, shortened until it gains; None where none does."""
    wanted = _wanted(now, free, of)
    if wanted is None:
        return None
    for halving in HALVINGS:
        keys = [key + (to - key >> halving) for key, to in zip(now.keys, wanted, strict=True)]
        keys[free[0]] += of.whole - sum(keys)
        found = _tidy(now, keys, of)
        if found is not None and better(found, now, of.exact_out):
            return found
    return None


def _wanted(now: Flows, free: Sequence[int], of: Problem) -> list[int] | None:
    """Newton's keys, none below nothing: what would be negative is left out, and the rest solved again."""
    active = list(free)
    whole_of_free = sum(now.keys[place] for place in free)
    while True:
        steps = _newton(now, active, whole_of_free, of)
        if steps is None:
            return None
        keys = {place: now.keys[place] + (step * of.whole >> 64) for place, step in zip(active, steps, strict=True)}
        lowest = min(active, key=lambda place: keys[place])
        if keys[lowest] >= 0 or len(active) == 1:
            return [max(keys.get(place, 0), 0) if place in free else key for place, key in enumerate(now.keys)]
        active.remove(lowest)


def _newton(now: Flows, active: Sequence[int], together: int, of: Problem) -> list[int] | None:
    """Steps d with root_i (1 ± sum_j H_ij d_j) all equal, and sum d what is missing to `together`: fractions of the
    whole, Q64.
    """
    matrix = []
    highest = max(now.roots[place] for place in active)
    for place in active:
        own = now.slopes[place]
        row = [sum(slope for line, slope in now.slopes[other].items() if line in own) for other in active]
        ratio = (highest << 64) // (now.roots[place] or 1)
        matrix.append([*row, ratio, Q64])
    if not _eliminate(matrix):
        return None
    missing = ((together - sum(now.keys[place] for place in active)) << 64) // of.whole
    sign = -1 if of.exact_out else 1
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
