"""The legs of a rebalance as moves: out of one venue, and into another with exactly what came out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.order import Enter, Leave, Move
from agent.plugin import Limits, Shift, Venue, VenueState


def moves_of_shifts(
    shifts: Sequence[Shift], venues: Mapping[str, Venue], states: Mapping[str, VenueState], limits: Limits
) -> tuple[Move, ...]:
    """Each leg's withdrawal and the entry that takes its output: nothing is taken from the wallet, and nothing left
    in it but what is meant for it (a leg without a target).

    The last leg of a position that is left for good takes it whole, with its interest of the meantime, where that
    keeps to the limits and to the target's cap at its upper bound, too. Else exactly a leg's `units` leave, and that
    interest stays where it is.
    """
    moves: list[Move] = []
    entered: dict[str, int] = {}
    left: dict[str, int] = {}
    for place, shift in enumerate(shifts):
        last = all(later.source != shift.source for later in shifts[place + 1 :])
        room = _room(shift, states, limits, entered.get(shift.target, 0))
        leave = _leave(shift, venues[shift.source], states[shift.source], left.get(shift.source, 0), last, room)
        moves.append(leave)
        left[shift.source] = left.get(shift.source, 0) + shift.units
        if shift.target:
            moves.append(Enter(venues[shift.target], shift.units, leave))
            entered[shift.target] = entered.get(shift.target, 0) + leave.most_out
    return tuple(moves)


def _leave(shift: Shift, source: Venue, state: VenueState, before: int, last: bool, room: int) -> Leave:
    least, most = (bound - before for bound in given_whole(state))
    if last and before + shift.units == state.position and most <= room:
        return Leave(source, None, max(least, 1), most)
    return Leave(source, shift.units, max(shift.units - DUST_UNITS, 1), shift.units)


def _room(shift: Shift, states: Mapping[str, VenueState], limits: Limits, entered: int) -> int:
    """The most base units that may go in, as the rule counts them."""
    if not shift.target:
        return 2**256 - 1
    target = states[shift.target]
    cap = None if limits.cap is None else limits.cap - target.position - entered
    room = None if target.room is None else target.room - entered
    known = [bound for bound in (cap, limits.most, room) if bound is not None]
    return min(known) if known else 2**256 - 1
