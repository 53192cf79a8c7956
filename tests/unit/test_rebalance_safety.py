"""A signal to leave: out at once, to the best other venue or the wallet, as far as there is liquidity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.money import Rate
from agent.past import Effect, Signal
from tests.unit.rebalance_parts import DAY, LIMITS, ONE, POOR, RICH, A, B, C, at, leave, lent, placed

pytestmark = pytest.mark.unit

EXITS = replace(LIMITS, exits=True)
HELD = at(A, lent(10_000_000, 900_000), 10_000)  # it earns more than the other
OTHER = at(B, lent(10_000_000, 200_000))


def test_it_leaves_at_once_though_it_earns_most() -> None:
    assert not placed(HELD, OTHER, limits=EXITS).shifts
    found = placed(HELD, OTHER, limits=EXITS, signals=[leave(A)])
    (shift,) = found.shifts
    assert (shift.source, shift.target, shift.units, shift.whole) == (A, B, 10_000 * ONE, True)
    assert shift.gain < 0
    assert shift.signal == leave(A).words


def test_without_the_mandate_s_word_it_is_only_not_entered() -> None:
    assert not placed(HELD, OTHER, signals=[leave(A)]).shifts
    assert not placed(POOR, RICH, signals=[leave(B)]).shifts


def test_into_the_wallet_where_nothing_else_is_open() -> None:
    for others in ([], [replace(OTHER, why_not="it is frozen")], [replace(OTHER, curve=None)]):
        (shift,) = placed(HELD, *others, limits=EXITS, signals=[leave(A)]).shifts
        assert (shift.source, shift.target, shift.units) == (A, "", 10_000 * ONE)


def test_not_into_another_door_of_the_same_market() -> None:
    vault = at(B, HELD.curve, source="market")
    found = placed(replace(HELD, source="market"), vault, limits=EXITS, signals=[leave(A)])
    assert [each.target for each in found.shifts] == [""]


def test_what_finds_no_room_goes_into_the_wallet() -> None:
    found = placed(HELD, replace(OTHER, most=4_000 * ONE), limits=EXITS, signals=[leave(A)])
    assert {(each.target, each.units) for each in found.shifts} == {(B, 4_000 * ONE), ("", 6_000 * ONE)}


def test_as_much_as_is_liquid_and_again_until_nothing_is_left() -> None:
    stuck = replace(HELD, liquidity=0)
    found = placed(stuck, OTHER, limits=EXITS, signals=[leave(A)])
    assert not found.shifts
    assert f"{A} should be left and nothing can leave it now" in found.why_not
    (shift,) = placed(replace(HELD, liquidity=300 * ONE), OTHER, limits=EXITS, signals=[leave(A)]).shifts
    assert shift.units == 300 * ONE


def test_what_its_own_gas_would_eat_stays() -> None:
    """A few dollars came free: saving them would cost more than they are."""
    for liquid, moves in ((1, False), (2, True)):
        found = placed(replace(HELD, liquidity=liquid * ONE), limits=EXITS, signals=[leave(A)])
        assert bool(found.shifts) is moves


def test_a_venue_whose_rate_is_unknown_is_left_as_well() -> None:
    for dark in (replace(HELD, curve=None), at(A, lent(10, 9), 10_000, liquidity=10_000 * ONE)):
        (shift,) = placed(dark, OTHER, limits=EXITS, signals=[leave(A)]).shifts
        assert (shift.source, shift.target, shift.units) == (A, B, 10_000 * ONE)


def test_several_are_left_together_and_none_into_another() -> None:
    second = at(C, lent(10_000_000, 950_000), 5_000)
    found = placed(HELD, second, OTHER, limits=EXITS, signals=[leave(A), leave(C)])
    assert {(each.source, each.target) for each in found.shifts} == {(A, B), (C, B)}


def test_a_mandate_s_largest_move_holds_for_what_is_entered() -> None:
    found = placed(HELD, OTHER, limits=replace(EXITS, most=1_000 * ONE), signals=[leave(A)])
    assert {(each.target, each.units) for each in found.shifts} == {(B, 1_000 * ONE), ("", 9_000 * ONE)}


@pytest.mark.parametrize("effect", [Effect.CLOSED, Effect.LEAVE])
def test_a_closed_venue_is_not_entered(effect: Effect) -> None:
    assert placed(POOR, RICH).shifts
    assert not placed(POOR, RICH, signals=[Signal(B, "peg", effect, "it stands at $0.97")]).shifts


def test_a_lower_cap_lets_less_in() -> None:
    less = Signal(B, "size", Effect.LESS, "yours would be 1 % of it", most=2_000 * ONE)
    (shift,) = placed(POOR, RICH, signals=[less]).shifts
    assert shift.units == 2_000 * ONE
    alert = replace(less, effect=Effect.ALERT, most=None)
    assert placed(POOR, RICH, signals=[alert]).shifts[0].units == 10_000 * ONE


def test_where_the_door_alone_may_close_the_ways_out_and_back_may_cost_a_day_s_income() -> None:
    closing = Signal(A, "utilisation", Effect.LEAVE, "98 % is lent out")
    day = Rate.of_fraction("0.09").income(HELD.position, DAY)
    for gas, leaves in ((day // 4, True), (day // 4 + 2, False)):  # out and in, there and back
        here, there = (replace(each, leave=gas, enter=gas) for each in (HELD, OTHER))
        found = placed(here, there, limits=EXITS, signals=[closing])
        assert bool(found.shifts) is leaves
        assert ("out and back would cost more than it earns in a day" in found.why_not) is not leaves
    dear = replace(HELD, leave=day)
    assert placed(dear, OTHER, limits=EXITS, signals=[closing, leave(A)]).shifts, "worth less is left at any cost"
