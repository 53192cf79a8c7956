"""The legs of a rebalance as moves: out of one venue, and into another with exactly what came out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.moves import Enter, Leave, Move
from agent.plugin import Limits, Shift, Venue, VenueState


def moves_of_shifts(
    shifts: Sequence[Shift], venues: Mapping[str, Venue], states: Mapping[str, VenueState], limits: Limits
) -> tuple[Move, ...]:
    """Each leg's withdrawal and the entry that takes its output: nothing is taken from the wallet, and nothing left
    in it but what is meant for it (a leg without a target).

    A position that is left in one leg goes whole, with its interest of the meantime, where that keeps to the limits
    and to the target's cap at its upper bound, too. Else exactly a leg's `units` leave, and that interest stays where
    it is: a whole withdrawal names the shares of the snapshot, of which an earlier leg would have taken some.
    """
    moves: list[Move] = []
    entered: dict[str, int] = {}
    legs = Counter(shift.source for shift in shifts)
    stays = {key: _spare(states[key], [each.units for each in shifts if each.source == key]) for key in legs}
    for shift in shifts:
        room = _room(shift, states, limits, entered.get(shift.target, 0))
        source = shift.source
        if legs[source] == 1 and shift.whole and given_whole(states[source])[1] <= room:
            leave = Leave(venues[source], None, *given_whole(states[source]))
        else:
            units = shift.units - stays.pop(source, 0)
            leave = Leave(venues[source], units, max(units - DUST_UNITS, 1), units)
        moves.append(leave)
        if shift.target:
            moves.append(Enter(venues[shift.target], leave.units or shift.units, leave))
            entered[shift.target] = entered.get(shift.target, 0) + leave.most_out
    return tuple(moves)


def _spare(state: VenueState, units: Sequence[int]) -> int:
    """What several legs leave behind of a position that they would take to the unit: each is rounded against it."""
    return max(len(units) * DUST_UNITS - (state.position - sum(units)), 0) if len(units) > 1 else 0


def _room(shift: Shift, states: Mapping[str, VenueState], limits: Limits, entered: int) -> int:
    """The most base units that may go in, as the rule counts them."""
    if not shift.target:
        return 2**256 - 1
    target = states[shift.target]
    most = limits.caps.get(shift.target, limits.cap)
    cap = None if most is None else most - target.position - entered
    room = None if target.room is None else target.room - entered
    known = [bound for bound in (cap, limits.most, room) if bound is not None]
    return min(known) if known else 2**256 - 1
