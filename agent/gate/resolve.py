"""Resolve: symbols through the pinned registry, amounts into base units, venues by their id. Never a guess."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.snapshot import Snapshot
from agent.errors import NeedsAnswer, Refused
from agent.gate.moves import Leave
from agent.intents import All, AllBut, AmountSpec, Exact, Percentage
from agent.money import Amount, Token, units_from_text
from agent.plugin import Flag, Venue, VenueState

PERCENT_PLACES = 18
HUNDRED_PERCENT: int = 100 * 10**PERCENT_PLACES


def units_of(spec: AmountSpec, token: Token, whole: int, what: str) -> int:
    """Base units that `spec` says, where a part is of `whole` (`what` names it: 'your wallet', 'your position').

    Raises Refused("amount") where it can't be said exactly, is nothing, or is more than there is.
    """
    units = _raw_units(spec, token, whole)
    if units <= 0:
        raise Refused("amount", f"That comes to no {token.symbol} at all.", f"{what} holds {Amount(whole, token)}.")
    if units > whole:
        raise Refused(
            "balance",
            f"{what} holds {Amount(whole, token)}, less than {Amount(units, token)}.",
            "Say a smaller amount, or `all`.",
        )
    return units


def is_everything(spec: AmountSpec) -> bool:
    """'All' and '100%' say the same."""
    return isinstance(spec, All) or (isinstance(spec, Percentage) and spec.value == "100")


def _raw_units(spec: AmountSpec, token: Token, whole: int) -> int:
    match spec:
        case Exact(value=value):
            return _exact(value, token)
        case Percentage(value=value):
            return whole * units_from_text(value, PERCENT_PLACES) // HUNDRED_PERCENT
        case All():
            return whole
        case AllBut(value=value):
            return whole - _exact(value, token)


def _exact(value: str, token: Token) -> int:
    try:
        return Amount.parse(value, token).units
    except ValueError as error:
        smallest = Amount(1, token)
        raise Refused("amount", f"{error}.", f"The smallest amount is {smallest}.") from error


def venue_named(venue_id: str, venues: Mapping[str, Venue], asset: Token) -> Venue:
    """The venue of that id. Raises NeedsAnswer where there is none for the asset."""
    venue = venues.get(venue_id)
    if venue is None or venue.asset != asset:
        known = ", ".join(sorted(v.id for v in venues.values() if v.asset == asset)) or "none"
        raise NeedsAnswer(f"I know no venue {venue_id} for {asset.symbol}. There is: {known}. Which one?", "venue")
    return venue


def positions_of(asset: Token, venues: Mapping[str, Venue], snapshot: Snapshot) -> list[VenueState]:
    """The account's positions in `asset`, the lowest rate first: what is taken out first costs least."""
    held = [
        state
        for venue_id, state in snapshot.venues.items()
        if state.position > 0 and venue_id in venues and venues[venue_id].asset == asset
    ]
    return sorted(held, key=lambda state: (state.rate.ray, state.venue))


def leave_in_turn(spec: AmountSpec, asset: Token, held: list[VenueState], venues: Mapping[str, Venue]) -> list[Leave]:
    """Which positions give the amount, in the order of `held`. A position taken whole leaves no dust.

    Raises Refused("state") where what is asked for can't all leave now.
    """
    if not held:
        raise Refused(
            "balance", f"You have no {asset.symbol} at work.", "Look at `portfolio` for what you have where."
        )
    whole = sum(state.position for state in held)
    wanted = units_of(spec, asset, whole, f"Your {asset.symbol} at work")
    moves, left = [], wanted
    for state in held:
        if left == 0:
            break
        take = min(left, state.position, free_to_leave(state))
        if take <= 0:
            continue
        everything = is_everything(spec) and take == state.position
        moves.append(Leave(venues[state.venue], None if everything else take))
        left -= take
    if left:
        raise Refused(
            "state",
            f"Only {Amount(wanted - left, asset)} of {Amount(wanted, asset)} can leave now; the rest is lent out.",
            "Ask for less, or try again when borrowers have repaid.",
        )
    return moves


def free_to_leave(state: VenueState) -> int:
    """Base units of the account's position that the venue can pay out now."""
    return 0 if Flag.PAUSED in state.flags else min(state.position, state.liquidity)
