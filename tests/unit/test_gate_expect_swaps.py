"""The bounds of swaps, and of what goes on into a venue: the limit on one side, the edge on the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.gate.expect import DUST_UNITS, exact_part, expected, given_whole, open_part
from agent.gate.moves import Enter, Leave, Move, Send
from agent.money import RAY, Rate, Token
from agent.plans import Change
from agent.plugin import VenueState
from agent.routes import Trade
from tests.unit.gate_chain import along, route
from tests.unit.gate_parts import FakeVenue, state
from tests.unit.policy_parts import ACCOUNT, CHAIN, DAI, DAI_AT, ETH, FRIEND, USDC, USDC_AT, WETH, place

pytestmark = pytest.mark.unit

SHARES = Token(CHAIN, "vDAI", place("e2"), 18)
SHARES_AT = str(SHARES.address)
VENUE, VAULT = FakeVenue("a", USDC), FakeVenue("v", DAI, SHARES)
IN = along(route(USDC, DAI, 100, 1_000), 990, 1_020)
OUT = along(route(USDC, DAI, 100, 1_000, exact_out=True), 110, 95)
STILL = {"a": state("a", rate_percent=0), "v": state("v", rate_percent=0)}


def bounds(moves: list[Move], simulated: dict[str, int], **states: VenueState) -> dict[str, tuple[int, int]]:
    found: tuple[Change, ...] = expected(moves, simulated, {**STILL, **states}, ACCOUNT)
    return {change.token: (change.min, change.max) for change in found}


def test_an_exact_input_is_said_and_its_output_bounded() -> None:
    assert bounds([IN], {USDC_AT: -100, DAI_AT: 1_000}) == {USDC_AT: (-100, -100), DAI_AT: (990, 1_020)}


def test_an_exact_output_is_said_and_its_input_bounded() -> None:
    assert bounds([OUT], {USDC_AT: -100, DAI_AT: 1_000}) == {USDC_AT: (-110, -95), DAI_AT: (1_000, 1_000)}


def test_a_pair_may_give_a_little_more_than_was_wanted() -> None:
    pair = replace(route(USDC, DAI, 100, 1_000, exact_out=True), version=2)
    move = along(pair, 110, 95)
    assert (move.surplus, OUT.surplus, replace(IN, trade=Trade((replace(pair, exact_out=False),))).surplus) == (
        20,
        0,
        0,
    )
    for given in (1_000, 1_020):
        assert bounds([move], {USDC_AT: -100, DAI_AT: given})[DAI_AT] == (1_000, 1_020)
    for given in (999, 1_021):
        with pytest.raises(Refused, match="not by 1000 to 1020"):
            bounds([move], {USDC_AT: -100, DAI_AT: given})


@pytest.mark.parametrize(("given", "fits"), [(989, False), (990, True), (1_020, True), (1_021, False)])
def test_the_simulation_keeps_to_the_bounds(given: int, fits: bool) -> None:
    if fits:
        assert bounds([IN], {USDC_AT: -100, DAI_AT: given})[DAI_AT] == (990, 1_020)
        return
    with pytest.raises(Refused, match=f"DAI by {given} base units, not by 990 to 1020") as caught:
        bounds([IN], {USDC_AT: -100, DAI_AT: given})
    assert caught.value.rule == "simulate"


@pytest.mark.parametrize("given", [-111, -94])
def test_the_simulation_of_an_exact_output_does_too(given: int) -> None:
    with pytest.raises(Refused, match="not by -110 to -95"):
        bounds([OUT], {USDC_AT: given, DAI_AT: 1_000})


def test_an_amount_that_was_said_must_move_exactly() -> None:
    with pytest.raises(Refused, match="USDC by -99 base units, not by -100"):
        bounds([IN], {USDC_AT: -99, DAI_AT: 1_000})
    with pytest.raises(Refused, match="DAI by 999 base units, not by 1000"):
        bounds([OUT], {USDC_AT: -100, DAI_AT: 999})


def test_swaps_and_amounts_that_are_said_add_up() -> None:
    sent = Send(DAI, 7, "bob", FRIEND)
    assert bounds([IN, IN, sent], {USDC_AT: -200, DAI_AT: 1_993}) == {USDC_AT: (-200, -200), DAI_AT: (1_973, 2_033)}
    both = bounds([IN, OUT], {USDC_AT: -200, DAI_AT: 2_000})
    assert both == {USDC_AT: (-210, -195), DAI_AT: (1_990, 2_020)}
    assert exact_part([IN, OUT, sent]) == {USDC_AT: -100, DAI_AT: 993}
    assert open_part([IN, OUT, sent]) == {DAI_AT: (990, 1_020), USDC_AT: (-110, -95)}


def test_the_coin_is_bounded_under_its_own_name() -> None:
    coin = replace(IN, pays=ETH, trade=Trade((route(WETH, DAI, 100, 1_000),)))
    assert bounds([coin], {"native": -100, DAI_AT: 1_000}) == {"native": (-100, -100), DAI_AT: (990, 1_020)}
    assert exact_part([coin]) == {"native": -100}


def test_what_a_swap_gives_goes_into_a_venue() -> None:
    """The wallet's own balance of it stays; the shares are bounded by what the swap may give."""
    moves: list[Move] = [IN, Enter(VAULT, 1_000, IN)]
    found = bounds(moves, {USDC_AT: -100, DAI_AT: 0, SHARES_AT: 100_000})
    slack = DUST_UNITS + 100_000 // 10_000
    assert found == {
        USDC_AT: (-100, -100),
        DAI_AT: (0, 0),
        SHARES_AT: (100_000 - slack - 1_000, 100_000 + slack + 2_000),
    }
    with pytest.raises(Refused, match="DAI by 1 base units, not by 0"):
        bounds(moves, {USDC_AT: -100, DAI_AT: 1, SHARES_AT: 100_000})


def test_a_source_that_gives_more_than_was_quoted_takes_nothing_off() -> None:
    eager = replace(IN, limits=(1_001,), edge=1_020)
    found = bounds([eager, Enter(VAULT, 1_000, eager)], {USDC_AT: -100, SHARES_AT: 100_000})
    slack = DUST_UNITS + 100_000 // 10_000
    assert found[SHARES_AT] == (100_000 - slack, 100_000 + slack + 2_000)
    shy = replace(IN, limits=(990,), edge=999)
    found = bounds([shy, Enter(VAULT, 1_000, shy)], {USDC_AT: -100, SHARES_AT: 100_000})
    assert found[SHARES_AT] == (100_000 - slack - 1_000, 100_000 + slack)


def test_what_a_position_gives_goes_into_a_venue() -> None:
    other = FakeVenue("b", DAI)
    held = state("b", 1_000, rate_percent=0)
    source = Leave(other, None, 998, 1_002)
    found = bounds([source, Enter(VAULT, 1_000, source)], {DAI_AT: 0, SHARES_AT: 100_000}, b=held)
    slack = DUST_UNITS + 100_000 // 10_000
    assert found == {DAI_AT: (0, 0), SHARES_AT: (100_000 - slack - 200, 100_000 + slack + 200)}
    part = Leave(other, 500)
    assert bounds([part], {DAI_AT: 500}, b=held) == {DAI_AT: (500, 500)}
    assert exact_part([source, Enter(VAULT, 1_000, source)]) == {DAI_AT: 0}


def test_two_positions_left_whole_add_up() -> None:
    other = FakeVenue("b", USDC)
    states = {"a": state("a", 1_000, rate_percent=0), "b": state("b", 500, rate_percent=0)}
    found = bounds([Leave(VENUE, None), Leave(other, None)], {USDC_AT: 1_500}, **states)
    assert found[USDC_AT] == (1_500 - DUST_UNITS, 1_500 + DUST_UNITS)


def test_a_position_left_whole_gives_no_less_than_what_stands_there() -> None:
    held = state("a", 10_000, rate_percent=0)
    found = bounds([Leave(VENUE, None)], {USDC_AT: 9_990}, a=held)
    assert found[USDC_AT] == (9_990 - DUST_UNITS, 9_990 + DUST_UNITS)
    found = bounds([Leave(VENUE, None)], {USDC_AT: 10_050}, a=held)
    assert found[USDC_AT] == (10_000 - DUST_UNITS, 10_050 + DUST_UNITS + 1)


def test_what_a_whole_position_may_give_within_the_hour() -> None:
    """Two hours' interest and a ten-thousandth on top, two base units off; never nothing."""
    yearly = Rate(876 * RAY // 1000)  # 0.01 % an hour
    held = replace(state("a", 10_000_000), rate=yearly)
    hourly = yearly.income(10_000_000, 3_600)
    assert 0 < hourly <= 1_001
    assert given_whole(held) == (9_999_998, 10_000_000 + 2 * hourly + 1_000 + DUST_UNITS)
    assert given_whole(state("a", 2, rate_percent=0)) == (1, 4)
    assert given_whole(state("a", 3, rate_percent=0)) == (1, 5)
    assert given_whole(state("a", 4, rate_percent=0)) == (2, 6)


def test_interest_widens_the_bounds_of_shares_by_its_double() -> None:
    rate = Rate(876 * RAY // 1000)
    held = replace(state("v", 10_000_000), rate=rate)
    hourly = rate.income(10_000_000, 3_600)
    found = bounds([Enter(VAULT, 500)], {DAI_AT: -500, SHARES_AT: 20_000}, v=held)
    slack = DUST_UNITS + 2 * hourly + 2
    assert found == {DAI_AT: (-500, -500), SHARES_AT: (20_000 - slack, 20_000 + slack)}
    found = bounds([Leave(VAULT, 500)], {DAI_AT: 500, SHARES_AT: -20_000}, v=held)
    assert found[SHARES_AT] == (-20_000 - slack, -20_000 + slack)


def test_shares_that_do_not_move_are_left_out() -> None:
    assert bounds([Enter(VAULT, 500)], {DAI_AT: -500}) == {DAI_AT: (-500, -500)}
