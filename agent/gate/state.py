"""State: a venue that is paused, frozen, full or lent out is not entered; the rule says which and why."""

from __future__ import annotations

from collections.abc import Mapping

from agent.errors import Refused
from agent.gate.only_seen import UNLISTED, refused
from agent.money import Amount
from agent.plugin import Flag, Venue, VenueState

REASONS = {
    Flag.PAUSED: "is paused by its own guardians",
    Flag.FROZEN: "is frozen: it takes no new deposits",
    Flag.UNRATED: "has a rate that can't be computed",
    Flag.UNTRUSTED: "isn't what it was checked to be",
    Flag.ILLIQUID: "has nothing left to withdraw: what goes in now could not come out",
}


def check_trusted(venue: Venue, untrusted: Mapping[str, str]) -> None:
    """Raises Refused: unlisted where nobody listed the venue, untrusted where it isn't what it was checked to be."""
    why = untrusted.get(venue.id)
    if why == UNLISTED:
        raise refused(venue)
    if why is not None:
        raise Refused(
            "untrusted",
            f"{venue.id} is not offered, because {why}.",
            "`moneta doctor` tells the operator more; taking money out works.",
        )


def check_entry(venue: Venue, state: VenueState | None, units: int, missing: str | None = None) -> None:
    """Raises Refused("state") unless `units` base units may go into the venue at this block."""
    if state is None:
        raise Refused(
            "state", f"{venue.id} can't be read at this block: {missing or 'no answer'}.", "Try again later."
        )
    for flag, reason in REASONS.items():
        if flag in state.flags:
            raise Refused("state", f"{venue.id} {reason}.", "Choose another venue, or none and I will.")
    if state.room is not None and units > state.room:
        room = Amount(max(state.room, 0), venue.asset)
        raise Refused("state", f"{venue.id} is capped: its supply cap leaves room for {room}.", "Deposit less.")
