"""What a sandwich took of a trade: a bot goes around it in one block, and its block tells what that cost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chain.rpc_types import RpcError
from agent.money import Address, Amount
from agent.plans import Plan
from agent.replies.reply import Reply
from agent.routes import PoolState
from agent.runtime.sandwiched import look
from devnet import Node
from memory.journal.sandwiches import Sandwich
from tests.integration.swap_parts import ETH, USDC, Swapping, swap, swapping
from tests.servers.sandwich_bot import Leg, SandwichBot

pytestmark = pytest.mark.integration

AHEAD = 12_000 * USDC
NONE = "By its block, no sandwich took any of it."


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def bot(it: Swapping) -> SandwichBot:
    account = Address((await it.devnet.rpc.request("eth_accounts"))[5])
    made = SandwichBot(it.devnet.rpc, it.router, account)
    await made.ready([place(it, "USDC"), place(it, "WETH")])
    return made


def place(it: Swapping, symbol: str) -> Address:
    found = it.world.registry.token(symbol).address
    assert found is not None
    return found


async def carried_out(it: Swapping, bot: SandwichBot, front: Leg, back: Leg) -> Reply:
    """Confirmed; the bot goes around the swap as soon as it sees it."""

    async def watching() -> None:
        await bot.around(await bot.waiting(), front, back)
        await bot.mine()
        await bot.go_on()

    it.before_send(1, bot.hold)  # the approval goes first
    watch = asyncio.create_task(watching())
    reply = await it.confirm()
    await watch
    return reply


async def rows(it: Swapping, reply: Reply) -> list[Sandwich]:
    assert reply.plan is not None
    return await it.world.ledger.sandwiches(str(reply.plan["id"]))


async def test_nobody_around_it(it: Swapping) -> None:
    await it.ask(swap("1000", "USDC", "WETH"))
    reply = await it.confirm()
    assert reply.text.endswith(NONE)
    (row,) = await rows(it, reply)
    assert (row.found, row.units, row.front, row.why) == ("none", 0, "", "")


async def given_alone(it: Swapping, plan: Plan) -> int:
    """WETH that the plan gives with nobody around it: its steps run, and all of that is undone."""
    rpc = it.devnet.rpc
    mark, before = await rpc.request("evm_snapshot"), await it.balance("WETH")
    await rpc.request("anvil_impersonateAccount", it.account)
    for step in plan.steps:
        await it.devnet.send(step.to, step.data, it.account)
    given = await it.balance("WETH") - before
    await rpc.request("evm_revert", mark)
    return given


async def best_pool(it: Swapping) -> PoolState:
    """The one that a trade of USDC for WETH goes through, or most of it."""
    states = (await it.world.snapshot(it.account)).traders["uniswap-v3"]
    usdc, weth = (it.world.registry.token(symbol) for symbol in ("USDC", "WETH"))
    best = it.world.traders["uniswap-v3"].quote(states, usdc, weth, 10**10)
    assert best is not None
    found = next(state for state in states if state.pool == best.pools[0])
    assert isinstance(found, PoolState)
    return found


def legs(it: Swapping, pool: PoolState, ahead: int, behind: int) -> tuple[Leg, Leg]:
    usdc, weth = place(it, "USDC"), place(it, "WETH")
    return Leg(usdc, weth, pool.fee, ahead), Leg(weth, usdc, pool.fee, behind)


async def test_what_was_taken_is_what_it_would_have_given_more(it: Swapping, bot: SandwichBot) -> None:
    plan = await it.plan(await it.ask(swap("60000", "USDC", "WETH")))
    fair, before, pool = await given_alone(it, plan), await it.balance("WETH"), await best_pool(it)
    moved = it.world.traders["uniswap-v3"].moved(pool, pool.token0 == place(it, "USDC"), AHEAD)
    assert moved is not None
    reply = await carried_out(it, bot, *legs(it, pool, AHEAD, moved[0]))
    assert [await bot.did(each) for each in bot.sent] == [True, True]
    took = fair - (await it.balance("WETH") - before)
    (row,) = await rows(it, reply)
    assert (row.found, row.units) == ("taken", took)
    assert took > 0
    assert [row.front, row.back] == bot.sent
    assert f"A sandwich took {Amount(took, it.world.registry.token('WETH'))} of it: {row.front}" in reply.text
    assert await look(it.world, plan) in reply.text  # what `why` says


async def test_two_strangers_are_no_sandwich(it: Swapping, bot: SandwichBot) -> None:
    """One buys ahead, another one sells behind, through everybody's router: nobody took anything."""
    await it.ask(swap("5000", "USDC", "WETH"))
    pool = await best_pool(it)
    front, back = legs(it, pool, AHEAD, ETH)
    other = SandwichBot(bot.rpc, bot.router, Address((await bot.rpc.request("eth_accounts"))[6]))
    await other.ready([place(it, "USDC"), place(it, "WETH")])

    async def watching() -> None:
        offered = int((await bot.waiting())["maxFeePerGas"], 16)
        await bot.swap(front, offered + 1)
        await other.swap(back, offered - 1)
        await bot.mine()
        await bot.go_on()

    it.before_send(1, bot.hold)
    watch = asyncio.create_task(watching())
    reply = await it.confirm()
    await watch
    assert reply.text.endswith(NONE)


async def test_what_can_not_be_read_is_unknown_and_looked_at_again(it: Swapping) -> None:
    """The settlement stands as it is; asked again, it may be known."""
    request, denied = it.world.rpc.request, [True]

    async def without_logs(method: str, *params: object) -> object:
        if method == "eth_getLogs" and denied[0]:
            raise RpcError(-32005, "query limit exceeded")
        return await request(method, *params)

    it.world.rpc.request = without_logs  # type: ignore[method-assign]
    plan = await it.plan(await it.ask(swap("100", "USDC", "WETH")))
    reply = await it.confirm()
    assert reply.verdict is not None
    assert reply.verdict.status == "settled"
    assert "Whether a sandwich took any of it isn't known: query limit exceeded." in reply.text
    assert [row.found for row in await rows(it, reply)] == ["unknown"]
    denied[0] = False
    assert await look(it.world, plan) == NONE
    assert [row.found for row in await rows(it, reply)] == ["none"]
