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
    """The legs to the best allocation of the positions; the way back and what is doubtful are counted as costs.

    A position above its cap needn't shrink.
    """
    held = [each for each in books.venues.values() if each.position > 0]
    enter, leave = (max((getattr(each, way) for each in held), default=0) for way in ("enter", "leave"))
    counted = [_counted(each, books, enter, leave) for each in books.venues.values()]
    found = allocate(counted, replace(books.terms, cash=0))
    wanted = of_allocation(found, 0, books.limits.most)
    return wanted if len(wanted) > 1 and books.limits.most is not None else [_whole(leg, books) for leg in wanted]


def _counted(of: Candidate, books: Books, enter: int, leave: int) -> Candidate:
    """Who enters pays the way out in the allocator's books: of what has to pay soon, all of the way back, as dear as
    the way there; over the horizon nothing, since what is left has its way out to pay as well.
    """
    unsure = 0 if books.soon else doubt.fee(books.outlooks.get(of.venue), books.terms.seconds)
    return replace(
        of,
        most=_unshrunk(of),
        leave=of.leave if of.position else max(of.leave + enter, of.enter + leave) if books.soon else 0,
        exit_fee=min(of.exit_fee + unsure, RAY - 1),
    )


def entering(books: Books) -> list[Leg]:
    """The legs that put to work what isn't yet, the positions as they are."""
    fixed = [replace(each, liquidity=0, most=_unshrunk(each)) for each in books.venues.values()]
    return of_allocation(allocate(fixed, books.terms), books.terms.cash, books.limits.most)


def _unshrunk(of: Candidate) -> int | None:
    return None if of.most is None else max(of.most, of.position)


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


def of_allocation(found: Allocation, cash: int, most: int | None) -> list[Leg]:
    """Pairs of what leaves and what enters, the largest first, together at most `most`.

    What isn't at work yet is entered from ''. What would leave and go nowhere stays.
    """
    leaving = {part.venue: -part.moved for part in found.parts if part.moved < 0}
    taking = {part.venue: part.moved for part in found.parts if part.moved > 0}
    if cash > found.idle:
        leaving[""] = cash - found.idle
    legs: list[Leg] = []
    left = sum(taking.values()) if most is None else most
    while leaving and taking and left > 0:
        source, target = _largest(leaving), _largest(taking)
        units = min(leaving[source], taking[target])
        legs.append((source, target, min(units, left)))
        left -= units
        for side, key in ((leaving, source), (taking, target)):
            side[key] -= units
            if not side[key]:
                del side[key]
    return legs


def _largest(of: dict[str, int]) -> str:
    return max(of, key=lambda key: (of[key], key))
