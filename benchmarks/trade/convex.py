"""The convex optimum of a trade's routing: what no split of it can beat.

Angeris, Evans, Chitra, Boyd, "Optimal routing for constant function market makers" (2022): flows through ways and
their pools, each stretch of a pool between two ticks being a constant product with limited reserves. Solved as a
second-order cone programme by Clarabel, in floating point and by nothing of Moneta's own: for measuring only. A
stretch that takes `d` and gives `o = r d - e` at the rate `r` before it loses `e (1 + k d / R) >= (k r / R) d^2`:
that keeps small numbers small where `(R + k d)(R' - o) >= R R'` would lose them. Amounts are shares of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import clarabel as _clarabel  # type: ignore[import-untyped]
import numpy as np
from scipy.sparse import csc_matrix

from agent.routes import FEE_SCALE, AnyPool, PairState

clarabel: Any = _clarabel  # it has no types
Q96 = float(2**96)
REACH = 64.0
"""How many times the whole trade a pool's stretches are followed for."""


@dataclass(frozen=True, slots=True)
class Arc:
    """A pool in one direction."""

    pool: AnyPool
    down: bool


Way = tuple[Arc, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Between two ticks, in base units: the rate before it, its reserve of what goes in over the part that is kept of
    it, the most that it takes, fee included.
    """

    rate: float
    depth: float
    most: float


def stretches(arc: Arc) -> Iterator[Stretch]:
    pool, kept = arc.pool, 1 - arc.pool.fee / FEE_SCALE
    if isinstance(pool, PairState):
        held, other = float(pool.reserve0), float(pool.reserve1)
        held, other = (held, other) if arc.down else (other, held)
        yield Stretch(kept * other / held, held / kept, float("inf"))
        return
    price, liquidity = pool.sqrt_price / Q96, float(pool.liquidity)
    ticks = [each for each in pool.ticks if (each[0] <= pool.tick) == arc.down]
    edge = (pool.low if arc.down else pool.high, 0)  # as far as the pool is known
    for tick, net in (*(reversed(ticks) if arc.down else ticks), edge):
        after = 1.0001 ** (tick / 2)
        if liquidity > 0 and after != price:
            reserve = liquidity / price if arc.down else liquidity * price
            most = liquidity * (1 / after - 1 / price if arc.down else after - price)
            yield Stretch(kept * (price * price if arc.down else 1 / price / price), reserve / kept, most / kept)
        price, liquidity = after, liquidity + float(-net if arc.down else net)


def spot(arc: Arc) -> float:
    """What a first base unit in gives."""
    return next((each.rate for each in stretches(arc)), 0.0)


class Programme:
    """Rows `A x + s = b` with each s in a cone, and what is to be least: q x."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, int, float]] = []
        self.bounds: list[float] = []
        self.cost: list[float] = []
        self.cones: list[Any] = []

    def variable(self, cost: float = 0.0) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def row(self, bound: float, **_: object) -> int:
        self.bounds.append(bound)
        return len(self.bounds) - 1

    def equal(self, terms: Sequence[tuple[int, float]], bound: float) -> None:
        self._rows([(terms, bound)], clarabel.ZeroConeT(1))

    def most(self, terms: Sequence[tuple[int, float]], bound: float) -> None:
        self._rows([(terms, bound)], clarabel.NonnegativeConeT(1))

    def second_order(self, rows: Sequence[tuple[Sequence[tuple[int, float]], float]]) -> None:
        """The first row's slack is at least the length of the others'."""
        self._rows(rows, clarabel.SecondOrderConeT(len(rows)))

    def _rows(self, rows: Sequence[tuple[Sequence[tuple[int, float]], float]], cone: Any) -> None:
        for terms, bound in rows:
            place = self.row(bound)
            self.entries += [(place, variable, factor) for variable, factor in terms]
        self.cones.append(cone)

    def least(self) -> float | None:
        """None where nothing satisfies it."""
        rows, columns, values = zip(*self.entries, strict=True)
        size = len(self.cost)
        matrix = csc_matrix((values, (rows, columns)), shape=(len(self.bounds), size))
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
        settings.max_iter = 100
        none = csc_matrix((size, size))
        solver = clarabel.DefaultSolver(
            none, np.array(self.cost), matrix, np.array(self.bounds), self.cones, settings
        )
        found = solver.solve()
        return float(found.obj_val) if "Solved" in str(found.status) else None


def optimum(ways: Sequence[Way], units: int, exact_out: bool, gas: Sequence[float]) -> float | None:
    """The most out of `units` in (the least in, for `units` out) net of gas, in base units.

    `gas` of each way in base units of the side that isn't said: it counts by the share of the whole that goes through
    the way, which no split that pays it in full can beat. None where the ways can't carry the whole.
    """
    open_, costs = [way for way in ways if rate_of(way)], dict(zip(ways, gas, strict=True))
    if not open_:
        return None
    ways, gas, best = open_, [costs[way] for way in open_], max(map(rate_of, open_))
    start, end = (units / best, float(units)) if exact_out else (float(units), units * best)
    scales = _scales(ways, start, end)
    programme = Programme()
    into: dict[Arc, list[int]] = {}
    out_of: dict[Arc, list[int]] = {}
    first, last = [], []
    for way, cost in zip(ways, gas, strict=True):
        flow = None
        for place, arc in enumerate(way):
            taken = programme.variable()
            programme.most([(taken, -1.0)], 0.0)
            if flow is not None:
                programme.most([(taken, 1.0), (flow, -1.0)], 0.0)
            else:
                first.append(taken)
            into.setdefault(arc, []).append(taken)
            flow = programme.variable()
            programme.most([(flow, -1.0)], 0.0)
            out_of.setdefault(arc, []).append(flow)
            if place == len(way) - 1:
                last.append(flow)
        paid = cost / (start if exact_out else end)
        programme.cost[last[-1] if exact_out else first[-1]] += paid
    for arc, flows in into.items():
        _pool(programme, arc, flows, out_of[arc], scales)
    if exact_out:
        programme.equal([(each, 1.0) for each in last], 1.0)
        for each in first:
            programme.cost[each] += 1.0
    else:
        programme.equal([(each, 1.0) for each in first], 1.0)
        for each in last:
            programme.cost[each] -= 1.0
    found = programme.least()
    return None if found is None else found * start if exact_out else -found * end


def rate_of(way: Way) -> float:
    rate = 1.0
    for arc in way:
        rate *= spot(arc)
    return rate


def _scales(ways: Sequence[Way], start: float, end: float) -> dict[str, float]:
    """Of each token, how much of it the whole comes to by the best rate: what its flows are counted in."""
    scales: dict[str, float] = {}
    for way in sorted(ways, key=len):
        amount = start
        for place, arc in enumerate(way):
            ends = (arc.pool.token0, arc.pool.token1) if arc.down else (arc.pool.token1, arc.pool.token0)
            scales.setdefault(ends[0], amount)
            amount *= spot(arc)
            if place == len(way) - 1:
                scales[ends[1]] = end
    return scales


def _pool(
    programme: Programme, arc: Arc, taken: Sequence[int], given: Sequence[int], scales: dict[str, float]
) -> None:
    """What its ways take and give together is what its stretches do; cheaper ones fill by themselves first."""
    ends = (arc.pool.token0, arc.pool.token1) if arc.down else (arc.pool.token1, arc.pool.token0)
    scale, other = scales[ends[0]], scales[ends[1]]
    ins: list[tuple[int, float]] = [(each, -1.0) for each in taken]
    outs: list[tuple[int, float]] = [(each, 1.0) for each in given]
    reach = 0.0
    for each in stretches(arc):
        rate, depth, most = each.rate * scale / other, each.depth / scale, each.most / scale
        amount, lost = programme.variable(), programme.variable()
        programme.most([(amount, -1.0)], 0.0)
        if most < REACH:
            programme.most([(amount, 1.0)], most)
        # lost * (1 + amount / depth) >= (rate / depth) * amount^2
        root = 2 * sqrt(rate / depth)
        programme.second_order(
            [
                ([(lost, -1.0), (amount, -1 / depth)], 1.0),
                ([(amount, -root)], 0.0),
                ([(lost, -1.0), (amount, 1 / depth)], -1.0),
            ]
        )
        ins.append((amount, 1.0))
        outs += [(amount, -rate), (lost, 1.0)]
        reach += most
        if reach > REACH:
            break
    programme.most(ins, 0.0)
    programme.most(outs, 0.0)
