"""What would change an answer: the expected rate of a venue, or what the move costs, all else as it was.

A gain is linear in how high a market's curve is, so that the figures are exact but for rounding.
"""

from __future__ import annotations

from collections.abc import Sequence

from moneta import Shift, Turn
from plugins.rebalance.books import Books
from plugins.rebalance.weigh import net, together

RATE, COST = "rate", "cost"


def to_move(books: Books, nearest: Shift) -> tuple[Turn, ...]:
    """What would have `nearest` done, which isn't."""
    missing = books.least - net(nearest)
    if not nearest.units or missing < 0:
        return ()
    found = [_rate(books, nearest, venue, missing) for venue in (nearest.target, nearest.source)]
    costs = nearest.cost_usd + nearest.back_usd
    if costs > missing:
        found.append(Turn(COST, "", False, costs - missing, nearest.seconds))
    return tuple(each for each in found if each is not None)


def to_stay(books: Books, shifts: Sequence[Shift]) -> tuple[Turn, ...]:
    """What would have left all as it was."""
    spare = sum(net(each) for each in shifts) - books.least
    largest = max(shifts, key=lambda each: each.units)
    rate = _rate(books, largest, largest.target, -spare)
    cost = Turn(COST, "", True, sum(each.cost_usd + each.back_usd for each in shifts) + spare, largest.seconds)
    return (cost,) if rate is None else (rate, cost)


def _rate(books: Books, shift: Shift, venue: str, missing: int) -> Turn | None:
    """How high the venue's expected rate would have to be for a gain of so many USD more (below 0: fewer)."""
    if not venue or (shift.source and books.venues[shift.source].source == books.venues[shift.target].source):
        return None
    each = books.venues[venue]
    if each.curve is None:
        return None
    moved, market = together([(shift.source, shift.target, shift.units)]), {each.source}
    depends = books.usd(books.income(moved, market) - books.income({}, market))  # below 0 at the source
    mean = each.curve.rate(0).ray
    if not depends or not mean:
        return None
    value = mean + mean * missing // depends
    return Turn(RATE, venue, value > mean, value, shift.seconds) if value > 0 else None
