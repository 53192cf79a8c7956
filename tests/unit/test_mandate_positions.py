"""Liquidity under a mandate: how much at once, of which tokens, and for what gain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.errors import Refused
from agent.gate.liquidity.words import Pair
from agent.gate.mandates.mandate import Bounds, Terms
from agent.gate.mandates.positions import check_gain, check_size, most_of, right_of
from agent.money import Address, Token

pytestmark = pytest.mark.unit

USDC = Token(1, "USDC", Address("0x" + "11" * 20), 6)
WETH = Token(1, "WETH", Address("0x" + "22" * 20), 18)
DAI = Token(1, "DAI", Address("0x" + "33" * 20), 18)
PAIR, COINS, OTHER = Pair(USDC, WETH, WETH, USDC), Pair(USDC, DAI, USDC, DAI), Pair(DAI, WETH, WETH, DAI)
PRICES = {"USDC": 10**8, "WETH": 2_930 * 10**8, "DAI": 10**8}
BOUNDS = {"USDC": Bounds(10**12, 1_000 * 10**6)}
TERMS = Terms(BOUNDS, None, 20 * 10**8, 50 * 10**8, 30, ranges=most_of(BOUNDS, [PAIR, COINS], PRICES))


def test_the_other_token_of_a_pool_has_what_is_worth_as_much() -> None:
    assert TERMS.ranges == {"USDC": 1_000 * 10**6, "WETH": 341 * 10**15, "DAI": 1_000 * 10**18}
    both = most_of({**BOUNDS, "WETH": Bounds(10**20, 10**17)}, [PAIR], PRICES)
    assert both == {"USDC": 1_000 * 10**6, "WETH": 10**17}  # its own bound, not what dollars would buy
    assert most_of(BOUNDS, [PAIR, COINS], {"USDC": 10**8, "DAI": 10**8}).keys() == {"USDC", "DAI"}


@pytest.mark.parametrize(("pairs", "prices"), [([], PRICES), ([OTHER], PRICES), ([PAIR], {})])
def test_without_a_pool_of_its_tokens_there_is_nothing_to_keep(pairs: list[Pair], prices: dict[str, int]) -> None:
    with pytest.raises(Refused, match="no pool of USDC"):
        most_of(BOUNDS, pairs, prices)


def test_a_position_is_of_the_mandates_tokens_and_no_larger_than_its_moves() -> None:
    check_size(TERMS, PAIR, 1_000_00, PRICES)
    for pair, worth, what in (
        (PAIR, 1_000_01, r"more than the \$1,000.00"),
        (OTHER, 1, "isn't for positions"),
        (replace(PAIR, token1=replace(WETH, symbol="NEW")), 1, "isn't for positions"),
    ):
        with pytest.raises(Refused, match=what):
            check_size(TERMS, pair, worth, PRICES)
    with pytest.raises(Refused, match="more than"):
        check_size(TERMS, PAIR, 1, {})  # without a price nothing is small enough


def test_the_least_gain_is_counted_over_the_days_of_the_forecast() -> None:
    check_gain(TERMS, 20_00, 30)
    with pytest.raises(Refused, match=r"\$19.99 in 30 days, less than your least gain of \$20.00"):
        check_gain(TERMS, 19_99, 30)
    check_gain(replace(TERMS, horizon_days=60), 10_00, 30)
    none = replace(TERMS, min_gain=0)
    check_gain(none, 1, 30)
    for nothing in (0, -5_00):
        with pytest.raises(Refused, match="forecast"):
            check_gain(none, nothing, 30)


def test_the_signer_learns_of_it_in_wei() -> None:
    found = right_of(TERMS, 2_500 * 10**8)
    assert found is not None
    assert (found.most, found.every, found.gas) == (TERMS.ranges, 86_400, 2 * 10**16)
    assert right_of(replace(TERMS, ranges={}), None) is None
    with pytest.raises(Refused, match="no price"):
        right_of(TERMS, None)


def test_the_right_is_kept_with_the_mandate() -> None:
    assert Terms.from_json(TERMS.as_json()) == TERMS
    before = {key: value for key, value in TERMS.as_json().items() if key != "ranges"}
    assert Terms.from_json(before).ranges == {}
    assert "keep_in_range" in Terms.from_json(before).defaults
