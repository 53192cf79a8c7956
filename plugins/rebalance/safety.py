"""Out, at once, of what a signal says to leave: to the best other venue or the wallet, whatever it gains or costs.

As much leaves as is liquid; what is stuck is tried again at each look, until nothing is left but what
its own gas would eat. Where it is the door alone that may close, nothing of the money itself in doubt, the ways out
and back may cost a day's income: who can't leave still earns, and pays no more than that for the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from moneta import Candidate, Effect, Shift, Signal
from plugins.rebalance.allocate import allocate
from plugins.rebalance.books import Books
from plugins.rebalance.legs import of_allocation
from plugins.rebalance.weigh import Leg, together, weighed

ENTRIES = (Effect.CLOSED, Effect.LEAVE)

DOOR = frozenset(("utilisation", "liquidity", "outflow"))
"""Signals that tell of what could leave, and nothing of what it is worth."""

DAY = 86_400


def heeded(of: Candidate, signals: Sequence[Signal]) -> Candidate:
    """The venue as the signals against it leave it: not entered, or with a lower cap."""
    own = [each for each in signals if each.venue == of.venue]
    most = [each.most for each in own if each.effect is Effect.LESS and each.most is not None]
    if of.most is not None:
        most.append(of.most)
    closed = next((each.words for each in own if each.effect in ENTRIES), "")
    return replace(of, most=min(most, default=None), why_not=of.why_not or closed)


def urgent(signals: Sequence[Signal]) -> dict[str, str]:
    """Why it should be left, by venue."""
    return {each.venue: each.words for each in reversed(signals) if each.effect is Effect.LEAVE}


def doors(signals: Sequence[Signal]) -> frozenset[str]:
    """The venues at which nothing but the door speaks for leaving."""
    leaving = [each for each in signals if each.effect is Effect.LEAVE]
    return frozenset(each.venue for each in leaving) - {each.venue for each in leaving if each.name not in DOOR}


def out(books: Books, reasons: Mapping[str, str], closing: Set[str] = frozenset()) -> list[Shift]:
    """The legs that take all that is liquid of such positions out; empty where nothing could leave.

    Of venues that are `closing` (`doors`) those alone that are worth it.
    """
    free = {key: min(each.position, each.liquidity) for key, each in books.now.items() if key in reasons}
    free = {key: units for key, units in free.items() if units > 0}
    if not free:
        return []
    shunned = {books.now[key].source for key in reasons if key in books.now}
    others = [replace(each, liquidity=0) for each in books.venues.values() if each.source not in shunned]
    terms = replace(books.terms, cash=sum(free.values()))
    entered = of_allocation(allocate(others, terms), terms.cash, books.limits.most)
    legs = _paired(free, {target: units for _, target, units in entered})
    moved = together(legs)
    shifts = [replace(weighed(books, leg, moved), doubt_usd=0, signal=reasons[leg[0]]) for leg in legs]
    saved = [each for each in shifts if books.usd(each.units) > each.cost_usd]
    return [each for each in saved if each.source not in closing or _worth_it(books, each)]


def why_stays(books: Books, venue: str, reason: str, closing: Set[str]) -> str:
    """Why a position stays that a signal says to leave."""
    if venue in closing and books.now[venue].liquidity > 0:
        return f"{venue} could be left ({reason}), but out and back would cost more than it earns in a day"
    return f"{venue} should be left and nothing can leave it now ({reason})"


def _worth_it(books: Books, shift: Shift) -> bool:
    """Whether the ways out and back cost no more than what leaves earns in a day; where that isn't known, it is."""
    curve = books.venues[shift.source].curve
    both = shift.cost_usd + max(shift.back_usd, shift.cost_usd)
    return curve is None or both <= books.usd(curve.rate(0).income(shift.units, DAY))


def _paired(free: dict[str, int], entering: dict[str, int]) -> list[Leg]:
    """What leaves, largest first, to where there is room; the rest into the wallet."""
    legs: list[Leg] = []
    room = sorted(entering.items(), key=lambda each: (-each[1], each[0]))
    for source, units in sorted(free.items(), key=lambda each: (-each[1], each[0])):
        left = units
        while left and room:
            target, most = room[0]
            taken = min(left, most)
            legs.append((source, target, taken))
            left -= taken
            room[0] = (target, most - taken)
            if not room[0][1]:
                room.pop(0)
        if left:
            legs.append((source, "", left))
    return legs
