"""Money is integers: parsing and showing are exact, or they refuse."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import RAY, SECONDS_PER_YEAR, Amount, Rate, Token, address, grouped, text_from_units, units_from_text
from tests.unit.policy_parts import DAI, USDC

pytestmark = pytest.mark.unit

UNITS = st.integers(-(10**60), 10**60)
DECIMALS = st.integers(0, 36)


@given(UNITS, DECIMALS)
def test_text_is_exact(units: int, decimals: int) -> None:
    text = text_from_units(units, decimals)
    with localcontext() as context:
        context.prec = 200
        assert Decimal(text) * 10**decimals == units
    assert not ("." in text and text.endswith(("0", ".")))


@given(st.integers(0, 10**60), DECIMALS)
def test_units_come_back(units: int, decimals: int) -> None:
    assert units_from_text(text_from_units(units, decimals), decimals) == units


@given(UNITS, DECIMALS)
def test_grouping_changes_no_digit(units: int, decimals: int) -> None:
    text = text_from_units(units, decimals)
    shown = grouped(text)
    assert shown.replace(",", "") == text
    whole = shown.lstrip("-").partition(".")[0]
    assert all(len(part) == 3 for part in whole.split(",")[1:])


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e6", "1,000", "01", ".5", "1.", " 1", "1 ", "１", "0x10", "NaN", "1.0000001", "1_000"]
)
def test_what_is_no_amount_of_usdc(text: str) -> None:
    with pytest.raises(ValueError):
        units_from_text(text, 6)


def test_trailing_zeros_cost_no_decimals() -> None:
    assert units_from_text("1.50000000000", 6) == 1_500_000


def test_an_amount_is_whole_base_units() -> None:
    for wrong in (1.0, True, "1", Decimal(1)):
        with pytest.raises(TypeError):
            Amount(wrong, USDC)  # type: ignore[arg-type]
    assert str(Amount.parse("1234567.5", USDC)) == "1,234,567.5 USDC"
    assert str(Amount(-1, DAI)) == "-0.000000000000000001 DAI"
    assert Token(1, "ETH", None, 18).is_native


def test_an_address_is_checksummed_or_refused() -> None:
    good = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    assert address(good) == address(good.lower()) == address("0x" + good[2:].upper()) == good
    wrong_case = good.replace("C51812dc", "c51812dc")
    for text in (wrong_case, good[:-1], good + "0", good[2:], "0X" + good[2:], good[:-1] + "g", ""):
        with pytest.raises(ValueError):
            address(text)


@given(st.integers(-RAY, 10 * RAY), st.integers(0, 6))
def test_a_percentage_is_rounded_towards_nothing(ray: int, places: int) -> None:
    shown, exact = Decimal(Rate(ray).percent(places)), Decimal(ray) * 100 / RAY
    with localcontext() as context:
        context.prec = 60
        assert abs(shown) <= abs(exact) < abs(shown) + Decimal(1).scaleb(-places)
    assert shown == 0 or (shown < 0) == (ray < 0)


@given(st.integers(0, 10**30), st.integers(0, RAY), st.integers(0, SECONDS_PER_YEAR))
def test_income_is_rounded_down(units: int, ray: int, seconds: int) -> None:
    income = Rate(ray).income(units, seconds)
    assert income * RAY * SECONDS_PER_YEAR <= units * ray * seconds < (income + 1) * RAY * SECONDS_PER_YEAR


def test_a_rate_per_second() -> None:
    assert Rate.per_second(10**18 // SECONDS_PER_YEAR, 10**18).percent() == "99.99"
    assert str(Rate(RAY // 20)) == "5.00 %"
    assert Rate(RAY // 20).fraction == "0.05"
