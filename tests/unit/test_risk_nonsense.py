"""Whatever a past or a state holds: the rules answer, with words, and numbers that are integers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import RAY, Rate
from agent.past import UNKNOWN, Effect, Past
from agent.plugin import VenueState
from plugins.risk.judge import signals
from tests.unit.risk_parts import MILLION, NOW, VENUE, effects, market, past, quiet, with_now

pytestmark = pytest.mark.unit
NUMBERS = st.one_of(st.just(UNKNOWN), st.just(0), st.integers(0, 10**13), st.integers(0, 2**62))


@st.composite
def pasts(draw: st.DrawFn) -> Past:
    """Any columns, with gaps, twice the same moment and rows from the future."""
    rows = draw(st.integers(0, 40))
    at = sorted(draw(st.lists(st.integers(NOW - 10**7, NOW + 10**5), min_size=rows, max_size=rows)))
    columns = [draw(st.lists(NUMBERS, min_size=rows, max_size=rows)) for _ in range(6)]
    return Past(at, *columns)


@st.composite
def states(draw: st.DrawFn) -> VenueState:
    """A state that a faulty plug-in or a lying node could give."""
    amounts = st.integers(0, 2**90)
    facts = draw(st.dictionaries(st.sampled_from(["supplied", "borrowed"]), amounts))
    rate = Rate(draw(st.integers(0, 10**6 * RAY)))
    return VenueState(VENUE.id, rate, draw(amounts), draw(amounts), draw(amounts), None, frozenset(), facts)


@given(states(), pasts(), st.integers(0, 2**90))
def test_any_state_and_any_past_give_signals_or_none(state: VenueState, before: Past, units: int) -> None:
    found = signals(VENUE, state, before, units, NOW)
    order = list(Effect)
    assert [order.index(each.effect) for each in found] == sorted(
        (order.index(each.effect) for each in found), reverse=True
    )
    for each in found:
        assert each.words
        assert (each.most is not None) == (each.effect is Effect.LESS)
        assert all(type(number) is int for number in each.numbers.values())


def test_hours_that_are_missing_are_no_trend() -> None:
    """A jump over a gap of two days says nothing of the next six hours."""
    rows = past([60 * MILLION] * 10)
    long_ago = replace(rows, at=[moment - 2 * 86_400 for moment in rows.at])
    assert effects(market(100 * MILLION, 955 * MILLION // 10, own=MILLION), long_ago) == {"utilisation": Effect.ALERT}


def test_a_market_without_anything_in_it_says_nothing() -> None:
    assert effects(market(0, 0), past([0] * 50, supplied=0)) == {}


def test_rows_after_now_are_not_looked_at() -> None:
    grown = quiet()
    later = replace(grown, at=[moment + 300 * 3_600 for moment in grown.at], supplied=[10**15] * len(grown.at))
    assert effects(market(100 * MILLION, 80 * MILLION, own=MILLION), later) == {}


def test_a_row_of_this_very_block_is_counted_once() -> None:
    state = market(100 * MILLION, 952 * MILLION // 10, own=MILLION)
    rising = past([(90 + hour) * MILLION // 1 for hour in range(5)] + [94 * MILLION])
    assert effects(state, with_now(rising)) == effects(state, rising)
