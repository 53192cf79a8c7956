"""A sandwich on v4 is read from its block: what it took, of which token, whichever way the swap's hops are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.money import Address
from agent.replies.reply import Reply
from agent.routes import AnyPool
from devnet import Node
from memory.journal.sandwiches import Sandwich
from plugins.uniswap.after import through, way_of
from plugins.uniswap.v4.keys import COIN
from tests.integration.swap_parts import ETH, USDC, Swapping, swap, swapping
from tests.integration.v4_parts import alone, best, trader_of
from tests.servers.sandwich_bot import Leg, SandwichBot

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def it(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Swapping]:
    async with swapping(devnet_node, tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def bot(it: Swapping) -> SandwichBot:
    trader = trader_of(it)
    assert trader.through is not None
    account = Address((await it.devnet.rpc.request("eth_accounts"))[5])
    made = SandwichBot(
        it.devnet.rpc, trader.contract.address, account, v4=(trader.contract.address, trader.through.address)
    )
    await made.ready([it.world.registry.token("USDC").place])
    return made


async def pools_now(it: Swapping) -> dict[Address, AnyPool]:
    return {pool.pool: pool for pool in (await it.world.snapshot(it.account)).traders["uniswap-v4"]}


async def carried_out(it: Swapping, bot: SandwichBot, start: Address, units: int, first: int) -> Reply:
    """Confirmed; the bot goes around it in the pool of ETH and USDC, with `units` of `start` ahead of it."""
    usdc = it.world.registry.token("USDC").place
    (pool,) = [each for each in trader_of(it).pools if each.key.currency1 == usdc]
    moved = trader_of(it).moved((await pools_now(it))[pool.id], start == COIN, units)
    assert moved is not None
    end = pool.key.currency1 if start == COIN else COIN
    legs = Leg(start, end, 500, units, pool.key), Leg(end, start, 500, moved[0], pool.key)

    async def watching() -> None:
        await bot.around(await bot.waiting(), *legs)
        await bot.mine()
        await bot.go_on()

    it.before_send(first, bot.hold)
    watch = asyncio.create_task(watching())
    reply = await it.confirm()
    await watch
    assert [await bot.did(each) for each in bot.sent] == [True, True]
    return reply


async def told(it: Swapping, reply: Reply) -> Sandwich:
    assert reply.plan is not None
    (row,) = await it.world.ledger.sandwiches(str(reply.plan["id"]))
    return row


async def test_of_coin_in(it: Swapping, bot: SandwichBot) -> None:
    alone(it, ("ETH", "USDC"))
    trade, before = await best(it, "WETH", "USDC", 3 * ETH), await it.balance("USDC")
    await it.ask(swap("3", "ETH", "USDC"))
    reply = await carried_out(it, bot, COIN, ETH // 2, first=0)
    row, usdc = await told(it, reply), it.world.registry.token("USDC")
    assert (row.found, row.token) == ("taken", usdc.place)
    assert row.units == trade.units_out - (await it.balance("USDC") - before) > 0
    assert [row.front, row.back] == bot.sent
    assert "A sandwich took " in reply.text
    assert " USDC of it" in reply.text


async def test_of_coin_out(it: Swapping, bot: SandwichBot) -> None:
    alone(it, ("ETH", "USDC"))
    trade = await best(it, "USDC", "WETH", 3_000 * USDC)
    plan = await it.plan(await it.ask(swap("3000", "USDC", "ETH")))
    reply = await carried_out(it, bot, it.world.registry.token("USDC").place, 1_000 * USDC, first=2)
    row = await told(it, reply)
    flows = await it.world.ledger.flows_of_plan(plan.plan_id)
    (got,) = [flow.units for flow in flows if flow.token == "native" and flow.units > 0]
    assert (row.found, row.token, row.units) == ("taken", COIN, trade.units_out - got)
    assert row.units > 0
    assert " ETH of it" in reply.text


async def test_of_an_exact_output_whose_last_hop_is_told_first(it: Swapping, bot: SandwichBot) -> None:
    """What the USDC that it took would have given more of DAI, not anything of the ETH in between."""
    alone(it, ("ETH", "USDC"), ("ETH", "DAI"))
    trade, before = await best(it, "USDC", "DAI", 2_000 * 10**18, exact_out=True), await it.balance("USDC")
    (part,) = trade.parts
    assert len(part.pools) == 2
    await it.ask(swap(None, "USDC", "DAI", out="2000"))
    alike = await pools_now(it)
    reply = await carried_out(it, bot, it.world.registry.token("USDC").place, 1_000 * USDC, first=2)
    took, row = before - await it.balance("USDC"), await told(it, reply)
    assert took > trade.units_in
    done = through(alike, way_of(part, alike), took)
    assert done is not None
    assert (row.found, row.token) == ("taken", it.world.registry.token("DAI").place)
    assert row.units == done.units_out - 2_000 * 10**18 > 0
