"""The best trade net of gas: which ways to take at once, and how much through each.

The flows at the prices that clear (clearing.py) are the best there is without gas, and are laid out as ways; a way
whose gain is less than its gas is taken out, one that gains more is added, and the flows are balanced anew. Where few
ways are left, they are looked for from the best single one on, too. What is found is then run, in integers and in its
order, on the pools as the parts before each leave them; the single way stands unless that is better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from moneta import Address, AnyPool, Token, Trade
from plugins.uniswap import gas as costs
from plugins.uniswap.best import route
from plugins.uniswap.clearing import Net, Node, Prices, between, cleared
from plugins.uniswap.flows import Q64, Flows, Problem, Way, along, balanced, flows
from plugins.uniswap.laying import chained, laid, poured
from plugins.uniswap.lines import Line, Point, line
from plugins.uniswap.paths import Hop, Path, paths, version

MOST_PARTS = 12
BATCH = 4
MOST_REJECTED = 3
FEW = 6
"""Ways, so few that others may do as well: gas decides then."""
AGAIN = 200
"""The effort that a second beginning has."""
SHORTER = (2, 20)
"""How much the shorter of two ways is preferred where flows are laid out: by its width, or in any case."""
FULL = 64
"""Where a 64th of the whole finds no way, the curves that lead it nowhere are left out."""
START, END = "start", "end"
WORTH = 24
"""What further ways must gain, as a power of a half of the whole."""
LITTLE = (10, 14, 20)
"""What a new way begins with: the whole, shifted right by so much."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Flows with what they come to net of gas, times the gas price's denominator: more is better."""

    flows: Flows
    net: int


class Search:
    """One question: so much of the key, between two tokens, at a price of gas."""

    def __init__(self, ways: Sequence[Path], units: int, exact_out: bool, gas: Fraction) -> None:
        self.units, self.exact_out, self.gas = units, exact_out, gas
        self._problem = Problem(units, exact_out)
        self._lines: dict[tuple[Address, bool], Line] = {}
        self.path_of: dict[Way, Path] = {}
        for path in ways:
            way = tuple(self._line(hop) for hop in (reversed(path) if exact_out else path))
            if all(each.at(0) is not None for each in way):
                self.path_of[way] = path
        self._still: dict[Line, Point] = {}
        for way in self.path_of:
            for each in way:
                point = each.at(0)
                if point is not None:
                    self._still[each] = point
        self._opposite = {
            own: self._lines[place, not down]
            for (place, down), own in self._lines.items()
            if (place, not down) in self._lines
        }
        self._gas_of = {way: way_gas(path) for way, path in self.path_of.items()}

    def _line(self, hop: Hop) -> Line:
        key = (hop.pool.pool, hop.zero_for_one)
        if key not in self._lines:
            self._lines[key] = line(hop.pool, hop.zero_for_one, self.exact_out)
        return self._lines[key]

    def better(self, single: Found) -> list[Found]:
        """Beside the best single way, each better than the one before."""
        if not self._picks(single.flows, set()):
            return [single]
        begun = self._cleared(single)
        found = [single]
        if begun is not None:
            found += self._more(found, self._thinned(self._found(balanced(begun.flows, self._problem))))
        found += self._further(found[-1])[1:]
        if self.gas and 1 < len(found[-1].flows.ways) <= FEW and len(found) > 1:
            self._problem.effort = min(self._problem.effort, AGAIN)
            found += self._more(found, self._further(single)[-1])
        return found

    def _more(self, found: Sequence[Found], other: Found) -> list[Found]:
        return [other] if other.net > found[-1].net else []

    def _cleared(self, single: Found) -> Found | None:
        """What is best without gas, as ways; None where no ways carry it. The problem's bound is known then."""
        net = self.whole()
        prices = cleared(net, self.begin(net, single))
        self._problem.bound = prices.total
        found, carried = self._laid(prices)
        if carried * FULL < self.units * (FULL - 1) and (cut := chained(net, prices.stands)):
            found += self._laid(cleared(net.without(cut), prices.roots))[0]
        return max(found, key=lambda each: each.net, default=None)

    def begin(self, net: Net, single: Found) -> dict[Node, int]:
        """Roots of prices between the best way's at first, and at the end where it carries all by itself."""
        spots = [along(way, self._still, self.units)[0] for way in self.path_of]
        spot = max(spots) if self.exact_out else min(spots)
        return between(net, (1 << 256) // (isqrt(spot * single.flows.root) or 1))

    def _laid(self, prices: Prices) -> tuple[list[Found], int]:
        """Flows at these prices as ways, the whole of it, and how much of that the ways carry at these prices."""
        found, most = [], 0
        for shorter in SHORTER:
            ways = laid(list(self.path_of), prices.stands, self.units, MOST_PARTS, shorter)
            each = poured(ways, prices.stands, self._problem) if ways else None
            found += [self._found(each)] if each is not None else []
            most = max(most, sum(ways.values()))
        return found, most

    def whole(self) -> Net:
        """All curves between their tokens; those of ticks and those of pairs, which share no way, apart."""
        lines: dict[Line, tuple[Node, Node]] = {}
        for way, path in self.path_of.items():
            for place, (own, hop) in enumerate(zip(way, reversed(path) if self.exact_out else path, strict=True)):
                start, end = (hop.end, hop.start) if self.exact_out else (hop.start, hop.end)
                first, last = place == 0, place == len(way) - 1
                lines[own] = (START if first else (version(path), start), END if last else (version(path), end))
        return Net(lines, START, END, self.units, self.exact_out)

    def _further(self, start: Found) -> list[Found]:
        found, rejected, batch = [start], set[Way](), BATCH
        while self._problem.effort > 0 and len(rejected) < MOST_REJECTED and len(found[-1].flows.ways) < MOST_PARTS:
            now = found[-1]
            picks = self._picks(now.flows, rejected)[: min(batch, MOST_PARTS - len(now.flows.ways))]
            tried = self._with(now.flows, picks) if picks else None
            if tried is not None and tried.net - now.net > abs(now.net) >> WORTH:
                found.append(tried)
            elif len(picks) > 1:
                batch = 1
            elif picks:
                rejected.add(picks[0])
            else:
                break
        return found

    def _found(self, of: Flows) -> Found:
        value = -of.total if self.exact_out else of.total
        return Found(of, value * self.gas.denominator - self.gas_of(of) * self.gas.numerator)

    def gas_of(self, of: Flows) -> int:
        """Units of gas that the call is estimated to use."""
        by_v4 = version(self.path_of[of.ways[0]]) == 4
        whole = costs.TRANSACTION_V4 if by_v4 else costs.TRANSACTION
        return whole + sum(self._gas_of[way] for way in of.ways) + costs.TICK_CROSSED * of.crossed

    def single(self) -> Found | None:
        """The best of the ways alone."""
        found = None
        for way in self.path_of:
            run = flows((way,), (self.units,), self._problem)
            each = self._found(run) if run is not None else None
            if each is not None and (found is None or each.net > found.net):
                found = each
        return found

    def _picks(self, now: Flows, rejected: set[Way]) -> list[Way]:
        """Ways that promise to gain more than their gas, the best first, none through a pool of another's."""
        points = {**self._still, **now.points}
        shut = {self._opposite[each] for each in now.points if each in self._opposite}
        root = now.root
        worth = (self.units << 256) // (root * root or 1)
        give = sum((Q64 * Q64) // (sum(slopes.values()) or 1) for slopes in now.slopes)
        hold = Q64 * Q64 // (give or 1)
        scored = []
        for way in self.path_of:
            own = Q64
            top = 1 << 128
            for each in way:
                top = top * points[each].root >> 128
            edge = ((root - top if not self.exact_out else top - root) << 64) // (top or 1)
            if edge <= 0 or way in rejected or way in now.ways or not shut.isdisjoint(way):
                continue
            _, slopes = along(way, points, self.units)
            own = hold + sum(slope for each, slope in slopes.items() if each not in now.points)
            moved = min((edge << 64) // (own or 1), Q64)
            gain = worth * (2 * edge * moved - (own * moved >> 64) * moved) >> 128
            score = gain * self.gas.denominator - self._gas_of[way] * self.gas.numerator
            if score > 0:
                scored.append((score, moved, way))
        scored.sort(key=lambda each: -each[0])
        picked: list[Way] = []
        taken: set[Line] = set()
        for _, _, way in scored:
            if taken.isdisjoint(way):
                picked.append(way)
                taken.update(way)
                taken.update(self._opposite[each] for each in way if each in self._opposite)
        return picked

    def _with(self, now: Flows, picks: Sequence[Way]) -> Found | None:
        """Balanced with these ways besides, and without those that aren't worth their gas."""
        givers = [self._giver(now, pick) for pick in picks]
        for little in (self.units >> shift or 1 for shift in LITTLE):
            keys = [*now.keys, *(little for _ in picks)]
            for giver in givers:
                keys[giver] -= little
            begun = flows((*now.ways, *picks), keys, self._problem) if min(keys) > 0 else None
            if begun is not None:
                break
        else:
            return None
        return self._thinned(self._found(balanced(begun, self._problem)))

    def _giver(self, now: Flows, pick: Way) -> int:
        """Whose flow a new way begins with: of the ways that share a curve with it, or else of all, the largest's."""
        sharing = [place for place, way in enumerate(now.ways) if not set(way).isdisjoint(pick)]
        return max(sharing or range(len(now.keys)), key=now.keys.__getitem__)

    def _thinned(self, found: Found) -> Found:
        """Takes out one way after the other as long as that gains."""
        kept: set[Way] = set()
        while len(found.flows.ways) > 1 and self._problem.effort > 0:
            of = found.flows
            left = [place for place, way in enumerate(of.ways) if way not in kept and self._doubtful(of, place)]
            if not left:
                break
            place = min(left, key=of.keys.__getitem__)
            kept.add(of.ways[place])
            without = self._without(of, place)
            if without is not None and without.net >= found.net:
                found = without
        return found

    def _doubtful(self, of: Flows, place: int) -> bool:
        """Whether the others might do as well without a way, but for its gas.

        At the price of a unit more they lose at least what the way gives beyond that.
        """
        price = (of.keys[place] << 256) // (of.root * of.root or 1)
        gain = price - of.values[place] if self.exact_out else of.values[place] - price
        return gain * self.gas.denominator < self._gas_of[of.ways[place]] * self.gas.numerator

    def _without(self, of: Flows, place: int) -> Found | None:
        ways = [way for each, way in enumerate(of.ways) if each != place]
        keys = [key for each, key in enumerate(of.keys) if each != place]
        rest, spare = sum(keys), of.keys[place]
        keys = [key + spare * key // rest for key in keys]
        keys[0] += self.units - sum(keys)
        begun = flows(ways, keys, self._problem)
        return None if begun is None else self._found(balanced(begun, self._problem))


HOP_GAS = {2: costs.PAIR_HOP, 3: costs.TICK_HOP, 4: costs.TICK_HOP_V4}


def way_gas(path: Path) -> int:
    return costs.PART + len(path) * HOP_GAS[version(path)]


def best_trade(
    pools: Sequence[AnyPool],
    tokens: Mapping[Address, Token],
    token_in: Token,
    token_out: Token,
    units: int,
    exact_out: bool,
    gas: Fraction,
) -> Trade | None:
    """The routes to take together, the best net of gas; `gas`: base units of the open side, for each unit of gas."""
    if token_in == token_out or units <= 0:
        return None
    ways = paths(pools, tokens, token_in.place, token_out.place)
    search = Search(ways, units, exact_out, gas)
    single = search.single()
    if single is None:
        return None
    alone = _run(search, single, tokens)
    for found in reversed(search.better(single)[1:]):
        split = _run(search, found, tokens)
        if split is not None and (alone is None or net(split, gas) > net(alone, gas)):
            return split
    return alone


def net(trade: Trade, gas: Fraction) -> int:
    """What a trade comes to net of gas, times the gas price's denominator: more is better."""
    value = -trade.units_in if trade.exact_out else trade.units_out
    return value * gas.denominator - trade.gas * gas.numerator


def _run(search: Search, found: Found, tokens: Mapping[Address, Token]) -> Trade | None:
    """The parts one after the other, each on what those before leave; None where one can't be."""
    of, exact_out = found.flows, search.exact_out
    parts = [(search.path_of[way], key) for way, key in zip(of.ways, of.keys, strict=True)]
    left: dict[Address, AnyPool] = {}
    routes = []
    for path, units in parts:
        amount = units
        for hop in reversed(path) if exact_out else path:
            after = Hop(left.get(hop.pool.pool, hop.pool), hop.zero_for_one).after(amount, exact_out)
            if after is None or not after[0]:
                return None
            amount, left[hop.pool.pool] = after
        routes.append(route(path, tokens, (amount, units) if exact_out else (units, amount), units, exact_out))
    return Trade(tuple(routes), search.gas_of(of))
