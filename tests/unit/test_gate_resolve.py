"""Amounts and positions, exact to the unit and never more than there is."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.errors import NeedsAnswer, Refused
from agent.gate.moves import Leave
from agent.gate.resolve import free_to_leave, leave_in_turn, positions_of, units_of, venue_named
from agent.intents import All, AllBut, AmountSpec, Exact, Percentage
from agent.money import text_from_units
from agent.plugin import Flag, VenueState
from tests.unit.gate_parts import FakeVenue, rule_of, snapshot, state
from tests.unit.policy_parts import DAI, USDC

pytestmark = pytest.mark.unit

WHOLE = st.integers(0, 10**24)
PERCENT = st.integers(1, 10**20).map(lambda n: text_from_units(n, 18)).filter(lambda text: len(text) <= 20)


def exact(units: int) -> Exact:
    return Exact(value=text_from_units(units, 6))


@given(WHOLE, st.integers(0, 10**24))
def test_exact_is_exact(whole: int, units: int) -> None:
    if 0 < units <= whole:
        assert units_of(exact(units), USDC, whole, "It") == units
    else:
        with pytest.raises(Refused) as caught:
            units_of(exact(units), USDC, whole, "It")
        assert caught.value.rule == ("amount" if units == 0 else "balance")


@given(WHOLE, PERCENT)
def test_percent_is_rounded_down(whole: int, percent: str) -> None:
    true = Fraction(whole) * Fraction(percent) / 100
    if true < 1:
        assert rule_of(lambda: units_of(Percentage(value=percent), USDC, whole, "It")) == "amount"
        return
    units = units_of(Percentage(value=percent), USDC, whole, "It")
    assert units <= true < units + 1
    assert 0 < units <= whole


@given(WHOLE, st.integers(0, 10**24))
def test_all_but_leaves_exactly_that(whole: int, kept: int) -> None:
    spec = AllBut(value=text_from_units(kept, 6))
    if kept < whole:
        assert units_of(spec, USDC, whole, "It") + kept == whole
    else:
        with pytest.raises(Refused):
            units_of(spec, USDC, whole, "It")


@given(WHOLE)
def test_all_is_all(whole: int) -> None:
    assume(whole)
    assert units_of(All(), USDC, whole, "It") == whole
    assert units_of(Percentage(value="100"), USDC, whole, "It") == whole


@pytest.mark.parametrize("spec", [Exact(value="0.0000001"), AllBut(value="0.0000001"), Exact(value="0")])
def test_smaller_than_the_token_allows(spec: AmountSpec) -> None:
    with pytest.raises(Refused) as caught:
        units_of(spec, USDC, 10**6, "It")
    assert caught.value.rule == "amount"


def test_a_venue_is_named_or_asked_for() -> None:
    venues = {"a:b:USDC": FakeVenue("a:b:USDC")}
    assert venue_named("a:b:USDC", venues, USDC).id == "a:b:USDC"
    for venue_id, asset in (("a:c:USDC", USDC), ("a:b:USDC", DAI)):
        with pytest.raises(NeedsAnswer) as caught:
            venue_named(venue_id, venues, asset)
        assert caught.value.missing == "venue"


def test_the_lowest_rate_leaves_first() -> None:
    venues = {key: FakeVenue(key) for key in ("a", "b", "c", "d")} | {"e": FakeVenue("e", DAI)}
    states = [
        state("a", 5, rate_percent=7),
        state("b", 5, rate_percent=3),
        state("c", 5, rate_percent=3),
        state("d", 0, rate_percent=1),
        state("e", 5, rate_percent=1),
    ]
    assert [each.venue for each in positions_of(USDC, venues, snapshot(states))] == ["b", "c", "a"]


@st.composite
def held(draw: Any) -> list[VenueState]:
    sizes = draw(st.lists(st.tuples(st.integers(1, 10**15), st.integers(0, 10**15), st.booleans()), max_size=6))
    return [
        state(f"v{i}", position, liquidity=liquidity, flags=frozenset({Flag.PAUSED} if paused else ()))
        for i, (position, liquidity, paused) in enumerate(sizes)
    ]


SPECS = st.one_of(
    st.just(All()),
    st.integers(1, 10**16).map(exact),
    PERCENT.map(lambda value: Percentage(value=value)),
    st.integers(1, 10**15).map(lambda units: AllBut(value=text_from_units(units, 6))),
)


@given(SPECS, held())
def test_leaving_in_turn_gives_the_sum_or_refuses(spec: AmountSpec, states: list[VenueState]) -> None:
    venues = {each.venue: FakeVenue(each.venue) for each in states}
    whole, free = sum(each.position for each in states), sum(map(free_to_leave, states))
    wrong = rule_of(lambda: units_of(spec, USDC, whole, "It")) if whole else "balance"
    if wrong is None and units_of(spec, USDC, whole, "It") > free:
        wrong = "state"
    if wrong is not None:
        assert rule_of(lambda: leave_in_turn(spec, USDC, states, venues)) == wrong
        return
    moves = leave_in_turn(spec, USDC, states, venues)
    taken = {move.venue.id: move.units for move in moves}
    assert len(taken) == len(moves)
    by_id = {each.venue: each for each in states}
    total = 0
    for venue, units in taken.items():
        amount = by_id[venue].position if units is None else units
        assert 0 < amount <= free_to_leave(by_id[venue])
        assert units is not None or isinstance(spec, All | Percentage)
        total += amount
    assert total == units_of(spec, USDC, whole, "It")
    order = [each.venue for each in states if each.venue in taken]
    assert order == list(taken)
    for earlier in list(taken)[:-1]:  # only the last one is taken in part
        assert taken[earlier] is None or taken[earlier] == free_to_leave(by_id[earlier])


@pytest.mark.parametrize("spec", [All(), Percentage(value="100")])
def test_the_whole_position_leaves_no_dust(spec: AmountSpec) -> None:
    venues = {"a": FakeVenue("a"), "b": FakeVenue("b")}
    moves = leave_in_turn(spec, USDC, [state("a", 5), state("b", 7)], venues)
    assert moves == [Leave(venues["a"], None), Leave(venues["b"], None)]


def test_an_amount_that_was_said_is_not_rounded_up_to_everything() -> None:
    venues = {"a": FakeVenue("a")}
    assert leave_in_turn(exact(5), USDC, [state("a", 5)], venues) == [Leave(venues["a"], 5)]


def test_the_last_base_unit_leaves_from_the_next_position() -> None:
    venues = {"a": FakeVenue("a"), "b": FakeVenue("b")}
    moves = leave_in_turn(exact(6), USDC, [state("a", 5), state("b", 7)], venues)
    assert moves == [Leave(venues["a"], 5), Leave(venues["b"], 1)]


def test_a_refusal_says_how_much_can_leave() -> None:
    venues = {"a": FakeVenue("a")}
    with pytest.raises(Refused, match=r"^Only 2 USDC of 5 USDC can leave now"):
        leave_in_turn(exact(5 * 10**6), USDC, [state("a", 9 * 10**6, liquidity=2 * 10**6)], venues)


def test_nothing_at_work() -> None:
    with pytest.raises(Refused) as caught:
        leave_in_turn(All(), USDC, [], {})
    assert caught.value.rule == "balance"
