"""A swap that was asked for: the cheapest way, its limit to the base unit, what is kept for gas, what refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from agent.abi import Call
from agent.errors import Refused
from agent.execution import fees
from agent.gate.desk import Desk
from agent.gate.moves import Swap
from agent.gate.trades import trading
from agent.intents import All, AmountSpec, Exact
from agent.intents import Swap as SwapIntent
from agent.money import Address, Token
from agent.plans import Step
from agent.plugin import Block, Listed, Trader
from agent.routes import AnyPool, PoolState, Route, Trade
from tests.unit.gate_parts import BLOCK, registry, snapshot
from tests.unit.policy_parts import DAI, ETH, USDC, WETH, place

pytestmark = pytest.mark.unit

REGISTRY = replace(registry(), tokens=MappingProxyType({"USDC": USDC, "DAI": DAI, "WETH": WETH}))


class FakeTrader(Trader):
    """An exchange with the routes that it is told, whatever is asked of it."""

    name = "fake"

    def __init__(self, *routes: Route) -> None:
        self.contract, self._routes = Listed(place("b5"), "Router", "router"), routes
        self.asked: list[tuple[str, str, int, bool]] = []

    @classmethod
    async def discover(cls, chain: Any, ask: Any) -> Trader:
        raise NotImplementedError

    def reads(self) -> tuple[Call, ...]:
        return ()

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[PoolState, ...]:
        return ()

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        self.asked.append((token_in.symbol, token_out.symbol, units, exact_out))
        return self._routes

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        raise NotImplementedError


def route(given: int, back: int, *, exact_out: bool = False, impact: int = 0, way: tuple[Token, ...] = ()) -> Route:
    tokens = way or (USDC, WETH)
    hops = len(tokens) - 1
    return Route("fake", tokens, (500,) * hops, (place("c1"),) * hops, given, back, exact_out, impact)


def swap(
    trader: FakeTrader,
    pays: str = "USDC",
    gets: str = "WETH",
    amount: AmountSpec | None = None,
    wanted: Exact | None = None,
    spare: int = 10**18,
) -> Swap:
    """The move that it comes to, for a wallet of 1,000 USDC."""
    desk = Desk(REGISTRY, {}, snapshot(), lambda asset, units: [], {}, spare, {"fake": trader})
    intent = SwapIntent(asset=pays, amount=amount, to_asset=gets, to_amount=wanted)
    (move,) = trading.swap(desk, intent).moves
    assert isinstance(move, Swap)
    return move


def refused(trader: FakeTrader, **asked: Any) -> str:
    with pytest.raises(Refused) as caught:
        swap(trader, **asked)
    return caught.value.rule


TEN = Exact(value="10")


@pytest.mark.parametrize(
    ("way", "back", "least", "most"),
    [
        ((USDC, WETH), 10_000, 9_970, 10_200),  # 0.30 %
        ((USDC, WETH), 10_001, 9_971, 10_201),  # 9,970.997 rounded up: never looser; 10,201.02 down
        ((USDC, DAI), 10_000, 9_995, 10_200),  # 0.05 % between stable ones
        ((WETH, USDC), 10_000, 9_970, 10_200),  # not where only one is
    ],
)
def test_the_least_that_comes_back(way: tuple[Token, ...], back: int, least: int, most: int) -> None:
    move = swap(FakeTrader(route(10_000_000, back, way=way)), gets="DAI" if DAI in way else "WETH", amount=TEN)
    assert (move.least_out, move.most_out, move.most_in) == (least, most, 10_000_000)


def test_the_most_that_an_exact_output_takes() -> None:
    trader = FakeTrader(route(10_001, 10**19, exact_out=True))
    move = swap(trader, wanted=TEN)
    assert (move.most_in, move.edge) == (10_031, 9_800)  # 10,031.003 and 9,800.98, rounded down
    assert trader.asked == [("USDC", "WETH", 10**19, True)]


def test_an_exact_output_is_covered_by_the_wallet_at_its_most() -> None:
    assert swap(FakeTrader(route(997_008_973, 10**19, exact_out=True)), wanted=TEN).most_in == 999_999_999
    assert swap(FakeTrader(route(997_008_974, 10**19, exact_out=True)), wanted=TEN).most_in == 10**9
    assert refused(FakeTrader(route(997_008_975, 10**19, exact_out=True)), wanted=TEN) == "balance"


def test_the_cheapest_way_that_can_be_taken() -> None:
    closed = replace(route(1, 10**30), why_not="it is paused")
    trader = FakeTrader(closed, route(10, 7), route(10, 9), route(10, 8))
    assert swap(trader, amount=TEN).trade.units_out == 9
    out = FakeTrader(*(route(given, 10, exact_out=True) for given in (9, 7, 8)))
    assert swap(out, wanted=TEN).trade.units_in == 7


def test_no_way_refuses() -> None:
    assert refused(FakeTrader(), amount=TEN) == "liquidity"
    assert refused(FakeTrader(replace(route(1, 1), why_not="it is paused")), amount=TEN) == "liquidity"


def test_a_price_that_moves_too_far_refuses() -> None:
    assert swap(FakeTrader(route(10, 10, impact=trading.MAX_IMPACT_BPS)), amount=TEN).trade.impact_bps == 200
    assert refused(FakeTrader(route(10, 10, impact=201)), amount=TEN) == "impact"


def test_the_native_coin_goes_in_as_its_wrapped_form() -> None:
    trader = FakeTrader(route(10, 10, way=(WETH, USDC)))
    assert swap(trader, "ETH", "USDC", Exact(value="0.5")).pays == ETH
    assert trader.asked == [("WETH", "USDC", 5 * 10**17, False)]
    asked = FakeTrader()
    assert refused(asked, pays="ETH", gets="WETH", amount=TEN) == "balance"
    assert asked.asked == []  # one to one, without a pool


def test_all_of_the_native_coin_keeps_the_gas_of_the_swap() -> None:
    trader = FakeTrader(route(10, 10, way=(WETH, USDC)))
    swap(trader, "ETH", "USDC", All())
    kept = trading.SWAP_GAS * fees.offered(BLOCK.base_fee).max_fee_per_gas
    assert trader.asked == [("WETH", "USDC", 10**18 - kept, False)]
    assert refused(trader, pays="ETH", gets="USDC", amount=All(), spare=kept) == "amount"
    assert refused(trader, pays="ETH", gets="USDC", amount=All(), spare=kept - 1) == "amount"
