"""All rules over one venue, what weighs most first."""

from __future__ import annotations

from collections.abc import Callable

from moneta import Effect, Past, Signal, Venue, VenueState
from plugins.risk import bad_debt, feed, liquidity, outflow, peg, pending, rates, records, share, size, utilisation
from plugins.risk.case import Case
from plugins.risk.seen import look

RULES: tuple[Callable[[Case], Signal | None], ...] = (
    utilisation.judge,
    liquidity.judge,
    peg.judge,
    share.judge,
    bad_debt.judge,
    outflow.judge,
    feed.judge,
    rates.spike,
    rates.swings,
    size.small,
    size.young,
    *pending.RULES,
    records.judge,
)
_ORDER = {effect: place for place, effect in enumerate(reversed(Effect))}


def signals(venue: Venue, state: VenueState, past: Past, units: int, now: int) -> list[Signal]:
    """What speaks against a position of `units` base units, the strongest effect first."""
    case = Case(venue, state, look(state, past, venue.asset, now), units)
    found = [signal for rule in RULES if (signal := rule(case)) is not None]
    return sorted(found, key=lambda signal: _ORDER[signal.effect])
