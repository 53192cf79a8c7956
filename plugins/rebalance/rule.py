"""The rule: where the money of one asset should be, and whether going there gains enough. docs/rebalance.md tells it.

The allocator finds the best placement by the rates that are expected, own impact, costs and limits counted. It is
done where it leads now and gains more than the mandate's minimum and its costs: within a week those of the way there
and of the way back; or over the whole horizon those of the way there, even if the gap falls short by half a standard
deviation. A leg that doesn't pay for itself beside the others is dropped. What a signal says to leave leaves first,
whatever it gains. Every amount is an integer, a gain rounded down, a cost up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from moneta import Candidate, Limits, Outlook, Placement, Shift, Signal, Terms, Turn
from plugins.rebalance import legs, safety, turns
from plugins.rebalance.allocate.sane import apart
from plugins.rebalance.books import Books
from plugins.rebalance.weigh import all_single, net, paying, together
from plugins.rebalance.words import too_little

IDLE = 90 * 86_400
"""Seconds in which what isn't at work has to earn its way in and out, where the horizon is shorter: it earns nothing
where it is, and while it waits for gas to be cheap, too.
"""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found: each single leg, and the best legs together (none where no single one pays)."""

    books: Books
    weighed: tuple[Shift, ...]
    shifts: list[Shift]

    @property
    def nearest(self) -> list[Shift]:
        return self.shifts or [each for each in self.weighed[:1] if each.units]

    @property
    def missing(self) -> int:
        return self.books.least - sum(net(each) for each in self.nearest)


def place(
    candidates: Sequence[Candidate],
    terms: Terms,
    limits: Limits,
    outlooks: Mapping[str, Outlook],
    signals: Sequence[Signal],
) -> Placement:
    """All shifts that should be made now, or why there are none. Raises Refused for terms that make no sense."""
    usable, left_out = apart([safety.heeded(each, signals) for each in candidates], terms)
    held = [each.venue for each in usable if each.position > 0]
    if not terms.cash and not held:
        return Placement((), (), "nothing is at work")
    whole = Books.of(usable, terms, limits, outlooks)
    reasons = safety.urgent(signals) if limits.exits else {}
    closing = safety.doors(signals)
    if shifts := safety.out(whole, reasons, closing):
        return _done(shifts, all_single(whole), ())
    idle = Books.of(usable, replace(terms, seconds=max(terms.seconds, IDLE)), limits, outlooks)
    entered = list(paying(idle, legs.entering(idle))) if terms.cash else []
    if _gains(idle, entered):
        return _done(entered, (), turns.to_stay(idle, entered))
    soon = _looked(Books.of(usable, terms, limits, outlooks, soon=True))
    now = Books.of(usable, terms, limits, {})
    if _gains(soon.books, soon.shifts) and _leads(now, soon.shifts):
        return _done(soon.shifts, soon.weighed, turns.to_stay(soon.books, soon.shifts))
    late = _looked(whole)
    if _gains(whole, late.shifts) and _leads(soon.books, late.shifts) and _leads(now, late.shifts):
        return _done(late.shifts, late.weighed, turns.to_stay(whole, late.shifts))
    stuck = [safety.why_stays(whole, key, reasons[key], closing) for key in held if key in reasons]
    return _kept(_nearer(soon, late), entered, stuck, left_out)


def _looked(books: Books) -> Looked:
    """Where no single leg pays at any size, several together don't: each gains less beside others."""
    weighed = all_single(books)
    if not weighed or not weighed[0].units or net(weighed[0]) <= 0:
        return Looked(books, weighed, [])
    shifts = list(paying(books, legs.best(books)))
    if net(weighed[0]) > sum(net(each) for each in shifts):
        shifts = [weighed[0]]
    return Looked(books, weighed, shifts)


def _gains(books: Books, shifts: Sequence[Shift]) -> bool:
    return bool(shifts) and sum(net(each) for each in shifts) > books.least


def _leads(books: Books, shifts: Sequence[Shift]) -> bool:
    """Whether it gains anything by these books, of now or of the first week: what only pays later is done later."""
    return books.gain(together([(each.source, each.target, each.units) for each in shifts])) > 0


def _nearer(soon: Looked, late: Looked) -> Looked:
    """The look at which less was missing, in proportion to its time."""
    found = [each for each in (late, soon) if each.nearest]
    return min(found, key=lambda each: each.missing / each.books.terms.seconds, default=soon)


def _done(shifts: Sequence[Shift], weighed: Sequence[Shift], changes: tuple[Turn, ...]) -> Placement:
    ordered = tuple(sorted(shifts, key=lambda each: (-each.units, each.source, each.target)))
    taken = {(each.source, each.target) for each in ordered}
    others = [each for each in weighed if (each.source, each.target) not in taken]
    judged = tuple(each if each.why_not else replace(each, why_not="what is done gains more") for each in others)
    return _summed(Placement(ordered, judged, turns=changes), ordered)


def _kept(looked: Looked, entered: Sequence[Shift], stuck: Sequence[str], left_out: Mapping[str, str]) -> Placement:
    least, nearest = looked.books.least, looked.nearest or list(entered)
    judged = tuple(
        each if each.why_not else replace(each, why_not=too_little(each, least)) for each in looked.weighed
    )
    if nearest:
        reason = f"{nearest[0].target}: {too_little(_one(nearest), least)}"
    elif judged:
        reason = f"{judged[0].target}: {judged[0].why_not}"
    elif left_out:
        reason = ": ".join(min(left_out.items()))
    else:
        reason = "nothing pays for the way in and out" if looked.books.terms.cash else "there is no other venue"
    changes = turns.to_move(looked.books, nearest[0]) if len(nearest) == 1 and nearest[0].source else ()
    return _summed(Placement((), judged, "; ".join([*stuck, reason]), turns=changes), nearest)


def _one(shifts: Sequence[Shift]) -> Shift:
    """The first, with the sums of all."""
    sums = {name: sum(getattr(each, name) for each in shifts) for name in SUMS}
    return replace(shifts[0], **sums)


SUMS = ("gain_usd", "cost_usd", "back_usd", "doubt_usd")


def _summed(placement: Placement, shifts: Sequence[Shift]) -> Placement:
    if not shifts:
        return placement
    one = _one(shifts)
    return replace(placement, seconds=one.seconds, **{name: getattr(one, name) for name in SUMS})
