"""A real chain that drops, reorganises, gets dear or is used by others: the ledger says what it says."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.audit import against
from agent.errors import Refused
from agent.execution.manager import Manager
from agent.execution.outcome import End
from agent.execution.points import Point, watched
from devnet import Node
from memory.ledger import Ledger
from memory.rows import PlanStatus
from tests.integration.runtime_parts import (
    AAVE,
    BOB,
    MORPHO,
    USDC,
    Whole,
    deposit,
    leave_all,
    opened,
    rule,
    status,
    withdraw,
)
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


class Crash(BaseException):
    """The process ends here: nothing catches it."""


async def crashed(whole: Whole, point: Point) -> str:
    """A deposit whose process ends at a point; its plan's id."""
    plan = await whole.confirmed(deposit("1000"))

    def end(at: Point) -> None:
        if at is point:
            raise Crash

    with pytest.raises(Crash), watched(end):
        await Manager(whole.world.rpc, whole.world.ledger, whole.world.signer).run(plan)
    return plan.plan_id


def base_fee(whole: Whole) -> int:
    return int(whole.chain.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)


def set_base_fee(whole: Whole, wei: int) -> None:
    """Of the next block, which is there at once."""
    whole.chain.call("anvil_setNextBlockBaseFeePerGas", hex(wei))
    whole.chain.call("evm_mine")


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  (what it waits for is another program's)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("depth", [1, 3])
async def test_a_reorganisation_puts_plan_and_position_back_and_mines_them_again(whole: Whole, depth: int) -> None:
    for _ in range(depth + 2):  # anvil can only go back to blocks whose state it still has in memory
        whole.chain.call("evm_mine")
    preview = await whole.ask(deposit("1000"))
    await whole.confirm()
    ledger, before = whole.world.ledger, await whole.attempts()
    whole.chain.call("evm_setAutomine", False)
    whole.chain.call("anvil_reorg", depth, [])
    whole.chain.call("anvil_dropAllTransactions")
    assert await whole.position(MORPHO) == 0
    whole.world.manager.receipt_seconds = 0
    told = await whole.say("how am I doing?")
    assert "reorganised" in told.text
    assert await whole.status(preview) is PlanStatus.RUNNING
    assert await ledger.net_deposits(whole.account) == {}
    assert await ledger.reserved(whole.account) == {str(whole.token("USDC").address): 1000 * USDC}
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    whole.world.manager.receipt_seconds = 120
    assert "Done" in (await whole.say("how am I doing?")).text
    assert await whole.status(preview) is PlanStatus.SETTLED
    assert await whole.position(MORPHO) > 999 * USDC
    after = await whole.attempts()
    assert [each.hash for each in after] == [each.hash for each in before]
    assert [each.block_hash for each in after] != [each.block_hash for each in before]
    assert await ledger.verify_audit() == []
    await whole.do(withdraw(None))


async def test_a_chain_that_is_turned_back_by_hand(whole: Whole) -> None:
    """evm_revert and blocks of another kind on top: the same bytes are mined there."""
    await whole.do(deposit("1000"))
    mark = whole.chain.call("evm_snapshot")
    preview = await whole.ask(deposit("500"))
    await whole.confirm()
    whole.chain.call("evm_revert", mark)
    whole.chain.call("anvil_mine", "0x4", "0x3")
    assert "Done" in (await whole.say("how am I doing?")).text
    assert await whole.status(preview) is PlanStatus.SETTLED
    assert whole.balance("USDC") == 10_000_000 * USDC - 1500 * USDC
    assert whole.nonce() == 4


async def test_a_dropped_transaction_is_sent_again_and_a_dear_one_replaced(whole: Whole, proxy: FaultyNode) -> None:
    """Nothing is mined, the pool forgets, gas doubles: the same number goes out again for more, and counts once."""
    whole.world.manager.replace_seconds = 0.2
    preview = await whole.ask(deposit("1000"))
    whole.chain.call("evm_setAutomine", False)
    running = asyncio.create_task(whole.confirm())
    await until(lambda: bool(proxy.sent()))
    whole.chain.call("anvil_dropAllTransactions")
    set_base_fee(whole, base_fee(whole) * 165 // 100)
    await until(lambda: len(set(proxy.sent())) > 1)
    whole.chain.call("evm_setAutomine", True)
    whole.chain.call("evm_mine")
    reply = await running
    assert status(reply) == "settled", reply.text
    first, second, last = await whole.attempts()
    assert [each.status for each in (first, second, last)] == ["replaced", "mined", "mined"]
    assert (first.nonce, second.nonce, second.replaces) == (0, 0, first.hash)
    assert reply.txs[0]["hash"] == second.hash
    assert whole.balance("USDC") == 10_000_000 * USDC - 1000 * USDC
    assert whole.nonce() == 2
    assert await whole.status(preview) is PlanStatus.SETTLED
    flows = await whole.world.ledger.flows_of_plan((await whole.row(preview)).plan_id)
    assert len([flow for flow in flows if flow.kind == "fee"]) == 2


async def test_a_clean_up_that_gas_forbids_is_done_when_gas_falls(whole: Whole, proxy: FaultyNode) -> None:
    """The plan ends and blocks nobody; the allowance is taken back at a later turn, and that is told."""
    spender = whole.world.venues[AAVE].contract.address

    async def dear() -> None:
        whole.pause_aave()
        set_base_fee(whole, 10**12)

    before = base_fee(whole)
    preview = await whole.ask(deposit("1000", venue=AAVE))
    proxy.before("eth_getTransactionReceipt", dear)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert "an allowance isn't taken back yet: Gas now costs" in reply.text
    assert whole.allowance("USDC", spender) == 1000 * USDC
    assert await whole.status(preview) is PlanStatus.PARTIAL
    assert "taken back" not in (await whole.say("hi")).text
    set_base_fee(whole, before)
    assert "that was left over is taken back now" in (await whole.say("hi")).text
    assert whole.allowance("USDC", spender) == 0
    assert await whole.world.ledger.verify_audit() == []


async def test_a_node_of_another_chain_in_the_middle(whole: Whole, proxy: FaultyNode) -> None:
    await whole.ask(deposit("1000"))
    whole.chain.call("anvil_setChainId", 7)
    try:
        reply = await whole.confirm()
        assert (status(reply), rule(reply)) == ("refused", "unavailable:node")
        assert proxy.sent() == []
    finally:
        whole.chain.call("anvil_setChainId", 31_337)
    assert status(await whole.confirm()) == "settled"


async def test_the_signer_is_killed_between_two_transactions(whole: Whole, proxy: FaultyNode) -> None:
    spender = whole.world.venues[MORPHO].contract.address
    preview = await whole.ask(deposit("1000"))
    client = whole.world.signer
    where = client._where

    async def kill() -> None:
        client._where = lambda: "/nowhere"
        await client.close()

    proxy.before("eth_getTransactionReceipt", kill)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert await whole.status(preview) is PlanStatus.RUNNING
    assert whole.allowance("USDC", spender) == 1000 * USDC
    client._where = where
    assert "taken back" in (await whole.say("hi")).text
    assert whole.allowance("USDC", spender) == 0
    await whole.do(deposit("1000"))


async def test_two_executors_carry_one_plan_out_once(whole: Whole, tmp_path: Path) -> None:
    """Two processes on one file, past the folder's lock: the row lets one of them through."""
    plan = await whole.confirmed(deposit("1000"))
    ledger = await Ledger.open(tmp_path / "home", whole.world.now)
    try:
        managers = [Manager(whole.world.rpc, each, whole.world.signer) for each in (whole.world.ledger, ledger)]
        ends = await asyncio.gather(*(each.run(plan) for each in managers), return_exceptions=True)
    finally:
        await ledger.close()
    assert sorted(each.rule if isinstance(each, Refused) else each.end for each in ends) == [  # type: ignore[union-attr]
        End.SETTLED,
        "single-use",
    ]
    assert whole.nonce() == 2
    assert whole.balance("USDC") == 10_000_000 * USDC - 1000 * USDC


async def test_ledger_and_keystore_in_another_folder(devnet_node: Node, tmp_path: Path) -> None:
    """Copied to another host in the middle of a plan: it goes on there."""
    async with opened(tmp_path / "old", devnet_node) as old:
        plan_id = await crashed(old, Point.NOTED)
    shutil.copytree(tmp_path / "old", tmp_path / "new", ignore=shutil.ignore_patterns("*.sock", "executor.lock"))
    async with opened(tmp_path / "new", devnet_node) as new:
        (told,) = await new.instance.service.recover()
        assert status(told) == "partial"
        assert told.plan is not None
        assert told.plan["id"] == plan_id
        assert new.allowance("USDC", new.world.venues[MORPHO].contract.address) == 0
        await new.do(deposit("1000"))


async def test_a_ledger_of_yesterday_reuses_no_number_and_says_so(devnet_node: Node, tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with opened(home, devnet_node) as first:
        await first.do(deposit("1000"))
    shutil.copytree(home, tmp_path / "yesterday", ignore=shutil.ignore_patterns("*.sock"))
    async with opened(home, devnet_node) as later:
        await later.do(deposit("500"))
    shutil.copy2(tmp_path / "yesterday" / "ledger.db", home / "ledger.db")
    async with opened(home, devnet_node) as restored:
        (told,) = await restored.instance.service.recover()
        assert "2 transactions, number 2 the first, of your account were not sent by me" in told.text
        await restored.ask(deposit("100"))
        assert rule(await restored.confirm()) == "external-use"
        assert restored.nonce() == 4
        await restored.say("acknowledge")
        assert status(await restored.confirm()) == "settled"
        assert [each.nonce for each in await restored.attempts()] == [0, 1, 4, 5]
        await restored.do(withdraw("100"))
        assert await restored.world.ledger.verify_audit() == []


async def test_what_somebody_else_left_waiting_holds_up_no_exit(whole: Whole, proxy: FaultyNode) -> None:
    """Their transaction has the next number and isn't mined: an exit takes its place, and says so."""
    await whole.do(deposit("1000"))
    whole.chain.call("evm_setAutomine", False)
    whole.chain.call("anvil_impersonateAccount", whole.account)
    theirs = {"from": whole.account, "to": BOB, "value": "0x1", "gas": hex(21_000), "nonce": hex(whole.nonce())}
    whole.chain.call("eth_sendTransaction", theirs | {"gasPrice": hex(base_fee(whole))})
    whole.chain.call("anvil_stopImpersonatingAccount", whole.account)
    await whole.ask(deposit("500"))
    refused = await whole.confirm()
    assert status(refused) == "void"
    assert "waits at the node, and I didn't send it" in refused.text
    out = await whole.ask(leave_all())
    assert out.preview is not None
    assert any("Number 2 waits at the node and was not sent by me" in note for note in out.preview.notes)
    already = len(proxy.sent())
    running = asyncio.create_task(whole.confirm())
    await until(lambda: len(proxy.sent()) > already)
    whole.chain.call("evm_mine")
    assert status(await running) == "settled"
    assert await whole.position(MORPHO) == 0
    assert whole.nonce() == 3


async def test_a_stuck_transaction_is_cancelled_by_its_user(whole: Whole) -> None:
    """Sent and never mined, a day ago: a button, or words, free its number, and what happened is said."""
    whole.world.manager.receipt_seconds = 0.2
    whole.chain.call("evm_setAutomine", False)
    await whole.ask(deposit("1000"))
    waiting = await whole.confirm()
    (offer,) = waiting.offers
    assert (offer.label, offer.words) == ("Cancel the transaction that waits", "cancel the stuck transaction")
    set_base_fee(whole, 60 * base_fee(whole))  # far above what was confirmed
    told = await whole.say("portfolio")
    assert "Gas rose above what was confirmed" in told.text
    assert told.offers == (offer,)
    whole.world.executes = False
    assert rule(await whole.say(offer.words)) == "one-executor"
    whole.world.executes = True
    reply = await whole.say(offer.words)
    first, cancellation = await whole.attempts()
    assert "A cancellation of number 0 of your account is sent: a transfer of nothing to yourself, for " in reply.text
    assert first.hash in reply.text
    assert cancellation.hash in reply.text
    whole.chain.call("evm_mine")
    done = await whole.say("portfolio")
    assert "was cancelled before it was mined; nothing moved in it" in done.text
    assert whole.nonce() == 1
    assert {each.hash: each.status for each in await whole.attempts()} == {
        first.hash: "replaced",
        cancellation.hash: "mined",
    }
    assert rule(await whole.say("cancel the stuck transaction")) == "nothing-pending"
    whole.chain.call("evm_setAutomine", True)
    whole.world.manager.receipt_seconds = 120
    set_base_fee(whole, 10**9)
    await whole.do(deposit("1000"))
    assert await whole.world.ledger.verify_audit() == []
    assert (await against(whole.world.ledger, whole.world.rpc, whole.node.chain_file)).problems == ()
