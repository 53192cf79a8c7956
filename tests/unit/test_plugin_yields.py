"""The ranking: own impact decides, closed venues come last with a reason, and the answer never wavers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import SECONDS_PER_YEAR
from agent.plugin import Flag, VenueState
from plugins.yields.rank import rank
from plugins.yields.words import short
from tests.unit.plugin_parts import USDC, WETH, NumbersVenue, state_of

K = 10**9  # a thousand USDC


def ids(options: list) -> list[str]:  # type: ignore[type-arg]
    return [option.venue for option in options]


SMALL, LARGE = state_of("small", 100 * K, 9 * K), state_of("large", 10_000 * K, 500 * K)
TWO = {"small": NumbersVenue("small"), "large": NumbersVenue("large")}
STATES = {"small": SMALL, "large": LARGE}


def test_the_choice_differs_with_the_amount_where_own_impact_says_so() -> None:
    assert ids(rank(TWO, STATES, USDC, K)) == ["small", "large"]
    assert ids(rank(TWO, STATES, USDC, 1_000 * K)) == ["large", "small"]


def test_without_an_amount_the_rates_now_decide() -> None:
    options = rank(TWO, STATES, USDC, 0)
    assert ids(options) == ["small", "large"]
    assert [option.rate for option in options] == [option.after for option in options]


def test_reasons_say_the_numbers() -> None:
    best = rank(TWO, STATES, USDC, K)[0]
    assert best.reasons == (
        "9.00 % a year, 8.91 % with your deposit in it",
        "your deposit would be 0.99 % of the market",
        "91,000 USDC could leave now",
        "9.00 % of it is lent out",
    )
    assert best.income == best.after.income(K, SECONDS_PER_YEAR)


def test_a_shared_market_is_named() -> None:
    venues = {"vault": NumbersVenue("vault", liquidity_source="aave-v3:prime:USDC")}
    (option,) = rank(venues, {"vault": SMALL}, USDC, K)
    assert option.reasons[-1] == "it shares the market of aave-v3:prime:USDC"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (state_of("small", K, 0, flags=frozenset([Flag.PAUSED])), "paused"),
        (state_of("small", K, 0, flags=frozenset([Flag.FROZEN])), "no new deposits"),
        (state_of("small", K, 0, flags=frozenset([Flag.UNRATED])), "rate can't be computed"),
        (state_of("small", K, K, flags=frozenset([Flag.ILLIQUID])), "nothing could leave"),
        (state_of("small", K, 0, room=1_234_567_890), "its supply cap leaves room for 1,234 USDC"),
        (state_of("small", K, 0, room=0), "its supply cap leaves room for 0 USDC"),
        (None, "can't be read"),
    ],
)
def test_a_closed_venue_comes_last_and_says_why(state: VenueState | None, said: str) -> None:
    states = {"large": LARGE} | ({"small": state} if state else {})
    options = rank(TWO, states, USDC, 2 * K)
    assert ids(options) == ["large", "small"]
    assert options[0].why_not == ""
    assert said in options[1].why_not


def test_ties_go_to_liquidity_then_to_the_id() -> None:
    venues = {name: NumbersVenue(name) for name in "abc"}
    states = {"a": state_of("a", 10 * K, K), "b": state_of("b", 20 * K, 2 * K), "c": state_of("c", 20 * K, 2 * K)}
    assert ids(rank(venues, states, USDC, 0)) == ["b", "c", "a"]


def test_other_assets_are_left_out() -> None:
    assert rank({"w": NumbersVenue("w", WETH)}, {"w": SMALL}, USDC, K) == []


@pytest.mark.parametrize(
    ("units", "said"),
    [(0, "0 USDC"), (1, "0.000001 USDC"), (99_999_999, "99.999999 USDC"), (100_999_999, "100 USDC")],
)
def test_amounts_are_said_short_and_rounded_down(units: int, said: str) -> None:
    assert short(units, USDC) == said


amounts = st.integers(0, 10**15)
random_states = st.builds(
    lambda supplied, share, room, flags: state_of("", supplied, supplied * share // 100, room=room, flags=flags),
    st.integers(1, 10**15),
    st.integers(0, 100),
    st.none() | amounts,
    st.frozensets(st.sampled_from(Flag), max_size=2),
)
markets = st.dictionaries(st.sampled_from("abcdefgh"), random_states, max_size=8)


@given(markets, amounts, st.randoms())
def test_the_ranking_is_complete_ordered_and_steady(
    states: dict[str, VenueState], units: int, rng: random.Random
) -> None:
    venues = {name: NumbersVenue(name) for name in states}
    options = rank(venues, states, USDC, units)
    assert sorted(ids(options)) == sorted(states)
    open_ = [option for option in options if not option.why_not]
    assert options[: len(open_)] == open_
    assert [option.after for option in open_] == sorted((option.after for option in open_), reverse=True)
    assert not any(option.why_not and option.after > option.rate for option in open_)
    shuffled = list(venues)
    rng.shuffle(shuffled)
    assert rank({name: venues[name] for name in shuffled}, states, USDC, units) == options


@given(markets, amounts)
def test_an_open_venue_has_room_and_no_flag_against_it(states: dict[str, VenueState], units: int) -> None:
    for option in rank({name: NumbersVenue(name) for name in states}, states, USDC, units):
        state = states[option.venue]
        if not option.why_not:
            assert state.flags <= {Flag.CAPPED}
            assert state.room is None or state.room >= max(units, 1)
