"""Plans that can't go on: what is done, what is taken back, what the user is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from devnet import Node
from memory.rows import AttemptStatus, PlanStatus
from tests.integration.runtime_parts import AAVE, MORPHO, USDC, Whole, deposit, opened, rule, status, withdraw
from tests.servers.faulty_node import Fault, FaultyNode

pytestmark = pytest.mark.integration

SEND = "eth_sendRawTransaction"


@pytest_asyncio.fixture
async def whole(devnet_node: Node, proxy: FaultyNode, tmp_path: Path) -> AsyncIterator[Whole]:
    async with opened(tmp_path, devnet_node, proxy.url) as it:
        yield it


async def test_a_step_that_reverts_after_its_approval(whole: Whole, proxy: FaultyNode) -> None:
    """The venue is paused between the two transactions: the allowance is taken back, nothing else moved."""
    spender = whole.world.venues[AAVE].contract.address
    before = whole.balance("USDC")

    async def pause() -> None:
        assert whole.allowance("USDC", spender) == 1000 * USDC
        whole.pause_aave()

    preview = await whole.ask(deposit("1000", venue=AAVE))
    proxy.before(SEND, None, pause)
    reply = await whole.confirm()
    assert (status(reply), rule(reply)) == ("partial", "execution")
    assert [tx["status"] for tx in reply.txs] == ["mined", "reverted", "mined"]
    assert "reverted" in reply.text
    assert "Not done: supply of Aave v3 core Pool" in reply.text
    assert "allowance of USDC taken back" in reply.text
    assert whole.allowance("USDC", spender) == 0
    assert whole.balance("USDC") == before
    assert await whole.status(preview) is PlanStatus.PARTIAL
    assert await whole.world.ledger.net_deposits(whole.account) == {}
    assert await whole.world.ledger.reserved(whole.account) == {}
    whole.pause_aave(False)
    await whole.do(deposit("1000", venue=AAVE))  # the account goes on


async def test_a_transaction_that_the_node_refuses_is_not_there_and_blocks_nothing(
    whole: Whole, proxy: FaultyNode
) -> None:
    preview = await whole.ask(deposit("1000"))
    proxy.answer(SEND, -32000, "insufficient funds for gas * price + value")
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "Nothing was sent" in reply.text
    assert whole.nonce() == 0
    (attempt,) = await whole.world.ledger.attempts((await whole.row(preview)).plan_id)
    assert attempt.status is AttemptStatus.LOST
    await whole.do(deposit("999"))
    assert whole.balance("USDC") == 10_000_000 * USDC - 999 * USDC


async def test_the_second_transaction_refused_takes_the_allowance_back(whole: Whole, proxy: FaultyNode) -> None:
    spender = whole.world.venues[MORPHO].contract.address
    await whole.ask(deposit("1000"))
    proxy.before(SEND, None)

    async def refuse_next() -> None:
        proxy.answer(SEND, -32000, "max fee per gas less than block base fee")

    proxy.before("eth_getTransactionReceipt", refuse_next)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert whole.allowance("USDC", spender) == 0
    assert whole.nonce() == 2  # the approval and what took it back
    await whole.do(deposit("1000"))


async def test_the_fate_of_a_clean_up_is_looked_up_too(whole: Whole, proxy: FaultyNode) -> None:
    """The deposit is refused, the answer to its clean-up is lost: the refused bytes are never sent again."""

    async def refuse_next() -> None:
        proxy.answer(SEND, -32000, "insufficient funds for gas * price + value")

    preview = await whole.ask(deposit("1000"))
    proxy.before("eth_getTransactionReceipt", refuse_next)
    proxy.fail(SEND, None, None, Fault.LOSE)
    reply = await whole.confirm()
    assert await whole.status(preview) is PlanStatus.RUNNING
    assert [tx["status"] for tx in reply.txs] == ["mined", "pending"]
    approval, refused, clean_up = await whole.attempts()
    assert (refused.status, refused.nonce) == (AttemptStatus.LOST, clean_up.nonce)
    later = await whole.say("hi")
    assert "taken back" in later.text
    assert await whole.status(preview) is PlanStatus.PARTIAL
    assert proxy.sent() == ["0x" + each.raw.hex() for each in (approval, clean_up)]
    assert [each.status for each in await whole.attempts()] == ["mined", "lost", "mined"]
    await whole.do(deposit("1000"))


async def test_an_error_that_says_nothing_leaves_the_fate_open(whole: Whole, proxy: FaultyNode) -> None:
    """A rate limit is no refusal: the transaction may have arrived."""
    preview = await whole.ask(deposit("1000"))
    proxy.answer(SEND, -32005, "rate limit exceeded")
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert [tx["status"] for tx in reply.txs] == ["pending"]
    assert await whole.status(preview) is PlanStatus.RUNNING
    assert whole.nonce() == 0
    later = await whole.say("how am I doing?")
    assert "taken back" in later.text
    assert await whole.status(preview) is PlanStatus.PARTIAL
    assert whole.nonce() == 2


async def test_the_nonce_is_taken_elsewhere_in_the_middle_of_a_plan(whole: Whole, proxy: FaultyNode) -> None:
    """Somebody else signs with the same key: the approval's successor finds its nonce gone."""
    bob = whole.chain.call("eth_accounts")[5]

    async def send_elsewhere() -> None:
        whole.send(whole.account, whole.token("USDC").address, "transfer(address,uint256)", bob, 1)

    await whole.ask(deposit("1000"))
    proxy.before(SEND, None, send_elsewhere)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert whole.allowance("USDC", whole.world.venues[MORPHO].contract.address) == 0
    assert await whole.position(MORPHO) == 0
    assert whole.nonce() == 3
    await whole.ask(deposit("1000"))
    assert rule(await whole.confirm()) == "external-use"
    await whole.say("acknowledge")
    await whole.do(deposit("1000"))


async def test_what_moved_is_held_against_what_was_confirmed(whole: Whole, proxy: FaultyNode) -> None:
    """Interest of a month comes between the simulation and the block: more than the bounds, and it is said."""
    await whole.do(deposit("1000000"))

    async def a_month() -> None:
        whole.chain.call("anvil_mine", "0x2", hex(30 * 86_400))

    await whole.ask(withdraw(None))
    proxy.before(SEND, a_month)
    reply = await whole.confirm()
    assert status(reply) == "partial"
    assert "outside of" in reply.text
    assert await whole.position(MORPHO) == 0
    assert whole.balance("USDC") > 10_000_000 * USDC


async def test_gas_that_rose_above_what_was_confirmed(whole: Whole, proxy: FaultyNode) -> None:
    await whole.ask(deposit("1000"))
    whole.chain.call("anvil_setNextBlockBaseFeePerGas", hex(10**11))
    whole.chain.call("evm_mine")
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert "Gas now costs" in reply.text
    assert (whole.nonce(), proxy.sent()) == (0, [])
    whole.chain.call("anvil_setNextBlockBaseFeePerGas", hex(10**9))  # going back in time doesn't bring it down
    whole.chain.call("evm_mine")


async def test_a_locked_signer_sends_nothing(whole: Whole, proxy: FaultyNode) -> None:
    preview = await whole.ask(deposit("1000"))
    await whole.world.signer.lock()
    reply = await whole.confirm()
    assert status(reply) == "void"
    assert await whole.status(preview) is PlanStatus.VOID
    assert proxy.sent() == []
