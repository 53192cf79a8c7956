"""Which venue to choose: by the rate that one's own deposit would leave behind."""

from collections.abc import Mapping

from moneta import Option, Token, Venue, VenueState, hookimpl
from plugins.yields.rank import rank


@hookimpl
def moneta_rank(
    venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int
) -> list[Option]:
    return rank(venues, states, asset, units)
