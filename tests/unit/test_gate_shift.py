"""A shift out of one venue and into another: whole only where its interest of the meantime fits, too."""

from __future__ import annotations

import pytest

from agent.gate.expect import DUST_UNITS, given_whole
from agent.gate.order import Enter, Leave
from agent.gate.shift import moves_of_shift
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
    leave, enter = moves_of_shift(shift, VENUES, states, limits)
    assert isinstance(leave, Leave)
    assert isinstance(enter, Enter)
    assert (leave.venue.id, enter.venue.id, enter.source) == ("a", "b", leave)
    return [(leave.units or 0, leave.least_out, leave.most_out), (enter.units,)]


def limits(cap: int | None = None, most: int | None = None) -> Limits:
    return Limits(None, cap, most, 0, 0, 10**8, 86_400)


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
