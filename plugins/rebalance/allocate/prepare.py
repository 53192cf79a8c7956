"""From candidates to what the search is handed, and from what it found back to base units.

Markets whose numbers are beyond doubt and that only one venue leads to are cut into pieces together (bulk.py), all
others one by one (pieces.py): the pieces are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from moneta import Candidate, Terms
from plugins.rebalance.allocate import bulk, columns, sane
from plugins.rebalance.allocate.branch import Found
from plugins.rebalance.allocate.options import Kind, limits
from plugins.rebalance.allocate.pieces import Piece, of_market
from plugins.rebalance.allocate.table import OWN, Places, Table
from plugins.rebalance.allocate.whole import Held, held

Market = tuple[Candidate, ...]
BULK = len(Kind)


@dataclass(frozen=True, slots=True)
class Prepared:
    """`markets` in the order of `counts`: how many rows each has in the table. `money`: base units that there are.

    `origin` says of each row which of `pieces` it is; one that was made in bulk has its Kind less `BULK`.
    """

    markets: Sequence[Market]
    table: Table
    counts: Places
    money: int
    origin: Places
    pieces: Sequence[Piece]
    terms: Terms
    left_out: dict[str, str]

    def held(self, found: Found) -> Iterator[Held]:
        """What each market holds, of those that hold anything, or did."""
        origins = self.origin[found.rows].tolist()
        for market, origin, x in zip(self.markets, origins, found.x.tolist(), strict=True):
            if origin >= 0:
                yield held(market, self.pieces[origin], x)
            elif x or market[0].position:
                yield self._alone(market, origin + BULK, x)

    def _alone(self, market: Market, kind: int, x: float) -> Held:
        of = market[0]
        if kind == Kind.OUT or of.curve is None:
            return Held(market, [0], -1, (0, 0))
        stuck = of.position - min(of.liquidity, of.curve.supplied - of.curve.borrowed, of.position)
        low, high = limits(of, stuck, self.money, kind)
        if self.terms.source_most:
            high = min(high, max(self.terms.source_most.get(of.source, self.money), stuck))
        return Held(market, [max(low, min(high, int(x)))], 0, (low, high))


def prepare(candidates: Sequence[Candidate], terms: Terms, few: int = columns.FEW) -> Prepared:
    """What makes no sense is `left_out` by name. Raises Refused where the terms themselves make none."""
    many, rest = columns.apart(candidates, few)
    usable, left_out = sane.apart(rest, terms)
    bulks = [each for of in many for each in of.members]
    money = terms.cash + sum([each.position for each in usable]) + sum([each.position for each in bulks])
    few_markets: list[Market] = _markets(usable)
    markets = few_markets + [(each,) for each in bulks]
    names = [each[0].source for each in few_markets] + [each.source for each in bulks]
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    rows = _Rows()
    for at, market in enumerate(few_markets):
        rows.add(of_market(market, terms, money), int(place[at]))
    start = len(few_markets)
    for of in many:
        for owner, kind, made in bulk.pieces(of, terms, money):
            rows.add_bulk(place[start + owner], kind, made)
        start += len(of.members)
    table, counts, origin = rows.table(len(markets))
    return Prepared([markets[at] for at in order], table, counts, money, origin, rows.pieces, terms, left_out)


def _markets(usable: Sequence[Candidate]) -> list[Market]:
    ordered = sorted(usable, key=lambda each: (each.source, each.venue))
    return [tuple(members) for _, members in groupby(ordered, key=lambda each: each.source)]


class _Rows:
    """The rows of a table as they come, each with its market's place, put in the markets' order at the end."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._places: list[int] = []
        self._bulk: list[tuple[Places, Kind, bulk.Pieces]] = []

    def add(self, pieces: Sequence[Piece], place: int) -> None:
        self.pieces += pieces
        self._places += [place] * len(pieces)

    def add_bulk(self, places: Places, kind: Kind, made: bulk.Pieces) -> None:
        self._bulk.append((places, kind, made))

    def table(self, markets: int) -> tuple[Table, Places, Places]:
        """The table, how many rows each market has, and each row's origin."""
        singly = [np.array([getattr(each, name) for each in self.pieces], dtype=np.float64) for name in OWN]
        own = [
            np.concatenate([first, *(made[name] for _, _, made in self._bulk)])
            for name, first in zip(OWN, singly, strict=True)
        ]
        kinds = [np.full(places.size, kind - BULK, dtype=np.intp) for places, kind, _ in self._bulk]
        origin = np.concatenate([np.arange(len(self.pieces), dtype=np.intp), *kinds])
        places = np.concatenate([np.array(self._places, dtype=np.intp), *(each for each, _, _ in self._bulk)])
        order = np.argsort(places * BULK + np.maximum(origin, -BULK) % BULK * (origin < 0), kind="stable")
        table = Table.of_columns([each[order] for each in own])
        return table, np.bincount(places, minlength=markets), origin[order]
