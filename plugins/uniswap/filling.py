"""Flows to begin with: piece by piece, each through the way that is cheapest by then.

Coarse, and as good where liquidity jumps or ends as where it doesn't: what Newton's steps lose their way in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.uniswap.flows import Flows, Problem, Way, flows
from plugins.uniswap.lines import Line, Point

PIECES = 128


def filled(ways: Sequence[Way], opposite: Mapping[Line, Line], of: Problem) -> Flows | None:
    """None where the whole finds no place. `opposite`: of a curve that of its pool the other way, never both used."""
    points = {line: point for way in ways for line in way if (point := line.at(0)) is not None}
    through: dict[Line, list[Way]] = {}
    for way in ways:
        for line in way:
            through.setdefault(line, []).append(way)
    roots = {way: _root(way, points) for way in ways}
    at, keys = dict.fromkeys(points, 0), dict[Way, int]()
    cheapest = max if of.exact_out else min
    left = of.whole
    while left and roots:
        way = cheapest(roots, key=roots.__getitem__)
        piece = min(max(of.whole // PIECES, 1), left)
        stands = _poured(way, piece, points, at)
        if stands is None:
            del roots[way]
            continue
        left -= piece
        keys[way] = keys.get(way, 0) + piece
        for line, (key, point) in stands.items():
            at[line], points[line] = key, point
            for other in through[line]:
                if other in roots:
                    roots[other] = _root(other, points)
            for other in through.get(opposite[line], ()) if line in opposite else ():
                roots.pop(other, None)
    return None if left else flows(list(keys), list(keys.values()), of)


def _poured(
    way: Way, amount: int, points: Mapping[Line, Point], at: Mapping[Line, int]
) -> dict[Line, tuple[int, Point]] | None:
    stands = {}
    for line in way:
        point = line.at(at[line] + amount)
        if point is None:
            return None
        stands[line] = at[line] + amount, point
        amount = point.value - points[line].value
    return stands


def _root(way: Way, points: Mapping[Line, Point]) -> int:
    root = 1 << 128
    for line in way:
        root = root * points[line].root >> 128
    return root
