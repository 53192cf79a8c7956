"""After a crash or with a node that is gone: the fate of what was signed is looked up, nothing is sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import devnet
from agent.chain.rpc import Rpc
from agent.execution.manager import Manager
from agent.execution.outcome import End
from devnet import Node
from memory.rows import AttemptStatus, PlanStatus
from tests.integration.runtime_parts import (
    MORPHO,
    USDC,
    Whole,
    deposit,
    opened,
    rule,
    status,
    withdraw,
)
from tests.servers.faulty_node import Fault, FaultyNode

pytestmark = pytest.mark.integration

SEND, RECEIPT = "eth_sendRawTransaction", "eth_getTransactionReceipt"


class Crash(BaseException):
    """The process ends here: nothing catches it."""


class Falling(Rpc):
    """A node's client in a process that dies when it would send its `survived + 1`-th transaction."""

    survived = 0

    async def send_raw(self, signed: bytes) -> str:
        if not self.survived:
            raise Crash
        self.survived -= 1
        return await super().send_raw(signed)


@pytest_asyncio.fixture
async def whole(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path, devnet_node, proxy.url) as it:
        yield it


async def crash(whole: Whole, survived: int = 0) -> str:
    """A plan whose process dies between the journal and the broadcast of step `survived`; its id."""
    plan = await whole.confirmed(deposit("1000"))
    falling = Falling(whole.world.rpc.url)
    falling.survived = survived
    with pytest.raises(Crash):
        await Manager(falling, whole.world.ledger, whole.world.signer).run(plan)
    await falling.close()
    return plan.plan_id


def fresh(whole: Whole) -> Manager:
    return Manager(whole.world.rpc, whole.world.ledger, whole.world.signer)


async def test_killed_between_journal_and_broadcast(whole: Whole, proxy: FaultyNode) -> None:
    plan_id = await crash(whole)
    (signed,) = await whole.attempts()
    assert (signed.status, whole.nonce(), proxy.sent()) == (AttemptStatus.SIGNED, 0, [])
    ((plan, outcome),) = await whole.recover(fresh(whole))
    assert plan.plan_id == plan_id
    assert outcome.end is End.PARTIAL  # the approval was mined, then taken back; the deposit was never signed
    assert proxy.sent()[0] == "0x" + signed.raw.hex()
    assert whole.nonce() == len(proxy.sent()) == 2
    assert whole.allowance("USDC", whole.world.venues[MORPHO].contract.address) == 0
    assert await whole.recover(fresh(whole)) == []


async def test_killed_with_the_last_step_in_the_journal(whole: Whole, proxy: FaultyNode) -> None:
    """The bytes that were signed go out, and the plan is whole."""
    before = whole.balance("USDC")
    plan_id = await crash(whole, survived=1)
    ((_, outcome),) = await whole.recover(fresh(whole))
    assert outcome.end is End.SETTLED
    assert whole.balance("USDC") == before - 1000 * USDC
    raws = ["0x" + attempt.raw.hex() for attempt in await whole.attempts()]
    assert proxy.sent() == raws
    assert [attempt.status for attempt in await whole.attempts()] == [AttemptStatus.MINED] * 2
    row = await whole.world.ledger.plan(plan_id)
    assert row is not None
    assert row.status is PlanStatus.SETTLED
    assert len(await whole.world.ledger.flows_of_plan(plan_id)) >= 3  # what moved, and two fees


async def test_killed_before_anything_was_signed(whole: Whole, proxy: FaultyNode) -> None:
    plan = await whole.confirmed(deposit("1000"))
    ((_, outcome),) = await whole.recover(fresh(whole))
    assert (outcome.end, outcome.reason) == (End.VOID, "I was stopped before anything was sent")
    assert proxy.sent() == []
    assert await whole.world.ledger.reserved(whole.account) == {}
    row = await whole.world.ledger.plan(plan.plan_id)
    assert row is not None
    assert row.status is PlanStatus.VOID


async def test_the_whole_program_starts_again(devnet_node: Node, tmp_path: Path) -> None:
    """Another process on the same folder: it says what became of the plan, and goes on."""
    async with opened(tmp_path, devnet_node) as first:
        before = first.balance("USDC")
        await crash(first, survived=1)
    async with opened(tmp_path, devnet_node) as second:
        told = await second.instance.service.recover()
        assert [status(reply) for reply in told] == ["settled"]
        assert second.balance("USDC") == before - 1000 * USDC
        assert await second.instance.service.recover() == []
        await second.do(withdraw("500"))
        assert second.balance("USDC") == before - 500 * USDC


async def test_the_answer_to_a_broadcast_is_lost(whole: Whole, proxy: FaultyNode) -> None:
    """The transaction is mined, and nobody was told: it is found by its hash, not sent again."""
    await whole.do(deposit("1000"))
    before, arrived = whole.balance("USDC"), len(proxy.sent())
    preview = await whole.ask(withdraw("400"))
    proxy.fail(SEND, Fault.LOSE)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert [tx["status"] for tx in reply.txs] == ["pending"]
    assert await whole.status(preview) is PlanStatus.RUNNING
    later = await whole.say("hi")
    assert "Done" in later.text
    assert await whole.status(preview) is PlanStatus.SETTLED
    assert whole.balance("USDC") == before + 400 * USDC
    assert len(proxy.sent()) == arrived + 1


async def test_a_broadcast_that_never_arrived_is_sent_again_in_the_same_bytes(
    whole: Whole, proxy: FaultyNode
) -> None:
    await whole.do(deposit("1000"))
    before = whole.balance("USDC")
    await whole.ask(withdraw("400"))
    proxy.fail(SEND, Fault.REFUSE)
    assert status(await whole.confirm()) == "partial"
    assert whole.balance("USDC") == before
    await whole.say("hi")
    assert whole.balance("USDC") == before + 400 * USDC
    last = (await whole.attempts())[-1]
    assert proxy.sent()[-1] == "0x" + last.raw.hex()
    assert whole.nonce() == len(proxy.sent()) == 3


async def test_the_node_is_gone_after_signing_and_comes_back(whole: Whole, proxy: FaultyNode) -> None:
    preview = await whole.ask(deposit("1000"))

    async def gone() -> None:
        proxy.down = True

    proxy.before(RECEIPT, gone)
    proxy.fail(RECEIPT, Fault.LOSE)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert "nothing is sent twice" in reply.text
    assert await whole.status(preview) is PlanStatus.RUNNING
    still = await whole.say("how am I doing?")
    assert (status(still), rule(still)) == ("refused", "unavailable:node")
    assert await whole.status(preview) is PlanStatus.RUNNING
    proxy.down = False
    back = await whole.say("how am I doing?")
    assert "taken back" in back.text
    assert "You hold" in back.text
    assert await whole.status(preview) is PlanStatus.PARTIAL
    assert whole.nonce() == len(proxy.sent()) == 2
    await whole.do(deposit("1000"))


async def test_the_end_of_a_plan_is_told_even_where_the_message_is_refused(whole: Whole, proxy: FaultyNode) -> None:
    await whole.do(deposit("1000"))
    await whole.ask(withdraw("400"))
    proxy.fail(SEND, Fault.LOSE)
    await whole.confirm()
    reply = await whole.say("confirm")
    assert rule(reply) == "nothing-pending"
    assert "Done" in reply.text
    assert len(reply.txs) == 1


async def test_the_node_dies_between_the_last_receipt_and_the_books(whole: Whole, proxy: FaultyNode) -> None:
    """All is mined; what is left is to write it down, and that is not forgotten."""
    await whole.do(deposit("1000"))
    preview = await whole.ask(withdraw("400"))

    async def settle_reads_the_block() -> None:
        proxy.fail("eth_getBlockByNumber", Fault.REFUSE)

    proxy.before(RECEIPT, settle_reads_the_block)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert [tx["status"] for tx in reply.txs] == ["mined"]
    assert await whole.status(preview) is PlanStatus.RUNNING
    assert "Done" in (await whole.say("hi")).text
    net = (await whole.world.ledger.net_deposits(whole.account))[MORPHO, str(whole.token("USDC").address)]
    assert (net.deposited, net.withdrawn) == (1000 * USDC, 400 * USDC)


async def test_no_new_plan_runs_while_one_is_open(whole: Whole) -> None:
    """A transaction that waits in the pool: the next confirmation waits too, and its preview isn't used up."""
    await whole.do(deposit("1000"))
    first = await whole.ask(withdraw("400"))
    whole.chain.call("evm_setAutomine", False)
    whole.world.manager.receipt_seconds = 0
    assert [tx["status"] for tx in (await whole.confirm()).txs] == ["pending"]
    second = await whole.ask(withdraw("100"))
    reply = await whole.confirm()
    assert (status(reply), rule(reply)) == ("refused", "under-way")
    assert await whole.status(second) is PlanStatus.PROPOSED
    assert whole.nonce() == 2
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    assert "Done" in (await whole.say("hi")).text
    assert await whole.status(first) is PlanStatus.SETTLED
    whole.world.manager.receipt_seconds = 120
    assert status(await whole.confirm()) == "settled"
    assert whole.balance("USDC") == 10_000_000 * USDC - 500 * USDC


async def test_replaced_by_a_transaction_of_the_same_nonce(whole: Whole, proxy: FaultyNode) -> None:
    """While we were gone somebody used the nonce: our transaction can never be mined, and that is said."""
    await crash(whole)
    whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", whole.account, 1)
    ((_, outcome),) = await whole.recover(fresh(whole))
    assert outcome.end is End.VOID
    assert "Number 0 was used before mine was mined" in outcome.reason
    (attempt,) = await whole.attempts()
    assert attempt.status is AttemptStatus.REPLACED
    (stranger,) = await whole.world.ledger.strangers(whole.account)
    assert (stranger.nonce, stranger.block) == (0, whole.chain.number("eth_blockNumber"))
    await whole.ask(deposit("1000"))
    assert rule(await whole.confirm()) == "external-use"
    await whole.say("acknowledge")
    await whole.do(deposit("1000"))


async def test_the_node_is_killed_between_preview_and_confirmation(tmp_path: Path, devnet_session: Node) -> None:
    with devnet.start(tmp_path / "node") as node:
        async with opened(tmp_path / "home", node) as whole:
            preview = await whole.say("put 1,000 USDC to work")
            assert status(preview) == "ready"
            node.stop()
            for word in ("confirm", "confirm", "/confirm"):
                reply = await whole.say(word)
                assert (status(reply), rule(reply)) == ("refused", "unavailable:node"), word
            assert await whole.status(preview) is PlanStatus.PROPOSED
            assert await whole.attempts() == []


async def test_the_node_comes_back_before_the_preview_expires(whole: Whole, proxy: FaultyNode) -> None:
    await whole.say("put 1,000 USDC to work")
    proxy.down = True
    assert rule(await whole.say("confirm")) == "unavailable:node"
    proxy.down = False
    assert status(await whole.say("confirm")) == "settled"
    assert whole.nonce() == 2
