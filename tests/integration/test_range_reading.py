"""Liquidity positions at the real position manager: what they hold and what waits, to the unit, in few calls."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from agent.abi import encode_call, view
from agent.chain.find_traders import find_traders
from agent.chain.snapshot import Snapshot, take
from agent.chain.snapshot_json import from_json, to_json
from agent.money import Address, Token
from agent.plugin import Trader
from agent.ranges import Position
from devnet import Node
from plugins.uniswap.liquidity import MAX_UINT128, full_range
from plugins.uniswap.manager import pool_of
from plugins.uniswap.manager_calls import COLLECT, DECREASE, MINT
from plugins.uniswap.trader import UniswapV3
from tests.integration.chain_parts import APPROVE, Devnet

pytestmark = pytest.mark.integration

SWAP = (
    "exactInputSingle((address tokenIn,address tokenOut,uint24 fee,address recipient,uint256 amountIn,"
    "uint256 amountOutMinimum,uint160 sqrtPriceLimitX96) params)"
)
FOREVER = 2**40
WHALE = Address("0x" + "3c44cdddb6a900fa2b585dd299e03d12fa4293bc")
MOST = {"WETH": 10**24, "USDC": 10**16}


@dataclass
class Desk:
    """Devnet with its exchange, for one account that provides and another that trades."""

    devnet: Devnet
    trader: Trader

    def __post_init__(self) -> None:
        assert self.trader.manager is not None
        self.manager = self.trader.manager
        self.pool = pool_of(Address(self.devnet.registry.protocols["uniswap-v3"]["factory"]), *self.pair(), 500)

    def token(self, symbol: str) -> Token:
        return self.devnet.registry.tokens[symbol]

    def pair(self) -> tuple[Address, Address]:
        low, high = sorted((str(self.token(symbol).address) for symbol in MOST), key=lambda each: int(each, 16))
        return Address(low), Address(high)

    async def snapshot(self) -> Snapshot:
        return await take(
            self.devnet.rpc, self.devnet.registry, {}, self.devnet.user, "latest", {"uniswap-v3": self.trader}
        )

    async def fund(self, account: Address, spender: Address) -> None:
        for symbol, units in MOST.items():
            place = self.token(symbol).address
            await self.devnet.rpc.request("anvil_dealERC20", account, place, hex(units))
            await self.devnet.call(place, APPROVE, spender, units, sender=account)

    async def mint(self, low: int, high: int, dollars: int) -> None:
        usdc = self.token("USDC").address
        most = [dollars * 10**6 if place == usdc else dollars * 10**18 // 3_000 for place in self.pair()]
        params = (*self.pair(), 500, low, high, *most, 0, 0, self.devnet.user, FOREVER)
        await self.devnet.call(self.manager.contract.address, MINT, params)

    async def swap(self, dollars: int, buys_weth: bool) -> None:
        router = Address(self.devnet.registry.protocols["uniswap-v3"]["router"])
        usdc, weth = self.token("USDC").address, self.token("WETH").address
        ends = (usdc, weth) if buys_weth else (weth, usdc)
        units = dollars * 10**6 if buys_weth else dollars * 10**18 // 3_000
        await self.devnet.call(router, SWAP, (*ends, 500, WHALE, units, 0, 0), sender=WHALE)

    async def static(self, function: str, *args: Any) -> tuple[int, int]:
        """What a call of the manager by the account would return."""
        data = "0x" + encode_call(function, args).hex()
        call = {"from": self.devnet.user, "to": self.manager.contract.address, "data": data}
        answer = bytes.fromhex((await self.devnet.rpc.request("eth_call", call, "latest"))[2:])
        return int.from_bytes(answer[:32]), int.from_bytes(answer[32:64])

    async def check(self, position: Position) -> None:
        """As a static call of `collect` and of `decreaseLiquidity` say."""
        params = (position.id, self.devnet.user, MAX_UINT128, MAX_UINT128)
        if position.liquidity or position.fees0 or position.fees1:
            assert await self.static(COLLECT, params) == (position.fees0, position.fees1)
        if position.liquidity:
            out = await self.static(DECREASE, (position.id, position.liquidity, 0, 0, FOREVER))
            assert out == (position.units0, position.units1)


@pytest_asyncio.fixture
async def desk(devnet_node: Node) -> Desk:
    devnet = await Devnet.opened(devnet_node)
    found, faults = await find_traders([UniswapV3], devnet.registry, devnet.rpc, {})
    assert not faults
    desk = Desk(devnet, found["uniswap-v3"])
    await desk.fund(devnet.user, desk.manager.contract.address)
    await desk.fund(WHALE, Address(devnet.registry.protocols["uniswap-v3"]["router"]))
    return desk


async def tick_of(desk: Desk) -> int:
    slot0 = view("slot0()", "uint160", "int24").at(desk.pool)
    return int(slot0.decode((await desk.devnet.rpc.call(desk.pool, slot0.data))[:64])[1])


async def test_what_waits_and_what_liquidity_gives_is_to_the_unit_whatever_was_traded(desk: Desk) -> None:
    dice = random.Random(5)  # noqa: S311
    centre = await tick_of(desk) // 10 * 10
    ranges = [full_range(10), (centre - 500, centre + 500), (centre - 100, centre + 110)]
    ranges += [(centre + 200, centre + 800), (centre - 900, centre - 200), (centre - 100, centre + 110)]
    for low, high in ranges:
        await desk.mint(low, high, dice.randrange(1_000, 200_000))
    assert [each.fees0 + each.fees1 for each in (await desk.snapshot()).positions] == [0] * len(ranges)
    seen_outside, snapshot = False, await desk.snapshot()
    for turn in range(12):
        await desk.swap(dice.randrange(10, 1_500_000), buys_weth=dice.random() < 0.5)
        snapshot = await desk.snapshot()
        assert len(snapshot.positions) == len(ranges)
        for position in snapshot.positions:
            await desk.check(position)
        seen_outside |= any(not each.in_range for each in snapshot.positions if each.high - each.low < 1_000)
        if turn == 5:  # two over the same ticks, one of them looked at: the pool and the manager round apart
            params = (snapshot.positions[2].id, desk.devnet.user, MAX_UINT128, MAX_UINT128)
            await desk.devnet.call(desk.manager.contract.address, COLLECT, params)
            taken = (await desk.snapshot()).positions[2]
            assert (taken.fees0, taken.fees1) == (0, 0)
    assert seen_outside
    assert sum(each.fees0 + each.fees1 for each in snapshot.positions) > 0
    assert from_json(to_json(snapshot)) == snapshot


async def test_an_account_without_positions_costs_no_call_more_and_a_known_one_neither(desk: Desk) -> None:
    assert (await desk.snapshot()).requests == 1
    centre = await tick_of(desk) // 10 * 10
    await desk.mint(centre - 500, centre + 500, 10_000)
    counted = [(await desk.snapshot()).requests for _ in range(2)]
    assert counted == [4, 1]
    await desk.mint(centre - 500, centre + 600, 10_000)
    assert [(await desk.snapshot()).requests for _ in range(2)] == [4, 1]


async def test_an_empty_position_and_one_of_strange_tokens_are_left_out(desk: Desk) -> None:
    centre = await tick_of(desk) // 10 * 10
    await desk.mint(centre - 500, centre + 500, 10_000)
    (position,) = (await desk.snapshot()).positions
    manager = desk.manager.contract.address
    await desk.devnet.call(manager, DECREASE, (position.id, position.liquidity, 0, 0, FOREVER))
    (owed,) = (await desk.snapshot()).positions
    await desk.check(owed)
    assert (owed.units0, owed.units1) == (0, 0)
    assert (owed.fees0, owed.fees1) == (position.units0, position.units1)
    await desk.devnet.call(manager, COLLECT, (position.id, desk.devnet.user, MAX_UINT128, MAX_UINT128))
    assert (await desk.snapshot()).positions == ()
    found, _ = await find_traders([UniswapV3], desk.devnet.registry, desk.devnet.rpc, {"USDC": "not trusted"})
    await desk.mint(centre - 500, centre + 500, 10_000)
    desk.trader = found["uniswap-v3"]
    snapshot = await desk.snapshot()
    assert snapshot.positions == ()
    assert snapshot.missing["positions of uniswap-v3"] == "not shown: 2 of tokens that I don't list"


@pytest.mark.parametrize("key", ["router", "quoter", "factory"])
async def test_what_is_no_manager_of_the_factory_is_doubted_and_the_exchange_goes_on(desk: Desk, key: str) -> None:
    registry = desk.devnet.registry
    section = registry.protocols["uniswap-v3"]
    wrong = replace(registry, protocols={"uniswap-v3": {**section, "position_manager": section[key]}})
    found, faults = await find_traders([UniswapV3], wrong, desk.devnet.rpc, {})
    assert found["uniswap-v3"].manager is None
    assert faults == {
        f"uniswap-v3:{section[key]}": f"there is no position manager of the factory {section['factory']}"
    }
