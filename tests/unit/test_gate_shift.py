"""A shift out of one venue and into another: whole only where its interest of the meantime fits, too."""

from __future__ import annotations

import pytest

from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.moves import Enter, Leave
from agent.gate.shift import moves_of_shifts
from agent.plugin import Limits, Shift
from tests.unit.gate_parts import FakeVenue, state

pytestmark = pytest.mark.unit

POSITION = 10**12
HELD = state("a", POSITION)
LEAST, MOST = given_whole(HELD)
VENUES = {"a": FakeVenue("a"), "b": FakeVenue("b")}


def moves(
    units: int, whole: bool, limits: Limits, position: int = 0, room: int | None = None
) -> list[tuple[int, ...]]:
    """(units, 0 for the whole position, least, most) of the withdrawal and the units of the entry that follows."""
    shift = Shift("a", "b", units, whole, HELD.rate, HELD.rate, 1, 1)
    states = {"a": HELD, "b": state("b", position, room=room)}
    leave, enter = moves_of_shifts([shift], VENUES, states, limits)
    assert isinstance(leave, Leave)
    assert isinstance(enter, Enter)
    assert (leave.venue.id, enter.venue.id, enter.source) == ("a", "b", leave)
    return [(leave.units or 0, leave.least_out, leave.most_out), (enter.units,)]


def limits(cap: int | None = None, most: int | None = None) -> Limits:
    return Limits(None, cap, most, 0, 0, 10**8, 86_400, decimals=6)


ALL = [(0, LEAST, MOST), (POSITION,)]
EXACTLY = [(POSITION, POSITION - DUST_UNITS, POSITION), (POSITION,)]


def test_a_position_leaves_whole_with_its_interest() -> None:
    assert moves(POSITION, True, limits()) == ALL


@pytest.mark.parametrize(("over", "wanted"), [(0, ALL), (1, EXACTLY)])
def test_its_upper_bound_keeps_to_every_limit(over: int, wanted: list[tuple[int, ...]]) -> None:
    assert moves(POSITION, True, limits(most=MOST - over)) == wanted
    assert moves(POSITION, True, limits(cap=MOST - over)) == wanted
    assert moves(POSITION, True, limits(cap=MOST + 70 - over), position=70) == wanted
    assert moves(POSITION, True, limits(), room=MOST - over) == wanted
    assert moves(POSITION, True, limits(cap=2 * MOST, most=MOST - over), room=3 * MOST) == wanted  # the least counts


def test_a_part_leaves_exactly() -> None:
    assert moves(500, False, limits()) == [(500, 500 - DUST_UNITS, 500), (500,)]


def test_nothing_is_no_bound() -> None:
    assert moves(1, False, limits()) == [(1, 1, 1), (1,)]


def legs(*wanted: tuple[str, int]) -> list[tuple[int, ...]]:
    """Legs out of one position: (units, 0 for all of it, least, most) and the units that enter, if any."""
    shifts = [Shift("a", target, units, units == POSITION, HELD.rate, HELD.rate, 1, 1) for target, units in wanted]
    states = {"a": HELD, "b": state("b"), "c": state("c")}
    found: list[tuple[int, ...]] = []
    for move in moves_of_shifts(shifts, VENUES | {"c": FakeVenue("c")}, states, limits()):
        if isinstance(move, Leave):
            found.append((move.units or 0, move.least_out, move.most_out))
        else:
            assert isinstance(move, Enter)
            assert move.source is not None
            found.append((move.units,))
    return found


def test_several_legs_of_one_position_leave_to_the_unit() -> None:
    """A whole withdrawal is of all shares that the snapshot saw, of which the first leg has taken some."""
    most, rest = POSITION * 3 // 4, POSITION // 4
    part = most - 2 * DUST_UNITS  # each leg's rounding is left to it
    assert legs(("b", most), ("c", rest)) == [
        (part, part - DUST_UNITS, part),
        (part,),
        (rest, rest - DUST_UNITS, rest),
        (rest,),
    ]
    assert legs(("b", most), ("c", rest - 9))[0] == (most, most - DUST_UNITS, most)


def test_into_the_wallet_nothing_is_entered() -> None:
    assert legs(("", POSITION)) == [(0, LEAST, MOST)]
    assert legs(("", 500)) == [(500, 500 - DUST_UNITS, 500)]


def test_two_legs_into_one_venue_share_its_cap() -> None:
    other = state("c", POSITION)
    shifts = [Shift(source, "b", POSITION, True, HELD.rate, HELD.rate, 1, 1) for source in ("a", "c")]
    states = {"a": HELD, "b": state("b"), "c": other}
    known = VENUES | {"c": FakeVenue("c")}
    wide = moves_of_shifts(shifts, known, states, limits(cap=2 * MOST))
    assert [move.units for move in wide if isinstance(move, Leave)] == [None, None]
    tight = moves_of_shifts(shifts, known, states, limits(cap=2 * MOST - 1))
    assert [move.units for move in tight if isinstance(move, Leave)] == [None, POSITION]
