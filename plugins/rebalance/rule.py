"""The rule: where the money of one asset should be, and whether going there gains enough. docs/rebalance.md tells it.

The allocator finds the best placement by the rates that are expected over the horizon, own impact, costs and limits
counted. Its legs are done where together they gain more than their costs, what expectations may err by, and the
mandate's minimum; one that doesn't pay for itself beside the others is dropped. What a signal says to leave leaves
first, whatever it gains. Every amount is an integer, a gain rounded down, a cost up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from moneta import Candidate, Limits, Outlook, Placement, Shift, Signal, Terms, Turn
from plugins.rebalance import legs, safety, turns
from plugins.rebalance.allocate.sane import apart
from plugins.rebalance.books import Books
from plugins.rebalance.weigh import all_single, net, paying
from plugins.rebalance.words import too_little


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
    books = Books.of(usable, terms, limits, outlooks)
    weighed = all_single(books)
    reasons = safety.urgent(signals) if limits.exits else {}
    if shifts := safety.out(books, reasons):
        return _done(shifts, weighed, ())
    shifts = _best(books, weighed)
    if _gains(shifts, limits):
        return _done(shifts, weighed, turns.to_stay(books, shifts))
    stuck = [f"{key} should be left and nothing can leave it now ({reasons[key]})" for key in held if key in reasons]
    return _kept(books, weighed, shifts, stuck, left_out)


def _best(books: Books, weighed: Sequence[Shift]) -> list[Shift]:
    """The allocator's legs that pay, or the best single one where that gains more."""
    shifts = list(paying(books, legs.best(books)))
    if weighed and weighed[0].units and net(weighed[0]) > sum(net(each) for each in shifts):
        return [weighed[0]]
    return shifts


def _gains(shifts: Sequence[Shift], limits: Limits) -> bool:
    return bool(shifts) and sum(net(each) for each in shifts) > limits.min_gain


def _done(shifts: Sequence[Shift], weighed: Sequence[Shift], changes: tuple[Turn, ...]) -> Placement:
    ordered = tuple(sorted(shifts, key=lambda each: (-each.units, each.source, each.target)))
    taken = {(each.source, each.target) for each in ordered}
    others = [each for each in weighed if (each.source, each.target) not in taken]
    judged = tuple(each if each.why_not else replace(each, why_not="what is done gains more") for each in others)
    return Placement(ordered, judged, "", *_sums(ordered), changes)


def _kept(
    books: Books, weighed: Sequence[Shift], shifts: Sequence[Shift], stuck: Sequence[str], left_out: Mapping[str, str]
) -> Placement:
    limits = books.limits
    judged = tuple(each if each.why_not else replace(each, why_not=too_little(each, limits)) for each in weighed)
    nearest = shifts or [each for each in weighed[:1] if each.units]
    why_not = "; ".join([*stuck, _why_none(books, judged, shifts, left_out)])
    changes = turns.to_move(books, nearest[0]) if len(nearest) == 1 else ()
    return Placement((), judged, why_not, *_sums(nearest), changes)


def _why_none(books: Books, judged: Sequence[Shift], shifts: Sequence[Shift], left_out: Mapping[str, str]) -> str:
    """Why nothing is done: what came nearest speaks for all."""
    if judged:
        return f"{judged[0].target}: {judged[0].why_not}"
    if shifts:  # from the wallet alone
        return f"{shifts[0].target}: {too_little(shifts[0], books.limits)}"
    if left_out:
        venue, reason = min(left_out.items())
        return f"{venue}: {reason}"
    return "nothing pays for the way in and out" if books.terms.cash else "there is no other venue"


def _sums(shifts: Sequence[Shift]) -> tuple[int, int, int]:
    return (
        sum(each.gain_usd for each in shifts),
        sum(each.cost_usd for each in shifts),
        sum(each.doubt_usd for each in shifts),
    )
