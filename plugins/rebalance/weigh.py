"""Single legs weighed: every position against every other venue, whole and in parts, with all that speaks against."""

from __future__ import annotations

from collections.abc import Iterator

from moneta import Rate, Shift
from plugins.rebalance import doubt
from plugins.rebalance.books import Books, share

PARTS = (8, 4, 2, 1)
"""A position is weighed whole, its half, quarter and eighth: less may gain more where the target is small."""

Leg = tuple[str, str, int]
"""Source, target, base units. Source '' is money that isn't at work yet."""


def all_single(books: Books) -> tuple[Shift, ...]:
    """The best size of each leg, the best leg first; those that can't be come last."""
    found = [
        _best(books, source, target)
        for source, each in books.venues.items()
        if each.position > 0
        for target in books.venues
        if target != source
    ]
    return tuple(sorted(found, key=_order))


def _order(shift: Shift) -> tuple[bool, int, str, str]:
    return (not shift.units, -net(shift), shift.target, shift.source)


def net(shift: Shift) -> int:
    """USD with 8 decimals that count for it."""
    return shift.gain_usd - shift.cost_usd - shift.back_usd - shift.doubt_usd


def _best(books: Books, source: str, target: str) -> Shift:
    most, barred = _most(books, source, target)
    if barred:
        now = books.now[source].curve
        before = Rate(0) if now is None else now.rate(0)
        return Shift(source, target, 0, False, before, books.rate(target, {}), 0, 0, why_not=barred)
    sizes = dict.fromkeys(units for part in PARTS if (units := most * part // PARTS[0]) > 0)
    shifts = [weighed(books, (source, target, units), {source: -units, target: units}) for units in sizes]
    return max(shifts, key=lambda shift: (net(shift), shift.units))


def _most(books: Books, source: str, target: str) -> tuple[int, str]:
    """The most that may go from `source` to `target`, or why nothing may."""
    leaving, entering = books.venues[source], books.venues[target]
    if not entering.open:
        return 0, entering.why_not or "its rate isn't known"
    if leaving.curve is None:
        return 0, f"the rate of {source} isn't known, so neither is a gain"
    bounds = {
        f"nothing can leave {source} now": min(leaving.position, leaving.liquidity),
        "it takes no more of yours": None if entering.most is None else entering.most - entering.position,
        "your largest move is nothing": books.limits.most,
    }
    known = {reason: bound for reason, bound in bounds.items() if bound is not None}
    reason, most = min(known.items(), key=lambda item: item[1])
    if most > 0 and entering.position + most < entering.least:
        return 0, "less than is worth having there could go there"
    return (most, "") if most > 0 else (0, reason)


def weighed(books: Books, leg: Leg, moved: dict[str, int], without: dict[str, int] | None = None) -> Shift:
    """A leg where all of `moved` is done, held against `without` it (nothing, where None)."""
    source, target, units = leg
    gain = books.gain(moved) - (books.gain(without) if without else 0)
    now = books.now[source].curve if source else None
    return Shift(
        source,
        target,
        units,
        bool(source) and units == books.venues[source].position,
        Rate(0) if now is None else now.rate(0),
        books.rate(target, moved) if target else Rate(0),
        gain,
        books.usd(gain),
        cost_usd=-books.usd(-cost_of(books, leg)),
        back_usd=-books.usd(-back_of(books, leg)),
        doubt_usd=-books.usd(-doubt_of(books, leg)),
        seconds=books.terms.seconds,
    )


def cost_of(books: Books, leg: Leg) -> int:
    """Base units: what is entered from the wallet pays for its way out as well; what moves on pays that once."""
    source, target, units = leg
    entered = books.now[target].enter if target else 0
    if source:
        leaving = books.now[source]
        return leaving.leave + share(units, leaving.exit_fee) + entered
    entering = books.now[target]
    return entered + (0 if entering.position else entering.leave) + share(units, entering.exit_fee)


def back_of(books: Books, leg: Leg) -> int:
    """Base units of the way back, due where the lead is expected to end: of a move that has to pay soon. No less than
    those of the way there.
    """
    source, target, units = leg
    if not books.soon or not source or not target:
        return 0
    entered = books.now[target]
    back = entered.leave + share(units, entered.exit_fee) + books.now[source].enter
    return max(back, cost_of(books, leg))


def doubt_of(books: Books, leg: Leg) -> int:
    """Base units that the gap may fall short by; a move that pays for both ways soon needs no such margin."""
    source, target, units = leg
    if books.soon or not source or not target:
        return 0
    return doubt.of_leg(books.outlooks.get(source), books.outlooks.get(target), units, books.terms.seconds)


def together(legs: list[Leg]) -> dict[str, int]:
    """What all legs change, by venue."""
    moved: dict[str, int] = {}
    for source, target, units in legs:
        for venue, change in ((source, -units), (target, units)):
            if venue:
                moved[venue] = moved.get(venue, 0) + change
    return moved


def paying(books: Books, legs: list[Leg]) -> Iterator[Shift]:
    """The legs of which each gains more than its own costs and doubts beside all others; the worst are dropped."""
    while legs:
        moved = together(legs)
        shifts = [weighed(books, leg, moved, _without(legs, leg)) for leg in legs]
        worst = min(range(len(legs)), key=lambda place: net(shifts[place]))
        if net(shifts[worst]) > 0:
            yield from shifts
            return
        legs = [*legs[:worst], *legs[worst + 1 :]]


def _without(legs: list[Leg], one: Leg) -> dict[str, int]:
    return together([leg for leg in legs if leg is not one])
