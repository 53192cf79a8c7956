"""Offers beside the own trade: our own least decides, then what is left of each once its gas is paid."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.gate.trades.measure import Measure, fair_least, fair_most, measure
from agent.gate.trades.offered import Offered, as_json, best, from_json, told, turned_down, weighed
from agent.gate.trades.offers import Tried
from agent.money import Token, address
from agent.plugin import Listed
from agent.routes import Route, Trade

pytestmark = pytest.mark.unit

USDC = Token(1, "USDC", address("0x" + "a1" * 20), 6)
WETH = Token(1, "WETH", address("0x" + "a3" * 20), 18)
ETH = Token(1, "ETH", None, 18)
ROUTER = Listed(address("0x" + "c1" * 20), "a router", "some-table")
CALL = "swap(address from,address to,uint256 units,bytes data)"
PRICES = {"USDC": 10**8, "WETH": 3_000 * 10**8}


def offer(name: str = "one", got: int = 1_000, **said: Any) -> Tried:
    whole = Tried(name, ROUTER, USDC, WETH, 5, CALL, ("0x" + "a1" * 20, "0x" + "a3" * 20, "5", "0x00"), 900, got, got)
    return replace(whole, **said)


def own(out: int, gas: int = 0) -> Trade:
    return Trade((Route("uniswap-v3", (USDC, WETH), (500,), (ROUTER.address,), 5, out, False, 0),), gas)


@pytest.mark.parametrize(
    ("offers", "out", "gas", "taken"),
    [
        ([offer(got=1_001)], 1_000, 0, "one"),
        ([offer(got=1_000)], 1_000, 0, None),  # of equal ones the own
        ([offer("one", 1_010), offer("two", 1_020)], 1_000, 0, "two"),
        ([offer("one", 1_020), offer("two", 1_020)], 1_000, 0, "one"),
        ([offer(got=1_010, gas=20)], 1_000, 1, None),
        ([offer(got=1_021, gas=20)], 1_000, 1, "one"),
        ([offer("one", 1_100, gas=200), offer("two", 1_010, gas=5)], 1_000, 1, "two"),
        ([offer("one", 2_000, why_not="it lied")], 1_000, 0, None),
    ],
)
def test_the_most_net_of_gas_is_taken(offers: list[Tried], out: int, gas: int, taken: str | None) -> None:
    found = best(offers, own(out), Fraction(gas))
    assert (found.quoter if found else None) == taken


def test_the_own_gas_counts_as_well() -> None:
    assert best([offer(got=999, gas=10)], own(1_000, 100), Fraction(1)) is not None
    assert best([offer(got=900)], None, Fraction(0)) is not None


@given(st.integers(1, 10**24), st.integers(1, 10**14), st.integers(1, 10**14), st.integers(0, 10_000))
def test_the_feeds_least_is_never_below_what_they_say(units: int, price_in: int, price_out: int, loss: int) -> None:
    found = fair_least(USDC, WETH, units, {"USDC": price_in, "WETH": price_out}, loss)
    exact = Fraction(units * price_in * 10**18, price_out * 10**6) * (10_000 - loss) / 10_000
    assert found is not None
    assert exact <= found < exact + 1


@pytest.mark.parametrize("prices", [{}, {"USDC": 10**8}, {"WETH": 10**8}, {"USDC": 0, "WETH": 10**8}])
def test_without_both_prices_the_feeds_say_nothing(prices: dict[str, int]) -> None:
    assert fair_least(USDC, WETH, 1, prices, 0) is None


def test_only_what_would_be_taken_is_held_to_our_least() -> None:
    better, worse = offer("one", 1_010, least=950), offer("two", 990, least=900)
    first, second = weighed([better, worse], Measure(960, None), own(1_000), Fraction(0))
    assert (first.rule, second.rule) == ("quote-minimum", "")
    assert weighed([better], Measure(950, None), own(1_000), Fraction(0)) == (better,)


def test_without_any_measure_of_ours_nothing_is_taken() -> None:
    (held,) = weighed([offer()], Measure(None, None), None, Fraction(0))
    assert held.rule == "quote-minimum"
    assert best([held], None, Fraction(0)) is None


def buying(name: str = "one", given: int = 1_000, **said: Any) -> Tried:
    """An offer to get 7 base units for `given`, and for 1,100 at the most."""
    args = ("0x" + "a1" * 20, "0x" + "a3" * 20, "1100", "0x00")
    whole = Tried(name, ROUTER, USDC, WETH, 1_100, CALL, args, 7, given, 7, exact_out=True, given=given)
    return replace(whole, **said)


def takes(units: int, gas: int = 0) -> Trade:
    return Trade((Route("uniswap-v3", (USDC, WETH), (500,), (ROUTER.address,), units, 7, True, 0),), gas)


@pytest.mark.parametrize(
    ("offers", "ours", "gas", "taken"),
    [
        ([buying(given=999)], 1_000, 0, "one"),
        ([buying(given=1_000)], 1_000, 0, None),  # of equal ones the own
        ([buying("one", 990), buying("two", 980)], 1_000, 0, "two"),
        ([buying(given=990, gas=20)], 1_000, 1, None),
        ([buying(given=979, gas=20)], 1_000, 1, "one"),
        ([buying("one", 900, gas=200), buying("two", 990, gas=5)], 1_000, 1, "two"),
        ([buying("one", 1, why_not="it lied")], 1_000, 0, None),
    ],
)
def test_of_an_exact_output_the_least_with_its_gas_is_taken(
    offers: list[Tried], ours: int, gas: int, taken: str | None
) -> None:
    found = best(offers, takes(ours), Fraction(gas))
    assert (found.quoter if found else None) == taken


def test_what_would_be_taken_of_an_exact_output_is_held_to_our_most() -> None:
    better, worse = buying("one", 990), buying("two", 1_010)
    first, second = weighed([better, worse], Measure(1_099, None), takes(1_000), Fraction(0))
    assert (first.rule, second.rule) == ("quote-maximum", "")
    assert weighed([better], Measure(1_100, None), takes(1_000), Fraction(0)) == (better,)
    (held,) = weighed([better], Measure(None, None), None, Fraction(0))
    assert held.rule == "quote-maximum"
    order = replace(better, until=1)
    (held,) = weighed([order], Measure(1_100, 991), takes(1_000), Fraction(0))
    assert (held.rule, "nobody would take below" in held.why_not) == ("quote-inflated", True)
    assert weighed([order], Measure(1_100, 990), takes(1_000), Fraction(0)) == (order,)


@given(st.integers(1, 10**24), st.integers(1, 10**14), st.integers(1, 10**14), st.integers(-10_000, 10_000))
def test_the_feeds_most_is_never_above_what_they_say(units: int, price_in: int, price_out: int, loss: int) -> None:
    found = fair_most(USDC, WETH, units, {"USDC": price_in, "WETH": price_out}, loss)
    exact = Fraction(units * price_out * 10**6, price_in * 10**18) * (10_000 + loss) / 10_000
    assert found is not None
    assert exact - 1 < found <= exact


def test_of_what_is_known_the_strictest_bound_and_the_widest_edge_hold() -> None:
    assert measure(False, [1, None, 3], [5, 4, None]) == Measure(3, 5)
    assert measure(True, [1, None, 3], [5, 4, None]) == Measure(1, 4)
    assert measure(True, [None], []) == Measure(None, None)


def test_what_was_offered_for_an_exact_output_is_told_with_what_it_takes() -> None:
    offers = [buying("cow", why_not="late", least=10**18), buying("velora", 3_001_200_000, least=10**18)]
    assert told(offers, takes(3_012_400_000), offers[1]) == (
        "Offers to get 1 WETH: uniswap-v3 for 3,012.4 USDC, velora for 3,001.2 USDC (taken); cow: late."
    )


def test_an_exact_output_is_taken_as_it_was_offered() -> None:
    taken = Offered(buying(given=999, got=9))
    (step,) = taken.swap(taken.trade, ROUTER.address, (1_100,), (False, False), 0)
    assert step.value == 0
    assert (taken.trade.units_in, taken.trade.units_out, taken.trade.exact_out) == (999, 7, True)
    assert taken.surplus == 3
    assert Offered(buying(until=1)).surplus == Offered(offer()).surplus == 0
    with pytest.raises(ValueError, match="as it was made"):
        taken.swap(taken.trade, ROUTER.address, (7,), (False, False), 0)


def test_what_was_offered_is_told_with_who_was_taken_and_who_was_not() -> None:
    offers = [offer("1inch", 2 * 10**15), offer("0x", why_not="no answer within 1.5 s", rule="quote-no-answer")]
    assert told(offers, own(10**15), offers[0]) == (
        "Offers in WETH: uniswap-v3 0.001, 1inch 0.002 (taken); 0x: no answer within 1.5 s."
    )
    assert told(offers, own(10**15), None).startswith("Offers in WETH: uniswap-v3 0.001 (taken), 1inch 0.002")
    assert told([], own(1), None) == ""


def test_what_a_decision_keeps_comes_back_whole() -> None:
    offers = (offer("one", 7, gas=3), offer("two", why_not="late", rule="quote-stale"))
    tokens = {token.symbol: token for token in (USDC, WETH, ETH)}
    assert from_json(as_json(offers), tokens) == offers
    assert as_json(()) == {}
    assert from_json({}, tokens) == ()
    again = from_json(as_json(offers), tokens)[0]
    assert again.step().data == offers[0].step().data


def test_a_quoter_that_a_check_turned_down_is_out_with_the_reason() -> None:
    found = turned_down([offer("one"), offer("two")], "one", "token-safety", "it can't be sold")
    assert [(each.quoter, each.rule) for each in found] == [("one", "token-safety"), ("two", "")]


def test_an_offer_is_taken_as_it_was_made_or_not_at_all() -> None:
    taken = Offered(offer())
    (step,) = taken.swap(taken.trade, ROUTER.address, (900,), (False, False), 0)
    assert (step.to, step.value) == (ROUTER.address, 0)
    coin = Offered(offer(gives=ETH))
    (step,) = coin.swap(coin.trade, ROUTER.address, (900,), (True, False), 0)
    assert step.value == 5
    for limits, native in (((899,), (False, False)), ((900,), (True, False)), ((900,), (False, True))):
        with pytest.raises(ValueError, match="as it was made"):
            taken.swap(taken.trade, ROUTER.address, limits, native, 0)
