"""Ranks the venues of an asset for one deposit: pure, in integers, the same answer for the same snapshot."""

from __future__ import annotations

from collections.abc import Mapping

from moneta import SECONDS_PER_YEAR, Option, Rate, Token, Venue, VenueState
from plugins.yields.words import reasons, why_not


def rank(venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int) -> list[Option]:
    """The options for `units` base units of `asset` (0: just compare the rates), the best first.

    Those that may be entered come first, by the rate with one's own deposit in it, then by what is free to leave,
    then by id; those that may not come last, by their rate now. A venue without a state couldn't be read.
    """
    of_asset = sorted(venue_id for venue_id, venue in venues.items() if venue.asset == asset)
    options = [_option(venues[venue_id], states.get(venue_id), units) for venue_id in of_asset]
    liquidity = {venue_id: states[venue_id].liquidity for venue_id in of_asset if venue_id in states}
    return sorted(options, key=lambda option: _order(option, liquidity.get(option.venue, 0)))


def _order(option: Option, liquidity: int) -> tuple[bool, int, int, str]:
    closed = bool(option.why_not)
    return closed, -(option.rate if closed else option.after).ray, -liquidity, option.venue


def _option(venue: Venue, state: VenueState | None, units: int) -> Option:
    if state is None:
        return Option(venue.id, Rate(0), Rate(0), 0, (), "it can't be read now")
    after = venue.rate_after(state, units) if units else state.rate
    return Option(
        venue=venue.id,
        rate=state.rate,
        after=after,
        income=after.income(units, SECONDS_PER_YEAR),
        reasons=reasons(venue, state, after, units),
        why_not=why_not(venue, state, units),
    )
