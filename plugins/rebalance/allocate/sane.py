"""What makes no sense is left out by name, and the run goes on: a venue whose numbers can't be isn't entered.

A position there stays where it is, since what it earns isn't known; where its largest position is 0 it leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from moneta import RAY, SECONDS_PER_YEAR, Candidate, Curve, Refused, Terms
from plugins.rebalance.allocate.pieces import TOGETHER

HIGHEST = 10 * RAY
"""A supply rate of 1,000 % a year now; and ten times that where all is lent out. Beyond it a unit is mistaken."""

LONGEST = 10 * SECONDS_PER_YEAR


def apart(candidates: Sequence[Candidate], terms: Terms) -> tuple[list[Candidate], dict[str, str]]:
    """What may be weighed, and why the rest isn't. Raises Refused for terms that make no sense."""
    _check(terms)
    named = Counter(each.venue for each in candidates)
    reasons = {each.venue: "it is named twice" if named[each.venue] > 1 else trouble(each) for each in candidates}
    reasons |= {each.venue: each.why_not for each in candidates if each.why_not and not reasons[each.venue]}
    reasons |= _disagreeing([each for each in candidates if not reasons[each.venue]])
    usable = []
    for each in candidates:
        reason = reasons[each.venue]
        if not reason:
            usable.append(_as_liquid(each))
        elif named[each.venue] == 1 and _whole(each) and each.position > 0:
            known = each.why_not == reason and each.curve is not None and not trouble(each)
            usable.append(replace(_as_liquid(each), why_not=reason) if known else _dark(each, reason))
    return usable, {venue: reason for venue, reason in reasons.items() if reason}


def _check(terms: Terms) -> None:
    if type(terms.cash) is not int or terms.cash < 0:
        raise Refused("capital", "The capital isn't a number of base units.", "Say 0 or more.")
    if not 0 < terms.seconds <= LONGEST:
        raise Refused("horizon", "The horizon is no time to earn anything in.", "Say up to ten years.")
    low, high = terms.response
    if not 0 <= low <= high <= RAY:
        raise Refused("response", "The band of borrowers' response isn't one.", "Say 0 ≤ low ≤ high ≤ 1.")
    if any(most < 0 for most in terms.source_most.values()):
        raise Refused("limits", "A limit of one market is negative.", "Say 0 or more.")


def _as_liquid(of: Candidate) -> Candidate:
    """No more can leave than is there unborrowed, whatever is said of it."""
    if of.curve is None:
        return of
    return replace(of, liquidity=min(of.liquidity, of.curve.supplied - of.curve.borrowed))


def _dark(of: Candidate, reason: str) -> Candidate:
    """Without its curve, in a market of its own: what it says of the market isn't believed."""
    return replace(of, curve=None, why_not=reason, source=f"?{of.venue}")


def _whole(of: Candidate) -> bool:
    numbers = (
        of.position,
        of.liquidity,
        of.least,
        of.enter,
        of.leave,
        of.exit_fee,
        *([] if of.most is None else [of.most]),
    )
    return all(type(each) is int and each >= 0 for each in numbers) and of.exit_fee < RAY


def trouble(of: Candidate) -> str:
    """'' where its numbers may be."""
    if not _whole(of):
        return "one of its amounts is negative or isn't a whole number of base units"
    if of.curve is None:
        return of.why_not or "its rate isn't known"
    return _bent(of.curve) or _market(of.curve, of.position)


def _market(curve: Curve, position: int) -> str:
    if curve.supplied <= 0:
        return "nothing is supplied there"
    if not 0 <= curve.borrowed <= curve.supplied:
        return "more is borrowed there than supplied, or less than nothing: are decimals swapped?"
    if position > curve.supplied:
        return "the position is larger than all that is supplied there: are decimals swapped?"
    if (now := curve.rate(0)).ray > HIGHEST:
        return f"its rate is {now}, above 1,000 %: is it in percent where a fraction is meant?"
    return ""


def _bent(curve: Curve) -> str:
    places, rates = [at for at, _ in curve.points], [rate for _, rate in curve.points]
    if any(type(each) is not int for each in (curve.supplied, curve.borrowed, curve.kept, *places, *rates)):
        return "one of its numbers isn't a whole one"
    if len(places) < 2 or places[0] != 0 or places[-1] < RAY or any(a >= b for a, b in pairwise(places)):
        return "the points of its curve don't go from nothing lent out to all, upwards"
    if min(rates) < 0 or not 0 <= curve.kept <= RAY:
        return "its curve has a rate below 0, or suppliers get more than all of it"
    if max(rates) > 10 * HIGHEST:
        return "its curve goes above 10,000 %: is it in percent where a fraction is meant?"
    return ""


def _disagreeing(usable: Sequence[Candidate]) -> dict[str, str]:
    """Venues over one market that tell of two, and those beyond the number that is weighed together."""
    of_source: dict[str, list[Candidate]] = {}
    for each in usable:
        of_source.setdefault(each.source, []).append(each)
    found: dict[str, str] = {}
    for source, members in of_source.items():
        told = {(each.curve.supplied, each.curve.borrowed, each.curve.points) for each in members if each.curve}
        if len(told) > 1:
            found |= {each.venue: f"the venues over {source} tell of different markets" for each in members}
        elif len(members) > TOGETHER:
            ranked = sorted(
                members, key=lambda each: (-each.position, -(each.curve.kept if each.curve else 0), each.venue)
            )
            why = f"{TOGETHER} other venues over {source} are weighed already"
            found |= {each.venue: why for each in ranked[TOGETHER:]}
    return found
