"""Numbers that are missing, a node that is behind, bytes that are there already, a signer that is shot."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.execution.broadcast import broadcast
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from devnet import Node
from memory.rows import AttemptKind, AttemptStatus, PlanStatus
from tests.integration.runtime_parts import MORPHO, USDC, Whole, deposit, opened, rule, status
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration

SEND = "eth_sendRawTransaction"


@pytest_asyncio.fixture
async def proxy(devnet_node: Node) -> AsyncIterator[FaultyNode]:
    async with FaultyNode(devnet_node.rpc_url) as it:
        yield it


@pytest_asyncio.fixture
async def whole(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path / "home", devnet_node, proxy.url) as it:
        yield it
        it.chain.call("evm_setAutomine", True)


def spender(whole: Whole) -> int:
    return whole.allowance("USDC", whole.world.venues[MORPHO].contract.address)


async def test_a_number_that_is_missing_is_used_up_by_a_cancellation(whole: Whole, proxy: FaultyNode) -> None:
    """A reorganisation undoes both transactions, and the first isn't taken again: the second waits for its number."""
    for _ in range(4):  # anvil can only go back to blocks whose state it still has in memory
        whole.chain.call("evm_mine")
    preview = await whole.ask(deposit("1000"))
    assert status(await whole.confirm()) == "settled"
    first, second = await whole.attempts()
    whole.chain.call("evm_setAutomine", False)
    whole.chain.call("anvil_reorg", 2, [])
    whole.chain.call("anvil_dropAllTransactions")
    whole.world.manager.receipt_seconds = 0.2
    proxy.answer(SEND, -32000, "insufficient funds for gas * price + value")
    await whole.say("portfolio")
    await whole.say("portfolio")
    assert {each.hash: each.status for each in await whole.attempts()}[second.hash] is AttemptStatus.SIGNED
    cancellations = [each for each in await whole.attempts() if each.kind is AttemptKind.CANCEL]
    assert [each.nonce for each in cancellations] == [first.nonce]
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    whole.world.manager.receipt_seconds = 120
    told = await whole.say("portfolio")
    assert await whole.status(preview) is PlanStatus.PARTIAL, told.text
    assert await whole.position(MORPHO) == 0
    assert spender(whole) == 0
    await whole.do(deposit("1000"))
    mined = [each.nonce for each in await whole.attempts() if each.mined]
    assert sorted(mined) == list(range(whole.nonce()))
    assert await whole.world.ledger.verify_audit() == []


async def test_a_node_that_falls_behind_in_the_middle_signs_nothing_more(whole: Whole, proxy: FaultyNode) -> None:
    before = whole.chain.number("eth_blockNumber")

    def fall_behind(at: Point) -> None:
        if at is Point.NOTED:
            proxy.stuck_at = before

    await whole.ask(deposit("1000"))
    with watched(fall_behind):
        waiting = await whole.confirm()
    assert "it is behind, or on another branch" in waiting.text
    assert len(proxy.sent()) == whole.nonce() == 1
    assert rule(await whole.say("cancel the stuck transaction")) == "nothing-pending"
    proxy.stuck_at = None
    assert "Stopped" in (await whole.say("portfolio")).text
    assert spender(whole) == 0
    await whole.do(deposit("1000"))


async def test_bytes_that_the_node_has_already_are_there(whole: Whole, proxy: FaultyNode) -> None:
    """In anvil's own words, while they wait and once they are mined."""

    class Crash(BaseException):
        pass

    def end(at: Point) -> None:
        if at is Point.RECORDED:
            raise Crash

    plan = await whole.confirmed(deposit("1000"))
    manager = whole.world.manager
    with pytest.raises(Crash), watched(end):
        await manager.run(plan)
    (attempt,) = await whole.attempts()
    whole.chain.call("evm_setAutomine", False)
    whole.chain.call(SEND, "0x" + attempt.raw.hex())
    await broadcast(manager, attempt, first=True)
    assert len(proxy.sent()) == 1  # it was refused, and nothing is lost
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    await broadcast(manager, attempt, first=True)
    ((_, outcome),) = await whole.recover(Manager(whole.world.rpc, whole.world.ledger, whole.world.signer))
    assert outcome.end is End.PARTIAL
    assert outcome.txs[0].hash == attempt.hash
    assert (whole.nonce(), spender(whole)) == (2, 0)


async def test_a_signer_that_is_shot_between_two_transactions(devnet_node: Node, tmp_path: Path) -> None:
    """SIGKILL, and the next start's signer knows by its record what was signed."""
    home = tmp_path / "home"
    async with opened(home, devnet_node) as whole:
        pid = int((await whole.world.signer.status())["pid"])

        def shoot(at: Point) -> None:
            if at is Point.NOTED and whole.nonce() == 1:
                os.kill(pid, signal.SIGKILL)

        await whole.ask(deposit("1000"))
        with watched(shoot):
            waiting = await whole.confirm()
        assert status(waiting) == "partial"
        assert "signer can't be reached" in waiting.text
        assert spender(whole) == 1000 * USDC
        assert whole.nonce() == 1
    async with opened(home, devnet_node) as whole:
        (told,) = await whole.instance.service.recover()
        assert "Stopped" in told.text
        assert spender(whole) == 0
        assert [each.nonce for each in await whole.attempts()] == [0, 1]
        await whole.do(deposit("1000"))


@pytest.mark.parametrize("jump", [86_400, -86_400])
async def test_a_clock_that_jumps_while_a_transaction_waits(whole: Whole, proxy: FaultyNode, jump: int) -> None:
    """It is replaced all the same, and settled once; what its user says afterwards goes by the new day."""
    whole.world.manager.replace_seconds = 0.2
    now = whole.world.now
    preview = await whole.ask(deposit("1000"))
    whole.chain.call("evm_setAutomine", False)
    running = asyncio.create_task(whole.confirm())
    async with asyncio.timeout(20):
        while not proxy.sent():  # noqa: ASYNC110  (what it waits for is another program's)
            await asyncio.sleep(0.02)
    whole.world.now = whole.world.ledger._now = lambda: now() + jump
    whole.chain.call("anvil_dropAllTransactions")
    fee = int(whole.chain.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
    whole.chain.call("anvil_setNextBlockBaseFeePerGas", hex(fee * 165 // 100))
    whole.chain.call("evm_mine")
    async with asyncio.timeout(20):
        while len(set(proxy.sent())) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    reply = await running
    assert status(reply) in ("settled", "partial"), reply.text
    assert await whole.status(preview) in (PlanStatus.SETTLED, PlanStatus.PARTIAL)
    assert sorted(each.nonce for each in await whole.attempts() if each.mined) == list(range(whole.nonce()))
    assert await whole.world.ledger.verify_audit() == []
