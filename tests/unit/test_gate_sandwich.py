"""What the preview says of a sandwich: the most that one could take, whether one would pay, and what is done then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from agent.gate.moves import Swap
from agent.gate.trades.sandwich import LEAST_SLIPPAGE_BPS, exposure, limits_of, note, slippage, told
from agent.money import Token
from agent.routes import AnyPool, Attack, Route, Trade
from tests.unit.gate_parts import registry, snapshot
from tests.unit.policy_parts import DAI, USDC, WETH, place
from tests.unit.test_gate_trading import FakeTrader

pytestmark = pytest.mark.unit

REGISTRY = replace(registry(), tokens=MappingProxyType({"USDC": USDC, "DAI": DAI, "WETH": WETH}))
PRICES = {"USDC": 10**8, "DAI": 10**8, "WETH": 3_000 * 10**8, "ETH": 3_000 * 10**8}
GWEI = 10**9
POOL, OTHER = place("c1"), place("c2")


class Attacked(FakeTrader):
    """An exchange on which a sandwich gains `cents` for each basis point of room beyond `free` of them."""

    def __init__(self, cents: int = 0, free: int = 0, *, token: Token = USDC, unknown: bool = False) -> None:
        super().__init__()
        self.cents, self.free, self.token, self.unknown = cents, free, token, unknown

    def attacks(self, states: Sequence[AnyPool], trade: Trade, limits: Sequence[int]) -> tuple[Attack, ...] | None:
        if self.unknown:
            return None
        room = (trade.units_out - sum(limits)) * 10_000 // trade.units_out
        gain = max(room - self.free, 0) * self.cents * 10**4
        found = Attack((POOL,), self.token, 10**9, gain, trade.units_out * room // 10_000)
        same, apart = replace(found, gain=gain // 2), replace(found, pools=(OTHER,))
        return (found, same, apart) if gain else ()


def trade(units_in: int = 30_000 * 10**6, units_out: int = 10 * 10**18, *, exact_out: bool = False) -> Trade:
    route = Route("fake", (USDC, WETH), (500,), (POOL,), units_in, units_out, exact_out, 0)
    return Trade((route,), 100_000)


def at(base_fee: int = GWEI, prices: dict[str, int] | None = None) -> Any:
    found = snapshot()
    return replace(found, prices=PRICES if prices is None else prices, block=replace(found.block, base_fee=base_fee))


def test_the_worst_case_is_what_lies_between_the_quote_and_the_limit() -> None:
    whole = trade()
    found = exposure(REGISTRY, at(), Attacked(), whole, limits_of(whole, 30))
    assert (found.token, found.worst, found.parts) == (WETH, 3 * 10**16, (3 * 10**16,))
    assert found.worst_cents == 9_000  # 30 basis points of 30,000 dollars
    bought = trade(exact_out=True)
    found = exposure(REGISTRY, at(), Attacked(), bought, limits_of(bought, 30))
    assert (found.token, found.worst, found.exact_out) == (USDC, 90 * 10**6, True)


def test_each_part_has_its_own() -> None:
    parts = Trade((*trade().parts, replace(trade().parts[0], pools=(OTHER,), units_in=1, units_out=10**18)))
    found = exposure(REGISTRY, at(), Attacked(), parts, limits_of(parts, 100))
    assert found.parts == (10**17, 10**16)
    assert found.worst == 11 * 10**16


def test_gas_is_taken_off_and_separate_pools_add_up() -> None:
    """Two transactions of 81,000 gas each, a gwei each, at 3,000 dollars: 48.6 cents."""
    whole = trade()
    found = exposure(REGISTRY, at(), Attacked(cents=100, free=29), whole, limits_of(whole, 30))
    assert found.gain_cents == 2 * (100 - 48)
    assert found.loss == 2 * found.worst
    dear = exposure(REGISTRY, at(3 * GWEI), Attacked(cents=100, free=29), whole, limits_of(whole, 30))
    assert (dear.gain_cents, dear.pays) == (0, False)


def test_where_all_of_it_would_not_pay_the_gas_nothing_is_computed() -> None:
    small = trade(30 * 10**6, 10**16)
    assert exposure(REGISTRY, at(), Attacked(unknown=True), small, limits_of(small, 30)).gain_cents == 0


@pytest.mark.parametrize(
    ("trader", "prices"),
    [
        (Attacked(unknown=True), PRICES),
        (Attacked(cents=100), {key: PRICES[key] for key in ("USDC", "WETH")}),  # no price of gas
        (Attacked(cents=100, token=DAI), {key: PRICES[key] for key in ("USDC", "WETH", "ETH")}),
    ],
)
def test_what_can_not_be_estimated_is_said(trader: Attacked, prices: dict[str, int]) -> None:
    whole = trade()
    found = exposure(REGISTRY, at(prices=prices), trader, whole, limits_of(whole, 30))
    assert (found.gain_cents, found.pays) == (None, False)
    assert "whether one would pay can't be told now" in note(found)
    assert slippage(REGISTRY, at(prices=prices), trader, whole, 30) == 30


def test_the_limit_comes_as_near_as_it_must_and_no_nearer() -> None:
    whole = trade()
    assert slippage(REGISTRY, at(), Attacked(cents=100, free=17), whole, 30) == 17
    assert slippage(REGISTRY, at(), Attacked(cents=100), whole, 30) == LEAST_SLIPPAGE_BPS
    assert slippage(REGISTRY, at(), Attacked(), whole, 30) == 30
    assert slippage(REGISTRY, at(), Attacked(cents=100), whole, LEAST_SLIPPAGE_BPS) == LEAST_SLIPPAGE_BPS


def test_a_limit_is_never_looser_than_its_slippage() -> None:
    odd = trade(10**9 + 1, 10**9 + 1)
    assert limits_of(odd, 30) == (997 * 10**6 + 1,)
    assert limits_of(replace(odd, parts=(replace(odd.parts[0], exact_out=True),)), 30) == (1003 * 10**6 + 1,)


def said(trader: Attacked, bps: int, hidden: bool = False) -> str:
    whole = trade()
    limits = limits_of(whole, bps)
    move = Swap(trader, whole, USDC, WETH, limits, 0)
    return told(REGISTRY, at(), move, 30, hidden)


def test_the_line() -> None:
    most = "A sandwich could take at most 0.03 WETH ($90.00) here;"
    assert said(Attacked(), 30) == f"{most} at present prices none would pay."
    assert (
        said(Attacked(cents=1000), 30, hidden=True) == f"{most} it is sent privately, so that nobody sees it coming."
    )
    narrow = said(Attacked(cents=100, free=17), 17)
    assert narrow == (
        "A sandwich could take at most 0.017 WETH ($51.00) here; at present prices none would pay. "
        "So I hold it within 0.17 % of the quote."
    )
    paying = said(Attacked(cents=100), LEAST_SLIPPAGE_BPS)
    assert "at present prices one would gain $9.04. So I hold it within 0.05 % of the quote." in paying
    assert paying.endswith("A private endpoint would hide it; or swap less at a time.")
