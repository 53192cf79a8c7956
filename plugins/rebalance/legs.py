"""From where all money should be to the legs that bring it there."""

from __future__ import annotations

from dataclasses import replace

from moneta import RAY, Allocation, Candidate
from plugins.rebalance import doubt
from plugins.rebalance.allocate import allocate
from plugins.rebalance.books import Books
from plugins.rebalance.weigh import Leg

ROUNDED = 10**9
"""A billionth of a position is what real numbers lose, not what the allocator wants to stay."""


def best(books: Books) -> list[Leg]:
    """The legs to the best allocation, what is doubtful counted as a cost. Positions above a cap needn't shrink."""
    found = allocate([_counted(each, books) for each in books.venues.values()], books.terms)
    return [_whole(leg, books) for leg in of_allocation(found, books.terms.cash, books.limits.most)]


def _whole(leg: Leg, books: Books) -> Leg:
    """A position of which rounding alone would leave something behind goes whole."""
    source, target, units = leg
    if not source:
        return leg
    leaving, entering = books.now[source], books.now[target]
    rest = leaving.position - units
    room = rest if entering.most is None else entering.most - entering.position - units
    fits = rest <= room and leaving.position <= leaving.liquidity and not _above(units + rest, books.limits.most)
    return (source, target, units + rest) if 0 < rest <= leaving.position // ROUNDED and fits else leg


def _above(units: int, most: int | None) -> bool:
    return most is not None and units > most


def _counted(of: Candidate, books: Books) -> Candidate:
    """A way out is due in any case, of what is left or of what is entered: a move counts it once."""
    unsure = doubt.fee(books.outlooks.get(of.venue), books.terms.seconds)
    return replace(
        of,
        most=None if of.most is None else max(of.most, of.position),
        leave=of.leave if of.position or books.terms.cash else 0,
        exit_fee=min((of.exit_fee if of.position or books.terms.cash else 0) + unsure, RAY - 1),
    )


def of_allocation(found: Allocation, cash: int, most: int | None) -> list[Leg]:
    """Pairs of what leaves and what enters, the largest first, each at most `most`.

    What isn't at work yet is entered from ''. What would leave and go nowhere stays.
    """
    leaving = {part.venue: -part.moved for part in found.parts if part.moved < 0}
    entering = {part.venue: part.moved for part in found.parts if part.moved > 0}
    if cash > found.idle:
        leaving[""] = cash - found.idle
    legs = []
    while leaving and entering:
        source, target = _largest(leaving), _largest(entering)
        units = min(leaving[source], entering[target])
        legs.append((source, target, units if most is None else min(units, most)))
        for side, key in ((leaving, source), (entering, target)):
            side[key] -= units
            if not side[key]:
                del side[key]
    return [leg for leg in legs if leg[2] > 0]


def _largest(of: dict[str, int]) -> str:
    return max(of, key=lambda key: (of[key], key))
