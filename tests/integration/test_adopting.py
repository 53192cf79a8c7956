"""Positions that somebody else's program made: found, told once, counted from then on, moved only after that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.audit import against
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import NetDeposit
from tests.integration.runtime_parts import AAVE, MORPHO, USDC, Whole, deposit, opened, status, withdraw
from tests.integration.schedule_parts import opened as scheduled

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path / "home", devnet_node) as it:
        yield it


def put_in(whole: Whole, units: int) -> None:
    """By another program, from the same account."""
    pool, usdc = whole.world.venues[AAVE].contract.address, whole.token("USDC").address
    whole.send(whole.account, usdc, "approve(address,uint256)", pool, units)
    whole.send(whole.account, pool, "supply(address,uint256,address,uint16)", usdc, units, whole.account, 0)


def later(whole: Whole, seconds: int) -> None:
    whole.chain.call("evm_increaseTime", seconds)
    whole.chain.call("evm_mine")


async def net(whole: Whole, venue: str = AAVE) -> NetDeposit | None:
    found = await whole.world.ledger.net_deposits(whole.account)
    return found.get((venue, str(whole.token("USDC").address)))


async def told(whole: Whole) -> list[str]:
    rows = await whole.world.ledger._store.read(
        lambda db: [row[0] for row in db.execute("SELECT body_json FROM outbox WHERE inbox_id IS NULL")]
    )
    return [row for row in rows if "that I didn't put there" in row]


async def test_what_others_put_in_is_told_once_and_earns_from_then_on(whole: Whole) -> None:
    await whole.say("hello")
    put_in(whole, 500 * USDC)
    shown = await whole.say("portfolio")
    assert shown.table is not None
    (row,) = [row for row in shown.table.rows if row[0] == AAVE]
    assert float(row[4].split()[0]) == 0  # nothing of it was earned here
    for _ in range(2):
        await whole.say("portfolio")
    (said,) = await told(whole)
    assert "I found 500" in said
    first = await net(whole)
    assert first is not None
    assert 500 * USDC - 1 <= first.deposited <= 500 * USDC + 1
    later(whole, 30 * 86_400)
    for _ in range(2):  # a month's interest is interest
        await whole.say("portfolio")
    assert await net(whole) == first
    earned = await whole.position(AAVE) - first.deposited
    assert earned > USDC
    put_in(whole, 200 * USDC)
    for _ in range(2):
        await whole.say("portfolio")
    second = await net(whole)
    assert second is not None
    assert abs(second.deposited - first.deposited - 200 * USDC) <= 2
    assert len(await told(whole)) == 2
    checked = await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)
    (stands,) = [each for each in checked.standings if each.venue == AAVE]
    assert (stands.adopted, stands.chain.deposited, stands.problem) == (second.deposited, 700 * USDC, "")
    assert earned - 2 <= stands.earned < 2 * earned  # what was adopted may be two units more by Aave's rounding


async def test_our_own_moves_are_never_adopted(whole: Whole) -> None:
    await whole.say("hello")
    for venue in (AAVE, MORPHO):
        await whole.do(deposit("100", venue=venue))
        await whole.say("portfolio")
        later(whole, 86_400)
        await whole.do(deposit("50", venue=venue))
        await whole.say("portfolio")
        await whole.do(withdraw("30", venue=venue))
        await whole.say("portfolio")
        await whole.do(withdraw(None, venue=venue))
        await whole.say("portfolio")
        await whole.do(deposit("70", venue=venue))
        await whole.say("portfolio")
    assert await told(whole) == []
    assert await whole.world.ledger.adoptions(whole.account) == []


async def test_a_mandate_moves_it_only_once_its_user_was_told(devnet_node: Node, tmp_path: Path) -> None:
    async with scheduled(tmp_path, devnet_node) as desk:
        with Rpc(devnet_node.rpc_url) as chain:
            whole = Whole(desk.instance, desk.user, devnet_node, chain)
            await desk.say("keep my usdc well placed, at most 50,000 a venue")
            assert status(await desk.say("yes")) == "settled"
            put_in(whole, 40_000 * USDC)
            await desk.schedule.tick()
            rows = await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)
            assert [row.snapshot["venues"][AAVE]["position"] for row in rows] == ["0"]
            assert len(await told(whole)) == 1
            await desk.advance(7 * 3_600)
            await desk.schedule.tick()
            rows = await desk.world.ledger.decisions_of(desk.user.id, "rebalance", 0)
            assert int(rows[-1].snapshot["venues"][AAVE]["position"]) >= 40_000 * USDC
