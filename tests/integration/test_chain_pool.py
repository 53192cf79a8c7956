"""Several endpoints: real proxies in front of a real node, each with faults of its own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.chain.endpoints import endpoints
from agent.chain.health import MAX_BEHIND, REST_SECONDS
from agent.chain.pool import ASKED_AGAIN, Pool
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.errors import Refused, Unavailable
from agent.execution.manager import Manager
from agent.money import Address
from devnet import Node
from tests.integration.runtime_parts import Whole, deposit, opened, status
from tests.servers.faulty_node import Fault, FaultyNode

pytestmark = pytest.mark.integration

NOBODY = Address("0x000000000000000000000000000000000000dEaD")


class Waits:
    """A clock and a sleep that only count."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@contextlib.asynccontextmanager
async def pooled(node: Node, count: int = 2) -> AsyncIterator[tuple[Pool, list[FaultyNode], Waits]]:
    waits = Waits()
    async with contextlib.AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(FaultyNode(node.rpc_url)) for _ in range(count)]
        pool = Pool([Rpc(proxy.url) for proxy in proxies], waits.clock, waits.sleep)
        stack.push_async_callback(pool.close)
        yield pool, proxies, waits


def methods(proxy: FaultyNode) -> list[str]:
    return [method for method, _ in proxy.arrived]


async def test_reads_stay_with_the_first_until_it_fails_and_come_back_after_its_rest(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), waits):
        chain_id = await pool.chain_id()
        assert (methods(one), methods(two)) == (["eth_chainId"], [])
        one.down = True
        assert await pool.chain_id() == chain_id
        assert methods(two) == ["eth_chainId"]
        one.down = False
        waits.now = REST_SECONDS - 0.1
        await pool.chain_id()
        assert (len(one.arrived), len(two.arrived)) == (1, 2)
        waits.now = REST_SECONDS
        await pool.chain_id()
        assert (len(one.arrived), len(two.arrived)) == (2, 2)


async def test_one_that_hangs_is_left_after_its_time(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        one.hanging, pool.nodes[0].timeout = True, 0.2
        assert (await pool.block()).number >= 0
        assert methods(two) == ["eth_getBlockByNumber"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-32005, "limit exceeded"),
        (429, "Too Many Requests"),
        (-32601, "Method not found"),
        (-32000, "header not found"),
    ],
)
async def test_an_endpoints_own_trouble_is_not_the_chains(devnet_node: Node, code: int, message: str) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        one.answer("eth_getBalance", code, message)
        assert await pool.balance(NOBODY) >= 0
        assert methods(two) == ["eth_getBalance"]


async def test_the_chains_own_answer_is_final(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        one.answer("eth_call", 3, "execution reverted")
        with pytest.raises(RpcError, match="reverted"):
            await pool.call(NOBODY, b"")
        assert two.arrived == []


async def test_all_down(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        one.down = two.down = True
        with pytest.raises(Unavailable):
            await pool.chain_id()
        with pytest.raises(Unavailable, match="No endpoint"):
            await pool.nonce(NOBODY, "pending")
        one.down = False
        assert await pool.chain_id() == 31337  # one that rests is asked when there is no other


async def test_a_stale_head_is_not_the_head(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        stale = await pool.request("eth_getBlockByNumber", "latest", False)
        await pool.request("anvil_mine", hex(MAX_BEHIND + 1))
        head = await pool.request("eth_getBlockByNumber", "latest", False)
        assert (await pool.block()).number == int(head["number"], 16)
        one.always("eth_getBlockByNumber", stale)
        assert (await pool.block()).number == int(head["number"], 16)
        assert methods(two) == ["eth_getBlockByNumber"]


@pytest.mark.parametrize(
    ("method", "lie", "about"),
    [
        ("eth_chainId", "0x1", "the chain's id"),
        ("eth_blockNumber", hex(10**6), "the head"),
        ("eth_getTransactionCount", "0x7", "nonce"),
    ],
)
async def test_disagreement_stops_before_a_nonce_is_given(
    devnet_node: Node, method: str, lie: str, about: str
) -> None:
    async with pooled(devnet_node, 3) as (pool, (_, two, _three), waits):
        assert await pool.nonce(NOBODY, "pending") == 0
        two.always(method, lie)
        with pytest.raises(Refused, match=about) as caught:
            await pool.nonce(NOBODY, "pending")
        assert caught.value.rule == "endpoints"
        assert "127.0.0.1" not in str(caught.value)
        assert len(waits.slept) == ASKED_AGAIN - 1
        two.always(method, None)
        assert await pool.nonce(NOBODY, "pending") == 0


async def test_what_waits_may_differ_where_only_the_mined_counts(devnet_node: Node) -> None:
    """One endpoint has dropped a transaction that the other one still has: that may be replaced all the same."""
    async with pooled(devnet_node) as (pool, (one, two), _waits):
        node = Rpc(two.url)
        sender = (await node.request("eth_accounts"))[7]
        await node.request("evm_setAutomine", False)
        try:
            await node.request("eth_sendTransaction", {"from": sender, "to": NOBODY, "value": "0x1"})
            one.always("eth_getTransactionCount", hex(await node.nonce(sender, "latest")))
            await pool.agree(sender, "latest")
            with pytest.raises(Refused, match="nonce"):
                await pool.agree(sender)
        finally:
            await node.request("anvil_dropAllTransactions")
            await node.request("evm_setAutomine", True)
            await node.close()


async def test_a_disagreement_that_passes(devnet_node: Node) -> None:
    """A block reaches one node a moment after the other."""
    async with pooled(devnet_node) as (pool, (one, _), waits):
        one.always("eth_getTransactionCount", "0x7")

        async def sleep(seconds: float) -> None:
            waits.slept.append(seconds)
            one.always("eth_getTransactionCount", None)

        pool._sleep = sleep
        assert await pool.nonce(NOBODY, "pending") == 0
        assert len(waits.slept) == 1


async def test_those_that_answer_decide_where_one_is_gone(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, _), _waits):
        one.down = True
        assert await pool.nonce(NOBODY, "pending") == 0


async def test_one_that_hangs_holds_up_one_signature_and_is_asked_again_after_its_rest(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), waits):
        patience = pool.nodes[1].timeout
        two.hanging, pool.nodes[1].timeout = True, 0.2
        await pool.agree(NOBODY)
        two.hanging, pool.nodes[1].timeout = False, patience
        await pool.agree(NOBODY)
        assert (len(one.arrived), len(two.arrived)) == (6, 0)
        waits.now = REST_SECONDS
        await pool.agree(NOBODY)
        assert (len(one.arrived), len(two.arrived)) == (9, 3)


async def run(whole: Whole, pool: Pool) -> Any:
    """A deposit through the pool."""
    plan = await whole.confirmed(deposit("100"))
    manager = Manager(pool, whole.world.ledger, whole.world.signer)
    return plan, await manager.run(plan)


@pytest.mark.parametrize(
    ("method", "lie"),
    [("eth_chainId", "0x1"), ("eth_blockNumber", hex(10**6)), ("eth_getTransactionCount", "0x7")],
)
async def test_no_step_is_signed_while_endpoints_disagree(
    devnet_node: Node, tmp_path: Path, method: str, lie: str
) -> None:
    """The first endpoint, which is read from, is right; the other one says otherwise."""
    async with opened(tmp_path, devnet_node) as whole, pooled(devnet_node) as (pool, (one, two), _):
        two.always(method, lie)
        _, outcome = await run(whole, pool)
        assert (str(outcome.end), outcome.txs) == ("void", ())
        assert "The endpoints of this chain disagree" in outcome.reason
        assert one.sent() == two.sent() == []


async def test_a_head_that_one_endpoint_makes_up_does_not_keep_the_others_from_being_read(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        head = await pool.block()
        one.always("eth_blockNumber", hex(10**9))
        with pytest.raises(Refused, match="the head"):
            await pool.nonce(NOBODY, "pending")
        one.always("eth_blockNumber", None)
        assert (await pool.block()).number >= head.number
        raw = await pool.request("eth_getBlockByNumber", "latest", False)
        one.always("eth_getBlockByNumber", {**raw, "number": hex(10**9)})
        assert (await pool.block()).number == 10**9
        one.always("eth_getBlockByNumber", None)
        assert 10**9 > (await pool.block()).number >= head.number
        assert methods(two)  # it was asked, too, before the made-up head was doubted


async def test_a_batch_of_which_one_is_limited_goes_to_the_next(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        asked = [("eth_chainId", ()), ("eth_getTransactionCount", (NOBODY, "latest"))]
        one.answer("eth_getTransactionCount", -32005, "limit exceeded")
        assert await pool.batch(asked) == [hex(31337), "0x0"]
        assert methods(two) == [method for method, _ in asked]
        for proxy in (one, two):
            proxy.answer("eth_getTransactionCount", -32005, "limit exceeded")
        _, limited = await pool.batch(asked)
        assert isinstance(limited, RpcError)


@pytest.mark.parametrize("broken", [0, 1])
async def test_a_plan_runs_while_one_endpoint_is_down(devnet_node: Node, tmp_path: Path, broken: int) -> None:
    async with opened(tmp_path, devnet_node) as whole, pooled(devnet_node) as (pool, proxies, _):
        proxies[broken].down = True
        _, outcome = await run(whole, pool)
        assert str(outcome.end) == "settled"
        assert len(proxies[1 - broken].sent()) == len(outcome.txs) == 2


async def test_each_transaction_reaches_every_endpoint_and_is_mined_once(devnet_node: Node, tmp_path: Path) -> None:
    """The node sees each twice: what is known already is no fault."""
    async with opened(tmp_path, devnet_node) as whole, pooled(devnet_node) as (pool, _, _waits):
        _, outcome = await run(whole, pool)
        assert str(outcome.end) == "settled"
        assert whole.nonce() == len(outcome.txs) == 2


async def test_an_answer_lost_by_one_and_a_refusal_by_the_other_leave_the_fate_unknown(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        one.fail("eth_sendRawTransaction", Fault.LOSE)
        two.answer("eth_sendRawTransaction", -32000, "insufficient funds for gas * price + value")
        with pytest.raises(Unavailable):
            await pool.send_raw(b"\x02\xc0")


async def test_all_refuse(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), _):
        for proxy in (one, two):
            proxy.answer("eth_sendRawTransaction", -32000, "nonce too low")
        with pytest.raises(RpcError, match="nonce too low"):
            await pool.send_raw(b"\x02\xc0")


async def test_an_instance_with_a_file_of_endpoints(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FaultyNode(devnet_node.rpc_url) as further:
        file = tmp_path / "nodes"
        file.write_text(f"# of a provider\n\n{further.url}\n")
        monkeypatch.setenv("MONETA_RPC_FILE", str(file))
        async with opened(tmp_path / "it", devnet_node) as whole:
            await whole.ask(deposit("100"))
            assert status(await whole.confirm()) == "settled"
            assert len(further.sent()) == 2
            further.always("eth_chainId", "0x1")
            await whole.ask(deposit("100"))
            reply = await whole.confirm()
            assert "disagree" in reply.text
            assert whole.nonce() == 2


@pytest.mark.parametrize("text", ["localhost:8545", "ftp://x", "https://a b"])
def test_a_line_that_is_no_url(text: str) -> None:
    with pytest.raises(Refused, match="Line 2") as caught:
        endpoints(f"https://one\n{text}\n")
    assert text not in str(caught.value)
