"""From venues and their states to candidates: every cap, list, flag and signal ends in a number or in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.curves import Candidate, Curve
from agent.gate.candidates import CLOSED, Field, candidates, gas_in_units, source_most, why_closed
from agent.money import RAY, Token, address
from agent.past import Effect, Signal
from agent.plugin import Flag, VenueState
from tests.unit.plugin_parts import USDC, WETH, NumbersVenue, state_of

pytestmark = pytest.mark.unit

DAY = 86_400
ONE = 10**6
FIELD = Field(USDC, 30 * DAY)


class Lending(NumbersVenue):
    """With a curve: what is lent out, flat."""

    def curve(self, state: VenueState, seconds: int) -> Curve:
        points = ((0, seconds), (RAY, seconds))
        return Curve(state.facts["supplied"], state.facts["borrowed"], points)


def held(venue: str = "a", position: int = 0, **over: Any) -> VenueState:
    return replace(state_of(venue, 1_000 * ONE, 800 * ONE), position=position, **over)


def one(state: VenueState, of: Field = FIELD, *signals: Signal) -> Candidate:
    (found,) = candidates({state.venue: Lending(state.venue)}, {state.venue: state}, of, signals)
    return found


def signal(effect: Effect, venue: str = "a", most: int | None = None) -> Signal:
    return Signal(venue, "peg", effect, f"{effect} is said", most=most)


def test_a_venue_with_nothing_against_it() -> None:
    found = one(held(position=5 * ONE), replace(FIELD, enter=3, leave=2, least=7))
    assert found == Candidate(
        "a",
        "a",
        Curve(1_000 * ONE, 800 * ONE, ((0, 30 * DAY), (RAY, 30 * DAY))),
        position=5 * ONE,
        liquidity=200 * ONE,
        least=7,
        enter=3,
        leave=2,
    )
    assert found.open


def test_only_venues_of_the_asset_that_the_snapshot_has() -> None:
    venues = {"b": Lending("b"), "a": Lending("a"), "c": Lending("c", WETH), "gone": Lending("gone")}
    states = {key: held(key) for key in "abc"}
    assert [each.venue for each in candidates(venues, states, FIELD)] == ["a", "b"]


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_closes_in_words_and_only_a_pause_holds_what_is_there(flag: Flag) -> None:
    found = one(held(position=5, flags=frozenset({flag})))
    assert not found.open
    assert found.why_not == CLOSED[flag]
    assert found.liquidity == (0 if flag is Flag.PAUSED else 200 * ONE)
    assert (found.curve is None) == (flag is Flag.UNRATED)


def test_why_closed_is_empty_without_a_flag() -> None:
    assert why_closed(held()) == ""


def test_what_is_all_lent_out_isnt_entered_though_no_flag_says_so() -> None:
    assert one(held(liquidity=0)).why_not == CLOSED[Flag.ILLIQUID]
    assert one(held(liquidity=0, facts={"supplied": 0, "borrowed": 0})).open
    assert one(held(liquidity=1)).open


def test_a_venue_that_tells_no_curve_isnt_entered() -> None:
    (found,) = candidates({"a": NumbersVenue("a")}, {"a": held(position=5)}, FIELD)
    assert (found.open, found.curve, found.liquidity) == (False, None, 200 * ONE)
    assert "isn't known" in found.why_not


def test_a_list_closes_what_isnt_on_it_and_lets_it_leave() -> None:
    found = one(held(position=5), replace(FIELD, entered=frozenset({"b"}), not_entered="a isn't in the mandate"))
    assert (found.why_not, found.liquidity) == ("a isn't in the mandate", 200 * ONE)
    assert one(held(), replace(FIELD, entered=frozenset({"a"}))).open


def test_what_may_not_be_left_stays() -> None:
    assert one(held(position=5), replace(FIELD, left=frozenset({"b"}))).liquidity == 0
    assert one(held(position=5), replace(FIELD, left=frozenset({"a"}))).liquidity == 200 * ONE


def test_the_chains_contradiction_is_said_with_its_reason() -> None:
    found = one(held(flags=frozenset({Flag.UNTRUSTED})), replace(FIELD, untrusted={"a": "its pool is another"}))
    assert found.why_not == "not offered, because its pool is another"


@given(
    st.one_of(st.none(), st.integers(-5, 100)),
    st.one_of(st.none(), st.integers(0, 100)),
    st.one_of(st.none(), st.integers(0, 100)),
    st.one_of(st.none(), st.integers(-5, 100)),
    st.integers(0, 100),
)
def test_the_lowest_of_all_caps_counts(
    room: int | None, cap: int | None, own: int | None, less: int | None, position: int
) -> None:
    of = replace(FIELD, cap=cap, caps={} if own is None else {"a": own})
    signals = [signal(Effect.LESS, most=less)] if less is not None else []
    found = one(held(position=position, room=room), of, *signals)
    whole = None if room is None else position + max(room, 0)
    known = [each for each in (cap, own, whole, None if less is None else max(less, 0)) if each is not None]
    assert found.most == (min(known) if known else None)


@pytest.mark.parametrize(
    ("effect", "words"), [(Effect.ALERT, ""), (Effect.LESS, ""), (Effect.CLOSED, "closed"), (Effect.LEAVE, "leave")]
)
def test_what_a_signal_does_to_entries(effect: Effect, words: str) -> None:
    found = one(held(position=5), FIELD, signal(effect, most=50))
    assert found.why_not == (f"{words} is said" if words else "")
    assert found.most == (None if effect is Effect.ALERT else 50)
    assert found.liquidity == 200 * ONE


def test_the_graver_signal_speaks_and_others_venues_signals_dont() -> None:
    found = one(held(), FIELD, signal(Effect.CLOSED), signal(Effect.LEAVE))
    assert found.why_not == "leave is said"
    assert one(held(), FIELD, signal(Effect.LEAVE, "b")).open


def test_a_signal_to_leave_lets_nothing_stay_where_exits_are_allowed() -> None:
    assert one(held(position=5), FIELD, signal(Effect.LEAVE)).most is None
    assert one(held(position=5), replace(FIELD, exits=True), signal(Effect.LEAVE)).most == 0
    assert one(held(position=5), replace(FIELD, exits=True), signal(Effect.CLOSED)).most is None


def test_gas_of_its_own() -> None:
    found = one(held(), replace(FIELD, enter=3, leave=2, gas={"a": (30, 20), "b": (1, 1)}))
    assert (found.enter, found.leave) == (30, 20)


def test_venues_over_one_market_share_its_room_once() -> None:
    venues = {"a": Lending("a"), "v": Lending("v", liquidity_source="a"), "b": Lending("b")}
    states = {"a": held("a", 10, room=70), "v": held("v", 5, room=90), "b": held("b", 1, room=7)}
    assert source_most(venues, states, FIELD) == {"a": 85}
    assert source_most(venues, states, replace(FIELD, markets={"a": 20, "b": 9, "c": 1})) == {"a": 20, "b": 9}
    unbounded = {**states, "a": held("a", 10, room=None)}
    assert source_most(venues, unbounded, FIELD) == {}
    assert source_most({"v": venues["v"]}, states, FIELD) == {}


def test_gas_is_said_in_the_asset_and_rounded_up() -> None:
    weth = Token(1, "WETH", address("0x" + "b" * 40), 18)
    assert gas_in_units(10**15, 3_000 * 10**8, 10**8, USDC) == 3 * ONE
    assert gas_in_units(1, 3_000 * 10**8, 10**8, USDC) == 1
    assert gas_in_units(10**15, 3_000 * 10**8, 3_000 * 10**8, weth) == 10**15
