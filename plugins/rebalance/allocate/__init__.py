"""Where all money should be: the most expected income over the horizon, own impact, moves and limits counted.

docs/allocate.md tells the method, its bound, and when it is exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from moneta import Allocation, Candidate, Part, Rate, Refused, Terms
from plugins.rebalance.allocate.branch import solve
from plugins.rebalance.allocate.pieces import Piece, of_market
from plugins.rebalance.allocate.sane import apart
from plugins.rebalance.allocate.table import Places, Table
from plugins.rebalance.allocate.whole import Held, balanced, held, parts

__all__ = ["allocate", "in_pieces"]

Market = tuple[Candidate, ...]


def allocate(candidates: Sequence[Candidate], terms: Terms) -> Allocation:
    """The allocation of `terms.cash` and all positions. The order of the candidates doesn't matter.

    Raises Refused where the terms themselves make no sense; a candidate that makes none is left out by name: its
    position stays where it is, or leaves where something else earns more than its way out costs.
    """
    usable, left_out = apart(candidates, terms)
    money = terms.cash + sum(each.position for each in usable)
    if not usable:
        return Allocation((), money, 0, 0, 0, left_out, 0)
    markets = _markets(usable)
    chosen, bound, nodes = _best([of_market(each, terms, money) for each in markets], money)
    positions = [held(market, piece, x) for market, (piece, x) in zip(markets, chosen, strict=True)]
    return _told(positions, terms, money, bound, left_out, nodes)


def _markets(usable: Sequence[Candidate]) -> list[Market]:
    ordered = sorted(usable, key=lambda each: (each.source, each.venue))
    return [tuple(members) for _, members in groupby(ordered, key=lambda each: each.source)]


def in_pieces(candidates: Sequence[Candidate], terms: Terms) -> tuple[Table, Places, float]:
    """What the search is handed: all pieces as columns, how many each market has, and the money there is."""
    usable, _ = apart(candidates, terms)
    money = terms.cash + sum(each.position for each in usable)
    return *_columns([of_market(each, terms, money) for each in _markets(usable)]), float(money)


def _columns(pieces: Sequence[Sequence[Piece]]) -> tuple[Table, Places]:
    rows = [piece for each in pieces for piece in each]
    return Table.of(rows), np.array([len(each) for each in pieces], dtype=np.intp)


def _best(pieces: Sequence[Sequence[Piece]], money: int) -> tuple[list[tuple[Piece, float]], float, int]:
    rows = [piece for each in pieces for piece in each]
    found = solve(*_columns(pieces), float(money))
    if found is None:  # only where rounding to floats makes what must stay more than what there is
        raise Refused("allocate", "The positions that can't leave are more than all money there is.")
    places, x = found.rows.tolist(), found.x.tolist()
    return [(rows[at], held) for at, held in zip(places, x, strict=True)], found.bound, found.nodes


def _told(
    positions: list[Held], terms: Terms, money: int, bound: float, left_out: dict[str, str], nodes: int
) -> Allocation:
    dust = 2 * len(positions) + money // 10**12  # what rounding down leaves over; more is idle on purpose
    idle = balanced(positions, money, dust)
    told: list[Part] = []
    for each in positions:
        told += _parts(each, terms)
    low, high = sum(part.low for part in told), sum(part.high for part in told)
    return Allocation(
        parts=tuple(sorted(told, key=lambda part: (-part.units, part.venue))),
        idle=idle,
        income=terms.expected(low, high),
        cost=sum(part.cost for part in told),
        bound=math.ceil(bound),
        left_out=left_out,
        nodes=nodes,
    )


def _parts(market: Held, terms: Terms) -> list[Part]:
    """A venue without a curve earns nothing that one may count on."""
    if market.members[0].curve is not None:
        return parts(market, terms)
    return [
        Part(of.venue, units, units - of.position, Rate(0), Rate(0), 0, 0, of.cost(units))
        for of, units in zip(market.members, market.units, strict=True)
    ]
