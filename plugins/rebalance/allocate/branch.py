"""The best allocation in real numbers, with a bound: branch and bound over the pieces where markets jump.

A relaxation (price.py) leaves few markets between two pieces, one as a rule. Its bound holds for every allocation;
keeping each market to one piece gives an allocation. Where the two differ, the jumping market's pieces are parted in
two and both parts solved in turn, that with the higher bound first. It is exact once no part's bound is higher than
what was found; how many parts there may be follows from the number of pieces, never from the clock, so it replays.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from plugins.rebalance.allocate.price import Market, Relaxed, relax
from plugins.rebalance.allocate.table import Floats, Places, Table, total

WORK = 30_000
"""Pieces times relaxations that an allocation may take; at most LONGEST of them, and one always."""

LONGEST = 1_500
CLOSED = 1e-10


@dataclass(frozen=True, slots=True)
class Found:
    """`rows`: each market's piece, `x`: how much it holds. `value` is reached, `bound` by none surpassed."""

    rows: Places
    x: Floats
    value: float
    bound: float
    nodes: int


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the search: some pieces of each market, and which rows of the whole they are."""

    market: Market
    rows: Places
    relaxed: Relaxed


def solve(table: Table, counts: Places, money: float) -> Found | None:
    """None where even the least that the markets may hold is more than there is."""
    root = _node(Market.of(table, counts), np.arange(table.lo.size), money)
    if root is None:
        return None
    best, nodes = _best(None, root, money), 1
    limit = max(1, min(LONGEST, WORK // table.lo.size))
    waiting = [(-root.relaxed.bound, 0, root)]
    pushed, done = 1, -math.inf
    while waiting and nodes < limit:
        bound, _, node = waiting[0]
        if _closed(best, -bound):
            break
        heapq.heappop(waiting)
        parts = list(_parts(node))
        if not parts:
            done = max(done, -bound)  # nothing left to choose: what rounding leaves between the two
        for market, rows in parts:
            child = _node(market, rows, money, node.relaxed.dear.price)
            nodes += 1
            if child is None or _closed(best, child.relaxed.bound):
                continue
            best = _best(best, child, money)
            heapq.heappush(waiting, (-child.relaxed.bound, pushed, child))
            pushed += 1
    if best is None:
        return None
    bound = max([best.value + CLOSED * abs(best.value), done, *(-each[0] for each in waiting)])
    return replace(best, bound=bound, nodes=nodes)


def _closed(best: Found | None, bound: float) -> bool:
    return best is not None and bound <= best.value + CLOSED * abs(best.value)


def _node(market: Market, rows: Places, money: float, near: float = 0.0) -> Node | None:
    relaxed = relax(market, money, near)
    return None if relaxed is None else Node(market, rows, relaxed)


def _best(best: Found | None, node: Node, money: float) -> Found | None:
    """The better of what is known and what this node's pieces give, jumping markets on either side."""
    table, relaxed = node.market.table, node.relaxed
    leaping = relaxed.leaping(table)
    found = relaxed.filled(table, money)
    tries = [(relaxed.dear.rows, found)]
    if leaping.size:
        tries = [*_settled(table, relaxed.dear.rows, money, relaxed.dear.price), *tries]
        for one in leaping[:2]:
            rows = relaxed.dear.rows.copy()
            rows[one] = relaxed.cheap.rows[one]
            tries += _settled(table, rows, money, relaxed.dear.price)
    for rows, x in tries:
        value = total(table.rows(rows).income(x))
        if best is None or value > best.value:
            best = Found(node.rows[rows], x, value, value, 0)
    return best


def _settled(table: Table, rows: Places, money: float, near: float) -> Iterator[tuple[Places, Floats]]:
    """The best with one piece a market, where it can be had."""
    own = table.rows(rows)
    relaxed = relax(Market.of(own, np.ones(rows.size, dtype=np.intp)), money, near)
    if relaxed is not None:
        yield rows, relaxed.filled(own, money)


def _parts(node: Node) -> Iterator[tuple[Market, Places]]:
    """The node in two: the pieces of the market that jumps furthest on either side, a convex one cut in half."""
    market, relaxed = node.market, node.relaxed
    leaping = relaxed.leaping(market.table)
    if not leaping.size:
        return
    one = leaping[np.argmax(np.abs(relaxed.cheap.x[leaping] - relaxed.dear.x[leaping]))]
    start, end = market.starts[one], market.starts[one] + market.counts[one]
    low, high = sorted((int(relaxed.dear.rows[one]), int(relaxed.cheap.rows[one])))
    everything = np.arange(market.table.lo.size)
    if low != high:
        yield _without(node, everything[(everything < start) | (everything > low) | (everything >= end)], one)
        yield _without(node, everything[(everything <= low) | (everything >= end)], one)
        return
    table = market.table
    middle = (table.lo[low] + table.hi[low]) / 2
    for column, kept in (("hi", everything <= low), ("lo", everything >= low)):
        ends = getattr(table, column).copy()
        ends[low] = middle
        cut = replace(node, market=replace(market, table=replace(table, **{column: ends})))
        yield _without(cut, everything[(everything < start) | kept & (everything < end) | (everything >= end)], one)


def _without(node: Node, rows: Places, one: int) -> tuple[Market, Places]:
    counts = node.market.counts.copy()
    counts[one] -= node.market.table.lo.size - rows.size
    return Market.of(node.market.table.rows(rows), counts), node.rows[rows]
