"""Properties of the rate formulas that hold whatever the market; equality with the contracts is tested on anvil."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import MAX_UINT256, RAY, Rate, Token, address
from agent.plugin import Block, Flag
from plugins.aave.curve import supply_rate
from plugins.aave.maths import (
    compounded,
    compounded_exactly,
    linear,
    percent_mul,
    ray_div,
    ray_div_floor,
    ray_mul,
    ray_mul_ceil,
    ray_mul_floor,
)
from plugins.aave.reserve import Config
from plugins.erc4626.venue import PRICED_SHARES, VaultVenue
from plugins.morpho import irm
from plugins.morpho.market import Market as MorphoMarket
from plugins.morpho.maths import WAD, assets_down, quotient, shares_down
from plugins.venus.market import ONE, Model
from plugins.venus.market import Market as VenusMarket
from tests.unit.plugin_parts import POOL, USDC, NumbersVenue

UNITS = st.integers(0, 10**27)
BLOCK = Block(1, "0x" + "0" * 64, 1_800_000_000, 0)
ME = address("0x" + "1" * 40)

aave_facts = st.fixed_dictionaries(
    {
        "generation": st.sampled_from([30, 31, 32, 34]),
        "virtual_accounting": st.just(1),
        "available": UNITS,
        "variable_debt": UNITS,
        "stable_debt": st.just(0),
        "stable_rate": st.just(0),
        "unbacked": st.just(0),
        "reserve_factor": st.integers(0, 10_000),
        "optimal": st.integers(RAY // 100, RAY * 99 // 100),
        "base": st.integers(0, RAY // 10),
        "slope_1": st.integers(0, RAY // 4),
        "slope_2": st.integers(RAY // 4, 3 * RAY),
    }
)


@given(aave_facts, UNITS, UNITS)
def test_aave_more_deposits_never_raise_the_rate(facts: dict[str, int], first: int, more: int) -> None:
    slack = 10  # half-up rounding at each of its steps, in ray
    assert supply_rate(facts, first + more) <= supply_rate(facts, first) + slack * 3


@given(aave_facts, st.integers(-(10**28), 0))
def test_aave_withdrawals_beyond_the_liquidity_are_full_utilisation(facts: dict[str, int], taken: int) -> None:
    assert supply_rate(facts, taken) <= supply_rate(facts, -facts["available"]) + 30


def test_aave_nothing_borrowed_earns_nothing() -> None:
    assert supply_rate({"variable_debt": 0, "stable_debt": 0, "virtual_accounting": 1}, 5) == 0


@given(st.integers(0, RAY), st.integers(0, 10**9))
def test_aave_compounding_never_falls_short_of_linear(rate: int, seconds: int) -> None:
    assert compounded(rate, seconds) >= linear(rate, seconds) >= RAY


@given(st.integers(0, RAY), st.integers(0, 365 * 86_400))
def test_aave_v34_compounds_what_the_older_order_threw_away(rate: int, seconds: int) -> None:
    """It cut powers of a rate a second off at units of a ray: at most a hundred thousandth in a year at 100 %."""
    gained = compounded_exactly(rate, seconds) - compounded(rate, seconds)
    assert -2 <= gained <= RAY // 10**5
    assert compounded_exactly(rate, 0) == RAY


def test_aave_arithmetic_rounds_half_up() -> None:
    assert ray_mul(1, RAY // 2) == 1
    assert ray_mul(1, RAY // 2 - 1) == 0
    assert ray_div(1, 2 * RAY) == 1
    assert percent_mul(1, 5_000) == 1
    assert percent_mul(1, 4_999) == 0


def test_aave_config_bits() -> None:
    word = 6 << 48 | 1 << 56 | 1 << 57 | 1 << 60 | 1_000 << 64 | 5_000_000 << 116 | 1 << 252
    assert Config.of(word) == Config(6, True, True, True, 1_000, 5_000_000, True)
    assert Config.of(0) == Config(0, False, False, False, 0, 0, False)


@given(st.integers(irm.LN_WEI, 90 * WAD))
def test_morpho_exp_is_near_and_grows(x: int) -> None:
    assert irm.exp(x) <= irm.exp(x + WAD)
    assert irm.exp(0) == WAD


@given(st.integers(0, WAD), st.integers(irm.MIN_RATE, irm.MAX_RATE), st.integers(0, 10**8))
def test_morpho_rate_at_target_stays_within_its_bounds(utilisation: int, start: int, elapsed: int) -> None:
    average, end = irm.borrow_rate(utilisation, start, elapsed)
    assert irm.MIN_RATE <= end <= irm.MAX_RATE
    assert irm.MIN_RATE // 4 <= average <= irm.MAX_RATE * 4


@given(st.integers(1, 10**20), st.integers(0, 100), st.integers(0, 10**8), st.integers(0, WAD // 4))
def test_morpho_interest_goes_to_the_suppliers_and_the_fee(supply: int, share: int, elapsed: int, fee: int) -> None:
    market = MorphoMarket(supply, supply * 10**6, supply * share // 100, 0, fee, irm.INITIAL_RATE)
    later = market.accrued(elapsed)
    assert later.supply_assets - supply == later.borrow_assets - market.borrow_assets >= 0
    assert later.supply_shares >= market.supply_shares
    assert later.accrued(elapsed) == later


def test_morpho_a_market_without_a_rate_model_earns_nothing() -> None:
    market = MorphoMarket(100, 100, 90, 0, 0, None).accrued(10**6)
    assert (market.supply_assets, market.supply_rate()) == (100, Rate(0))


@given(UNITS, UNITS, UNITS)
def test_morpho_shares_never_favour_the_depositor(units: int, total_assets: int, total_shares: int) -> None:
    assert assets_down(shares_down(units, total_assets, total_shares), total_assets, total_shares) <= units


@pytest.mark.parametrize(("x", "y", "towards_zero"), [(7, 2, 3), (-7, 2, -3), (7, -2, -3), (-7, -2, 3)])
def test_morpho_signed_division_is_soliditys(x: int, y: int, towards_zero: int) -> None:
    assert quotient(x, y) == towards_zero


@given(st.integers(1, 10**27), st.integers(0, 10**27), st.integers(0, ONE), st.integers(0, 10**6))
def test_venus_interest_raises_what_shares_are_worth(cash: int, borrows: int, factor: int, blocks: int) -> None:
    model = Model(0, 30_000_000_000, 900_000_000_000, 8 * ONE // 10)
    market = VenusMarket(cash, borrows, 0, (cash + borrows) * 50, factor, ONE, model)
    assert market.accrued(blocks).exchange_rate >= market.exchange_rate
    assert market.moved(-cash - 1).cash == 0


def test_venus_without_its_model_has_no_rate() -> None:
    market = VenusMarket(100, 50, 0, 100, 0, ONE, None)
    assert market.accrued(5) == market
    assert market.supply_rate(10**6) == Rate(0)


def vault(source: NumbersVenue | None) -> VaultVenue:
    receipt = Token(1, "vUSDC", address("0x" + "d" * 40), 6)
    return VaultVenue("v", POOL, USDC, receipt, source, source.id if source else None)


def vault_answers(
    shares: int = 0, *, price: int = PRICED_SHARES, deposit: int = MAX_UINT256, redeem: int = 0, paused: Any = None
) -> list[tuple[Any, ...] | None]:
    return [(shares,), (price,), (deposit,), (redeem,), (redeem,), paused]


def test_a_vault_over_a_market_has_the_markets_rate_and_impact() -> None:
    market = NumbersVenue("market")
    venue = vault(market)
    state = venue.state([*vault_answers(100, price=2 * PRICED_SHARES, redeem=100), (1_000, 500)], BLOCK)
    assert (state.position, state.shares, state.room, state.flags) == (200, 100, None, frozenset())
    assert state.rate == Rate(RAY // 2)
    assert venue.rate_after(state, 1_000) == Rate(RAY // 4)
    assert venue.liquidity_source == "market"


def test_a_vault_without_a_known_source_can_be_left_but_not_entered() -> None:
    venue = vault(None)
    state = venue.state(vault_answers(100, redeem=100), BLOCK)
    assert state.flags == {Flag.UNRATED}
    assert state.position == 100
    (step,) = venue.withdraw(state, ME, None)
    assert step.args == (100, ME, ME)


@pytest.mark.parametrize(
    ("answers", "flags"),
    [
        (vault_answers(deposit=0), {Flag.CAPPED}),
        (vault_answers(deposit=0, paused=(True,)), {Flag.PAUSED}),
        (vault_answers(7, redeem=0), {Flag.ILLIQUID}),
        (vault_answers(7, redeem=0, paused=(True,)), {Flag.PAUSED}),
        (vault_answers(paused=(False,)), set()),
    ],
)
def test_a_vaults_flags(answers: list[tuple[Any, ...] | None], flags: set[Flag]) -> None:
    state = vault(NumbersVenue("market")).state([*answers, (1_000, 500)], BLOCK)
    assert state.flags == flags


@given(st.integers(0, 2**128), st.integers(1, 2**128))
def test_aave_rounds_down_and_up_around_what_is_exact(a: int, b: int) -> None:
    assert ray_mul_floor(a, b) * RAY <= a * b <= ray_mul_ceil(a, b) * RAY
    assert ray_mul_ceil(a, b) - ray_mul_floor(a, b) == (a * b % RAY != 0)
    assert ray_div_floor(a, b) * b <= a * RAY < (ray_div_floor(a, b) + 1) * b
