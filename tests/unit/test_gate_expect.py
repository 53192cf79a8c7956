"""The bounds of what a plan may change: exact where an amount was said, narrow everywhere else."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.gate.expect import DRIFT_SECONDS, DUST_UNITS, expected
from agent.gate.moves import Enter, Leave, Move, Send, Swap
from agent.money import Token
from agent.plans import Change
from agent.plugin import Trader, VenueState
from agent.routes import Route, Trade
from tests.unit.gate_parts import FakeVenue, state
from tests.unit.policy_parts import ACCOUNT, CHAIN, DAI_AT, ETH, FRIEND, USDC, USDC_AT, WETH, place

pytestmark = pytest.mark.unit

RECEIPT = Token(CHAIN, "aUSDC", place("e1"), 6)
VENUE, OTHER = FakeVenue("a", receipt=RECEIPT), FakeVenue("b")


def bounds(moves: list[Move], simulated: dict[str, int], *states: VenueState) -> dict[str, Change]:
    by_id = {each.venue: each for each in states or (state("a"), state("b"))}
    return {change.token: change for change in expected(moves, simulated, by_id, ACCOUNT)}


@given(st.integers(1, 10**15), st.integers(-3, 3))
def test_what_was_said_is_exact(units: int, off: int) -> None:
    simulated = {USDC_AT: -units + off, str(RECEIPT.address): units}
    if off:
        with pytest.raises(Refused) as caught:
            bounds([Enter(VENUE, units)], simulated)
        assert caught.value.rule == "simulate"
        return
    found = bounds([Enter(VENUE, units)], simulated)
    assert (found[USDC_AT].min, found[USDC_AT].max, found[USDC_AT].holder) == (-units, -units, ACCOUNT)
    receipt = found[str(RECEIPT.address)]
    assert receipt.min <= units <= receipt.max
    assert receipt.max - units <= DUST_UNITS + units // 10_000


def test_a_token_that_was_not_asked_for() -> None:
    with pytest.raises(Refused, match=DAI_AT):
        bounds([Enter(VENUE, 5)], {USDC_AT: -5, DAI_AT: -1})
    with pytest.raises(Refused, match="native"):
        bounds([Enter(VENUE, 5)], {USDC_AT: -5, "native": -1})


def test_what_should_move_and_does_not() -> None:
    for move in (Enter(VENUE, 5), Leave(VENUE, 5), Send(USDC, 5, "bob", FRIEND), Send(ETH, 5, "bob", FRIEND)):
        with pytest.raises(Refused):
            bounds([move], {})


def test_transfers_are_exact() -> None:
    found = bounds([Send(ETH, 5, "bob", FRIEND)], {"native": -5})
    assert [(c.token, c.symbol, c.min, c.max) for c in found.values()] == [("native", "ETH", -5, -5)]


@given(st.integers(10**6, 10**18), st.integers(0, 10**6))
def test_a_whole_position_gives_at_least_what_stands(position: int, interest: int) -> None:
    held = state("a", position)
    found = bounds([Leave(VENUE, None)], {USDC_AT: position + interest, str(RECEIPT.address): -position}, held)
    change = found[USDC_AT]
    assert change.min == position - DUST_UNITS
    assert position + interest <= change.max
    room = 2 * held.rate.income(position, DRIFT_SECONDS) + (position + interest) // 10_000 + DUST_UNITS
    assert change.max == position + interest + room


def test_a_whole_and_a_part_of_one_token() -> None:
    found = bounds([Leave(VENUE, None), Leave(OTHER, 300)], {USDC_AT: 1_000_300}, state("a", 10**6), state("b", 900))
    assert found[USDC_AT].min == 1_000_300 - DUST_UNITS


def test_in_and_out_add_up() -> None:
    found = bounds([Leave(OTHER, 300), Enter(VENUE, 200)], {USDC_AT: 100}, state("a"), state("b", 900))
    assert (found[USDC_AT].min, found[USDC_AT].max) == (100, 100)


def coin_into(pays: Token, sent: int) -> Swap:
    route = Route("x", (WETH, USDC), (500,), (place("d1"),), sent, 100, False, 0)
    return Swap(cast(Trader, None), Trade((route,)), pays, USDC, (90,), 110)


@pytest.mark.parametrize(("beyond", "passes"), [(0, True), (1, True), (100, True), (101, False), (-1, False)])
def test_no_more_than_dust_may_come_back_of_coin_beyond_what_was_asked(beyond: int, passes: bool) -> None:
    """What somebody left in a router is given back with the rest: up to a 10,000th of what is sent."""
    sent = 1_000_000
    simulated = {"native": beyond - sent, USDC_AT: 100}
    if not passes:
        with pytest.raises(Refused, match="ETH"):
            bounds([coin_into(ETH, sent)], simulated)
        return
    found = bounds([coin_into(ETH, sent)], simulated)["native"]
    assert (found.min, found.max) == (-sent, 2 * beyond - sent)


def test_of_a_token_that_is_paid_nothing_comes_back() -> None:
    with pytest.raises(Refused, match="WETH"):
        bounds([coin_into(WETH, 1_000_000)], {str(WETH.address): 1 - 1_000_000, USDC_AT: 100})
