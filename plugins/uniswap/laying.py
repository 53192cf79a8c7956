"""Flows of curves laid out as ways: which of them carry what the curves carry, and how much each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.uniswap.clearing import Net
from plugins.uniswap.flows import DUST, Flows, Problem, Way, flows
from plugins.uniswap.lines import Line, Stand
from plugins.uniswap.paths import MOST_HOPS

SLACK = (0, 1, 16)
"""1024ths that each way is kept from what a curve of it gives at the most, where the others don't go on so far."""


def laid(ways: Sequence[Way], stands: Mapping[Line, Stand], whole: int, most: int, shorter: int) -> dict[Way, int]:
    """At most so many ways, the widest first, with the key of each.

    `shorter`: a way counts as wide as one of a curve more whose width is larger by this power of two.
    """
    left = {line: stand.key for line, stand in stands.items()}
    open_ = [way for way in ways if all(line in left for line in way)]
    found: dict[Way, int] = {}
    rest = whole
    for _ in range(2 * most):
        widths = {way: width for way in open_ if (width := min(_width(way, stands, left), rest)) > whole >> DUST}
        if not widths or len(found) == most:
            break
        way = max(widths, key=lambda each: widths[each] << shorter * (MOST_HOPS - len(each)))
        amount = widths[way]
        found[way] = found.get(way, 0) + amount
        rest -= amount
        for line in way:
            left[line] = max(left[line] - amount, 0)
            amount = amount * stands[line].value // stands[line].key
        open_ = list(widths)
    return found


def poured(ways: Mapping[Way, int], stands: Mapping[Line, Stand], of: Problem) -> Flows | None:
    """The whole through these ways; what they don't carry goes through the widest of those that have room."""
    roomy = [way for way in ways if all(stands[each].depth for each in way)]
    last = max(roomy or ways, key=ways.__getitem__)
    for slack in SLACK:
        keys = {way: key - (key * slack >> 10) for way, key in ways.items()}
        keys[last] += of.whole - sum(keys.values())
        found = flows(list(keys), list(keys.values()), of)
        if found is not None:
            return found
    return None


def chained(net: Net, stands: Mapping[Line, Stand]) -> list[Line]:
    """Curves that no way of three could go on from: what comes to a token between out of one between goes to the end.

    Of two that meet at such a token, the one that carries the smaller part of what comes or goes there.
    """
    middle = {line: ends for line, ends in net.lines.items() if line in stands and net.start != ends[0]}
    middle = {line: ends for line, ends in middle.items() if ends[1] != net.end}
    found = []
    for line, (_, end) in middle.items():
        for other, (start, _) in middle.items():
            if start == end:
                found.append(line if stands[line].value < stands[other].key else other)
    return found


def _width(way: Way, stands: Mapping[Line, Stand], left: Mapping[Line, int]) -> int:
    """What of its key a way may carry yet, each curve at its mean price."""
    width = left[way[-1]]
    for line in way[-2::-1]:
        width = min(width * stands[line].key // (stands[line].value or 1), left[line])
    return width
