"""Whether a position should move, and where all money should be: own impact and costs included on every side."""

from collections.abc import Mapping, Sequence

from moneta import Allocation, Candidate, Curve, Limits, Placement, Terms, Token, Venue, VenueState, hookimpl
from plugins.rebalance import comet
from plugins.rebalance.rule import place


@hookimpl
def moneta_rebalance(
    venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, limits: Limits
) -> Placement:
    return place(venues, states, asset, limits)


@hookimpl
def moneta_curve(kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
    del seconds  # the curve stays what it is
    return comet.curve(facts) if kind == "compound-v3" else None


@hookimpl
def moneta_allocate(candidates: Sequence[Candidate], terms: Terms) -> Allocation:
    from plugins.rebalance.allocate import allocate  # numpy: late

    return allocate(candidates, terms)
