"""The prices at which all that is split clears: one for each token on the way, and by them every flow at once.

The dual of the routing programme (T. Diamandis, M. Resnick, T. Chitra, G. Angeris, "An efficient algorithm for
optimal routing through constant function market makers", 2023): at given prices of the tokens each curve goes by
itself to where its own price meets theirs, and prices are looked for at which as much of every token comes as goes.
Where liquidity jumps or ends, a curve's price leaps at one amount, but its amount leaps at no price: so this goes
on where amounts that are moved by themselves get stuck. What the flows come to at any prices is also a bound that no
split passes, and it is what is made least here, by Newton's method: its matrix is that of a network of resistors, in
which a curve conducts as much as it gives for a rise of its price.

Prices are kept as their roots, Q128, in units of the token whose amount is open; fractions are Q64.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import isqrt

from plugins.uniswap.flows import Q64
from plugins.uniswap.lines import Line, Stand

Node = Hashable
Q128 = 1 << 128
MOST_ROUNDS = 24
CLEARED = 36
"""What a round must promise to gain, as a power of a half of the whole."""
LEAP = Q64 // 4
"""How far the root of a price goes at most in one round, as a fraction of it."""
STIFF = 20
"""A power of a half: how much each token conducts besides, of what it would at first, so that all prices are held."""
MOST_TRIES = 10
NEAR = 4
"""A slope along a step that is this many times less than at its beginning is its end."""
EDGE = 64
"""A try keeps a 64th of what is left away from what was tried."""


@dataclass(frozen=True, slots=True)
class Net:
    """Curves between tokens: of each curve where its key comes from, and where its value goes.

    `whole` of the key is at `start`; the value is counted at `end`. `exact_out`: more goes through a curve as its
    root falls; else as it rises.
    """

    lines: Mapping[Line, tuple[Node, Node]]
    start: Node
    end: Node
    whole: int
    exact_out: bool

    def without(self, lines: Sequence[Line]) -> Net:
        left = {line: ends for line, ends in self.lines.items() if line not in lines}
        return Net(left, self.start, self.end, self.whole, self.exact_out)


@dataclass(frozen=True, slots=True)
class Prices:
    """Roots of prices, and what they come to.

    `stands`: how far each curve goes that goes at all. `left`: what comes to each token and doesn't go on, by its
    price. `worth`: the whole, by its price; `bound`: what no split passes, counted so that less is nearer to it.
    All three are Q64 of the open token's base units.
    """

    roots: dict[Node, int]
    stands: dict[Line, Stand]
    left: dict[Node, int]
    worth: int
    bound: int

    @property
    def total(self) -> int:
        """The bound in base units of the open token."""
        return abs(self.bound) >> 64


def cleared(net: Net, begin: Mapping[Node, int]) -> Prices:
    """Prices that clear, or the nearest to them that were found. `begin`: roots of all tokens to begin with."""
    nodes = [node for node in begin if node != net.end]
    now = _at(net, {**begin, net.end: Q128})
    depths = {line: point.depth for line in net.lines if (point := line.at(0)) is not None}
    still = _conducted(net, nodes, now.roots, depths)
    stiff = [(still[place][place] >> STIFF) or 1 for place in range(len(nodes))]
    for _ in range(MOST_ROUNDS):
        steps = _steps(net, nodes, now, stiff)
        gain = -_slope(net, steps, now)
        if gain <= now.worth >> CLEARED:
            break
        after = _along(net, {node: max(min(step, LEAP), -LEAP) for node, step in steps.items()}, now)
        if after is None:
            break
        now = after
    return now


def between(net: Net, source: int) -> dict[Node, int]:
    """Roots to begin with, for one at the start: each other token's between what it costs and what it gives."""
    first, last = (max, min) if net.exact_out else (min, max)
    costs: dict[Node, int] = {net.start: source}
    gives: dict[Node, int] = {net.end: Q128}
    spots = [(*ends, point.root) for line, ends in net.lines.items() if (point := line.at(0)) is not None]
    for _ in range(2):  # a way has two tokens between at the most
        for start, end, root in spots:
            if start in costs and end != net.end:
                cost = costs[start] * root >> 128
                costs[end] = first(costs.get(end, cost), cost)
            if end in gives and start != net.start:
                give = (gives[end] << 128) // (root or 1)
                gives[start] = last(gives.get(start, give), give)
    roots = {node: isqrt(cost * gives[node]) for node, cost in costs.items() if node in gives}
    return {**roots, net.start: source}


def _at(net: Net, roots: dict[Node, int]) -> Prices:
    stands: dict[Line, Stand] = {}
    units = dict.fromkeys(roots, 0)
    units[net.start] = net.whole
    for line, (start, end) in net.lines.items():
        stand = line.until((roots[end] << 128) // (roots[start] or 1))
        if stand.key:
            stands[line] = stand
            units[start] -= stand.key
            units[end] += stand.value
    value = units.pop(net.end) << 64
    left = {node: roots[node] * roots[node] * each >> 192 for node, each in units.items()}
    bound = value + sum(left.values())
    worth = roots[net.start] ** 2 * net.whole >> 192
    return Prices(roots, stands, left, worth, -bound if net.exact_out else bound)


def _conducted(
    net: Net, nodes: Sequence[Node], roots: Mapping[Node, int], depths: Mapping[Line, int]
) -> list[list[int]]:
    """How much each token's balance changes with each one's price."""
    places = {node: place for place, node in enumerate(nodes)}
    matrix = [[0] * len(nodes) for _ in nodes]
    for line, depth in depths.items():
        start, end = net.lines[line]
        flow = roots[start] ** 2 * depth >> 192
        one, other = places.get(start), places.get(end)
        if one is not None:
            matrix[one][one] += flow
        if other is not None:
            matrix[other][other] += flow
        if one is not None and other is not None:
            matrix[one][other] -= flow
            matrix[other][one] -= flow
    return matrix


def _steps(net: Net, nodes: Sequence[Node], now: Prices, stiff: Sequence[int]) -> dict[Node, int]:
    """What the root of each price is changed by, as a fraction, so that all that is left goes."""
    matrix = _conducted(net, nodes, now.roots, {line: stand.depth for line, stand in now.stands.items()})
    for place, (node, row) in enumerate(zip(nodes, matrix, strict=True)):
        row[place] += stiff[place]
        row.append(now.left[node] if net.exact_out else -now.left[node])
    return dict(zip(nodes, _solved(matrix), strict=True))


def _solved(rows: list[list[int]]) -> list[int]:
    """Of a symmetric matrix whose diagonal outweighs all else, with the right side as its last column: Q64."""
    size = len(rows)
    for place, own in enumerate(rows):
        for row in rows[place + 1 :]:
            factor = (row[place] << 64) // (own[place] or 1)
            if factor:
                row[place:] = [each - (factor * by >> 64) for each, by in zip(row[place:], own[place:], strict=True)]
    found = [0] * size
    for place in reversed(range(size)):
        row = rows[place]
        rest = (row[size] << 64) - sum(row[each] * found[each] for each in range(place + 1, size))
        found[place] = rest // (row[place] or 1)
    return found


def _slope(net: Net, steps: Mapping[Node, int], now: Prices) -> int:
    """What the bound changes by along these steps, by half."""
    change = sum(step * now.left[node] for node, step in steps.items()) >> 64
    return -change if net.exact_out else change


def _along(net: Net, steps: Mapping[Node, int], now: Prices) -> Prices | None:
    """As far along the steps as the bound falls: where its slope is nothing, between tries that it is looked for by
    false position, with the weight of an end that stays cut (the Illinois rule). None where nothing is gained.
    """
    before = _slope(net, steps, now)
    low, high = (0, before), (0, 0)
    part, moved, best = Q64, 0, None
    for _ in range(MOST_TRIES):
        roots = {node: _moved(now.roots[node], step * part >> 64) for node, step in steps.items()}
        tried = _at(net, {**roots, net.end: Q128})
        slope = _slope(net, steps, tried)
        if tried.bound < (best or now).bound:
            best = tried
        if (slope < 0 and part == Q64) or (best is not None and abs(slope) * NEAR <= abs(before)):
            break
        if slope < 0:
            low, high = (part, slope), (high[0], high[1] >> 2 if moved < 0 else high[1])
        else:
            low, high = (low[0], low[1] >> 2 if moved > 0 else low[1]), (part, slope)
        moved = -1 if slope < 0 else 1
        wide = high[0] - low[0]
        part = low[0] + wide * low[1] // ((low[1] - high[1]) or 1)
        part = min(max(part, low[0] + wide // EDGE), high[0] - wide // EDGE)
    return best


def _moved(root: int, step: int) -> int:
    return root * (Q64 + step) >> 64 if step >= 0 else (root << 64) // (Q64 - step)
