"""Whether a position should move: only where it gains more than it costs, own impact included on both sides."""

from collections.abc import Mapping

from moneta import Limits, Placement, Token, Venue, VenueState, hookimpl
from plugins.rebalance.rule import place


@hookimpl
def moneta_rebalance(
    venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, limits: Limits
) -> Placement:
    return place(venues, states, asset, limits)
