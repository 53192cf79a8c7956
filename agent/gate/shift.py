"""A shift between two venues as moves: out of one, and into the other with exactly what came out of it."""

from __future__ import annotations

from collections.abc import Mapping

from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.order import Enter, Leave, Move
from agent.plugin import Limits, Shift, Venue, VenueState


def moves_of_shift(
    shift: Shift, venues: Mapping[str, Venue], states: Mapping[str, VenueState], limits: Limits
) -> tuple[Move, ...]:
    """The withdrawal and the entry that takes its output: nothing is left in the wallet, and nothing taken from it.

    A position leaves whole, with its interest of the meantime, where that keeps to the limits and to the target's
    cap at its upper bound, too. Else exactly `shift.units` leave, and that interest stays where it is.
    """
    source, target = venues[shift.source], venues[shift.target]
    least, most = given_whole(states[shift.source])
    if shift.whole and most <= _room(states[shift.target], limits):
        leave = Leave(source, None, least, most)
    else:
        leave = Leave(source, shift.units, max(shift.units - DUST_UNITS, 1), shift.units)
    return (leave, Enter(target, shift.units, leave))


def _room(target: VenueState, limits: Limits) -> int:
    """The most base units that may go in, as the rule counts them."""
    cap = None if limits.cap is None else limits.cap - target.position
    known = [bound for bound in (cap, limits.most, target.room) if bound is not None]
    return min(known) if known else 2**256 - 1
