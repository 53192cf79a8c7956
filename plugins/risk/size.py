"""A market that is small, or that began just now."""

from __future__ import annotations

from moneta import UNKNOWN, Effect, Signal
from plugins.risk.case import Case
from plugins.risk.seen import DAY, MICRO, units_of
from plugins.risk.words import amount, dollars, span

SMALL, YOUNG = "size", "age"
LEAST_USD = 1_000_000
YOUNG_DAYS, NEW_DAYS = 30, 7
PART = 20
"""In a small or a new market one's own may be a twentieth: a way out that nobody has taken yet isn't proven."""
BORN = 100  # a market that held less than a hundredth of what it holds now was seen from its beginning


def small(case: Case) -> Signal | None:
    supplied, price = int(case.seen.supplied[-1]), _price(case)
    if supplied == UNKNOWN or price is None:
        return None
    worth = supplied * price // (MICRO * 10**8)
    most = units_of(supplied, case.asset) // PART
    if worth >= LEAST_USD or case.largest <= most:
        return None
    words = f"the whole market holds {dollars(worth)}, less than {dollars(LEAST_USD)}; {_cap(case, most)}"
    return case.signal(SMALL, Effect.LESS, words, {"tvl_usd": worth}, most)


def young(case: Case) -> Signal | None:
    seen = case.seen
    age, supplied = seen.now - seen.first, int(seen.supplied[-1])
    if seen.born == UNKNOWN or supplied == UNKNOWN or seen.born * BORN > supplied or age >= YOUNG_DAYS * DAY:
        return None
    words = f"the market was all but empty {span(age)} ago"
    if age >= NEW_DAYS * DAY:
        return case.signal(YOUNG, Effect.ALERT, words, {"age_seconds": age})
    most = units_of(supplied, case.asset) // PART
    if case.largest <= most:
        return case.signal(YOUNG, Effect.ALERT, words, {"age_seconds": age})
    return case.signal(YOUNG, Effect.LESS, f"{words}; {_cap(case, most)}", {"age_seconds": age}, most)


def _cap(case: Case, most: int) -> str:
    return f"I keep no more than a twentieth of it there: {amount(most, case.asset)}"


def _price(case: Case) -> int | None:
    known = case.seen.price[case.seen.price >= 0]
    return int(known[-1]) if len(known) else None
