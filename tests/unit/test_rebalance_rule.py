"""The rebalance rule: it never moves at a loss, never above a limit, and the same snapshot gives the same answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.plugin import Flag, Limits, Placement, Venue, VenueState
from plugins.rebalance import moneta_rebalance
from plugins.rebalance.rule import income, place
from tests.unit.plugin_parts import USDC, WETH, NumbersVenue, state_of

pytestmark = pytest.mark.unit

DAY, USD, ONE = 86_400, 10**8, 10**6
LIMITS = Limits(venues=None, cap=None, most=None, min_gain=1 * USD, gas=2 * USD, price=1 * USD, seconds=30 * DAY)
A, B, C = "a:a:USDC", "b:b:USDC", "c:c:USDC"


def held(venue: str, position: int, supplied: int, borrowed: int, **more: object) -> VenueState:
    return replace(state_of(venue, supplied * ONE, borrowed * ONE, **more), position=position * ONE, shares=position)  # type: ignore[arg-type]


def world(
    *states: VenueState, sources: dict[str, str] | None = None
) -> tuple[dict[str, Venue], dict[str, VenueState]]:
    venues: dict[str, Venue] = {s.venue: NumbersVenue(s.venue, USDC, (sources or {}).get(s.venue)) for s in states}
    return venues, {s.venue: s for s in states}


def placed(*states: VenueState, limits: Limits = LIMITS, sources: dict[str, str] | None = None) -> Placement:
    venues, by_id = world(*states, sources=sources)
    return place(venues, by_id, USDC, limits)


POOR, RICH = held(A, 10_000, 10_000_000, 200_000), held(B, 0, 10_000_000, 900_000)


def test_all_of_a_position_goes_where_it_earns_more() -> None:
    shift = placed(POOR, RICH).shift
    assert shift is not None
    assert (shift.source, shift.target, shift.units, shift.whole) == (A, B, 10_000 * ONE, True)
    # 10,000 at 9 % less 10,000 at 2 %, for 30 days, own impact included: a little under $57.53
    assert 57 * USD < shift.gain_usd < 5_753 * USD // 100


def test_a_gain_that_its_gas_eats_is_no_reason_to_move() -> None:
    found = placed(POOR, RICH, limits=replace(LIMITS, gas=60 * USD))
    assert found.shift is None
    assert "it must gain more than $1.00 and its gas, $60.00" in found.why_not


def test_a_gain_of_exactly_minimum_and_gas_is_too_little() -> None:
    shift = placed(POOR, RICH).shift
    assert shift is not None
    assert placed(POOR, RICH, limits=replace(LIMITS, min_gain=shift.gain_usd - LIMITS.gas)).shift is None
    assert placed(POOR, RICH, limits=replace(LIMITS, min_gain=shift.gain_usd - LIMITS.gas - 1)).shift is not None


def test_part_of_a_position_moves_where_all_of_it_would_spoil_the_rate() -> None:
    """40,000 in a market of 50,000 would pull its rate below where the money stands."""
    shift = placed(held(A, 40_000, 10_000_000, 300_000), held(B, 0, 50_000, 2_500)).shift
    assert shift is not None
    assert shift.units < 40_000 * ONE
    assert not shift.whole


@pytest.mark.parametrize("flag", list(Flag))
def test_a_flagged_venue_is_not_entered(flag: Flag) -> None:
    assert placed(POOR, replace(RICH, flags=frozenset({flag}))).shift is None


@pytest.mark.parametrize("flag", [Flag.PAUSED, Flag.UNRATED])
def test_what_can_not_leave_or_be_compared_stays(flag: Flag) -> None:
    assert placed(replace(POOR, flags=frozenset({flag})), RICH).shift is None


@pytest.mark.parametrize(
    ("state", "limits", "most"),
    [
        (replace(RICH, room=4_000 * ONE), LIMITS, 4_000),
        (RICH, replace(LIMITS, cap=3_000 * ONE), 3_000),
        (RICH, replace(LIMITS, most=2_500 * ONE), 2_500),
        (replace(RICH, position=1_000 * ONE), replace(LIMITS, cap=3_000 * ONE), 2_000),
    ],
)
def test_no_more_moves_than_room_cap_and_largest_move_allow(state: VenueState, limits: Limits, most: int) -> None:
    shift = placed(POOR, state, limits=limits).shift
    assert shift is not None
    assert shift.units == most * ONE
    assert not shift.whole


def test_only_what_is_liquid_leaves() -> None:
    shift = placed(replace(POOR, liquidity=1_000 * ONE), RICH).shift
    assert shift is not None
    assert shift.units == 1_000 * ONE


def test_a_venue_outside_of_the_mandate_is_neither_left_nor_entered() -> None:
    assert placed(POOR, RICH, limits=replace(LIMITS, venues=frozenset({A}))).shift is None
    assert placed(POOR, RICH, limits=replace(LIMITS, venues=frozenset({B}))).shift is None
    assert placed(POOR, RICH, limits=replace(LIMITS, venues=frozenset({A, B}))).shift is not None


def test_venues_over_one_market_gain_nothing_from_each_other() -> None:
    """A vault over the market where the money stands already: what enters it has left it."""
    other = held(B, 0, 10_000_000, 200_000)
    found = placed(POOR, other, sources={A: "market", B: "market"})
    assert found.shift is None
    assert found.weighed[0].gain == 0


def test_what_stays_behind_in_the_same_market_counts() -> None:
    """Leaving a market raises the rate of one's other position in it: the gain knows."""
    venues, states = world(
        held(A, 5_000, 20_000, 2_000), held(C, 5_000, 20_000, 2_000), RICH, sources={A: "m", C: "m"}
    )
    alone = income(venues, states, {}, LIMITS.seconds)
    moved = income(venues, states, {A: -5_000 * ONE, B: 5_000 * ONE}, LIMITS.seconds)
    left = Limits(None, None, None, 0, 0, USD, LIMITS.seconds)
    shift = place(venues, states, USDC, left).shift
    assert shift is not None
    assert shift.gain >= moved - alone


def test_nothing_at_work_and_other_assets_are_left_alone() -> None:
    assert placed(RICH).why_not == "no USDC is at work"
    venues, states = world(POOR, RICH)
    assert place(venues, states, WETH, LIMITS).shift is None


def test_a_venue_that_could_not_be_read_is_not_weighed() -> None:
    venues, states = world(POOR, RICH)
    del states[B]
    assert place(venues, states, USDC, LIMITS).weighed == ()


def test_the_hook_is_the_rule() -> None:
    venues, states = world(POOR, RICH)
    assert moneta_rebalance(venues, states, USDC, LIMITS) == place(venues, states, USDC, LIMITS)


@st.composite
def markets(draw: st.DrawFn) -> tuple[dict[str, Venue], dict[str, VenueState], Limits]:
    """Two to five venues, some over one market, some flagged, some full; limits that may bind."""
    states, sources = [], {}
    for place_ in range(draw(st.integers(2, 5))):
        supplied = draw(st.integers(1, 10**8))
        borrowed = draw(st.integers(0, supplied))
        position = draw(st.one_of(st.just(0), st.integers(1, supplied)))
        room = draw(st.one_of(st.none(), st.integers(0, 10**8)))
        flags = draw(st.sets(st.sampled_from(list(Flag)), max_size=1))
        name = f"v{place_}:m:USDC"
        sources[name] = draw(st.sampled_from([name, "shared"]))
        state = state_of(name, supplied * ONE, borrowed * ONE, room=None if room is None else room * ONE)
        states.append(replace(state, position=position * ONE, flags=frozenset(flags)))
    limits = Limits(
        venues=draw(st.one_of(st.none(), st.frozensets(st.sampled_from(sorted(sources))))),
        cap=draw(st.one_of(st.none(), st.integers(0, 10**14))),
        most=draw(st.one_of(st.none(), st.integers(0, 10**14))),
        min_gain=draw(st.integers(0, 10**10)),
        gas=draw(st.integers(0, 10**10)),
        price=draw(st.integers(1, 10**12)),
        seconds=draw(st.integers(DAY, 365 * DAY)),
    )
    return *world(*states, sources=sources), limits


@given(markets())
def test_it_never_moves_at_a_loss_nor_above_a_limit(
    drawn: tuple[dict[str, Venue], dict[str, VenueState], Limits],
) -> None:
    venues, states, limits = drawn
    shift = place(venues, states, USDC, limits).shift
    if shift is None:
        return
    source, target = states[shift.source], states[shift.target]
    moved = {shift.source: -shift.units, shift.target: shift.units}
    gain = income(venues, states, moved, limits.seconds) - income(venues, states, {}, limits.seconds)
    assert gain == shift.gain
    assert gain * limits.price // ONE > limits.min_gain + limits.gas
    assert 0 < shift.units <= min(source.position, source.liquidity)
    assert shift.whole == (shift.units == source.position)
    assert target.room is None or shift.units <= target.room
    assert limits.cap is None or target.position + shift.units <= limits.cap
    assert limits.most is None or shift.units <= limits.most
    assert limits.venues is None or {shift.source, shift.target} <= limits.venues
    assert not target.flags
    assert not source.flags & {Flag.PAUSED, Flag.UNRATED}
    assert shift.source != shift.target


@given(markets())
def test_the_same_snapshot_gives_the_same_answer_in_any_order(
    drawn: tuple[dict[str, Venue], dict[str, VenueState], Limits],
) -> None:
    venues, states, limits = drawn
    backwards = dict(reversed(venues.items())), dict(reversed(states.items()))
    assert place(venues, states, USDC, limits) == place(*backwards, USDC, limits)


@given(markets())
def test_every_other_move_has_a_reason_or_gains_no_more(
    drawn: tuple[dict[str, Venue], dict[str, VenueState], Limits],
) -> None:
    found = place(*drawn[:2], USDC, drawn[2])
    for other in found.weighed:
        assert other.why_not or (found.shift is not None and other.gain_usd <= found.shift.gain_usd)
    assert bool(found.why_not) == (found.shift is None)
