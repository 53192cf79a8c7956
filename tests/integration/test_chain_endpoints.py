"""Endpoints by their health, a quorum of them, a private one to send to, and one that tells of new blocks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from agent.chain.endpoints import endpoints, private_endpoint, sockets
from agent.chain.heads import Heads
from agent.chain.health import SLOW_SECONDS
from agent.chain.pool import CHECK_SECONDS, Pool
from agent.chain.rpc import ALONE, Rpc
from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.execution import waiting
from agent.execution.manager import Manager
from agent.execution.outcome import End
from devnet import Node
from devnet.rpc import Rpc as Chain
from tests.integration.patience import PATIENCE_SECONDS, until
from tests.integration.runtime_parts import AAVE, Whole, deposit, opened, status
from tests.integration.test_chain_pool import NOBODY, methods, pooled
from tests.servers.faulty_node import FaultyNode

pytestmark = pytest.mark.integration


# health


async def test_one_that_is_behind_is_asked_last_until_it_has_caught_up(devnet_node: Node) -> None:
    async with pooled(devnet_node, 3) as (pool, (one, two, _), waits):
        head = (await pool.block()).number
        one.always("eth_blockNumber", hex(max(head - 10, 0)))
        await pool.request("anvil_mine", hex(10))
        await pool.check()
        for proxy in (one, two):
            proxy.arrived.clear()
        await pool.chain_id()
        assert (methods(one), methods(two)) == ([], ["eth_chainId"])
        one.always("eth_blockNumber", None)
        await pool.check()
        await pool.chain_id()
        assert methods(one)[-1] == "eth_chainId"
        assert waits.slept == []


async def test_a_head_that_one_of_three_makes_up_puts_nobody_behind(devnet_node: Node) -> None:
    async with pooled(devnet_node, 3) as (pool, (one, two, three), _):
        three.always("eth_blockNumber", hex(10**9))
        await pool.check()
        await pool.chain_id()
        assert (methods(one)[-1], methods(two)[-1], methods(three)[-1]) == (
            "eth_chainId",
            "eth_blockNumber",
            "eth_blockNumber",
        )


async def test_one_that_is_slow_is_asked_last_and_comes_back(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), waits):
        await pool.check()
        other = pool._health.endpoints[1]
        other.latency = None

        async def slowly() -> None:
            await until(lambda: other.latency is not None)
            waits.now += SLOW_SECONDS * 2.5

        one.before("eth_blockNumber", slowly)
        await pool.check()
        await pool.chain_id()
        assert methods(two)[-1] == "eth_chainId"
        for _ in range(4):
            await pool.check()
        await pool.chain_id()
        assert methods(one)[-1] == "eth_chainId"


async def test_all_are_looked_at_now_and_then_beside_what_is_asked(devnet_node: Node) -> None:
    async with pooled(devnet_node) as (pool, (one, two), waits):
        await pool.chain_id()
        assert methods(two) == []
        waits.now = CHECK_SECONDS
        await pool.chain_id()
        assert pool._checking is not None
        await pool._checking
        await pool.chain_id()
        assert methods(two) == ["eth_blockNumber"]
        assert methods(one).count("eth_blockNumber") == 1


async def test_on_a_fast_chain_heads_are_further_apart(devnet_node: Node) -> None:
    async with contextlib.AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(FaultyNode(devnet_node.rpc_url)) for _ in range(2)]
        pool = Pool([Rpc(one.url), Rpc(two.url)], behind=48)
        stack.push_async_callback(pool.close)
        head = (await pool.block()).number
        two.always("eth_blockNumber", hex(head + 48))
        await pool.agree(NOBODY)
        two.always("eth_blockNumber", hex(head + 49))
        with pytest.raises(Refused, match="the head"):
            await pool.agree(NOBODY)


# quorum


@pytest.mark.parametrize(("count", "down", "quorum"), [(3, 2, None), (2, 1, 2), (3, 1, 3)])
async def test_too_few_that_answer_stop_a_signature(
    devnet_node: Node, count: int, down: int, quorum: int | None
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(FaultyNode(devnet_node.rpc_url)) for _ in range(count)]
        pool = Pool([Rpc(proxy.url) for proxy in proxies], quorum=quorum)
        stack.push_async_callback(pool.close)
        await pool.agree(NOBODY)
        for proxy in proxies[:down]:
            proxy.down = True
        with pytest.raises(Unavailable, match=f"{count - down} of {count} endpoints"):
            await pool.agree(NOBODY)
        assert await pool.chain_id() == 31_337  # reading goes on
        proxies[0].down = False
        if down == 1 or count - down + 1 >= 2:
            await pool.agree(NOBODY)  # one that rested is asked where it is needed


def test_a_quorum_of_more_than_there_are() -> None:
    with pytest.raises(Refused, match="rpc_quorum is 3, and there are 2 endpoints"):
        Pool([Rpc("http://a"), Rpc("http://b")], quorum=3)
    with pytest.raises(Refused, match="there is one endpoint"):
        Pool([Rpc("http://a")], quorum=2)


def test_what_stands_behind_a_number_is_said() -> None:
    assert Rpc("http://a").trust == Pool([Rpc("http://a")]).trust == ALONE
    assert "nobody else is asked" in ALONE
    assert Pool([Rpc(f"http://{each}") for each in "abc"]).trust.startswith("3 endpoints: 2 must answer")


# a private endpoint


@contextlib.asynccontextmanager
async def private_one(
    node: Node, folder: Path, **settings: int
) -> AsyncIterator[tuple[Whole, FaultyNode, FaultyNode]]:
    """An instance that reads from one endpoint and sends to another."""
    async with FaultyNode(node.rpc_url) as public, FaultyNode(node.rpc_url) as private:
        file = folder / "private"
        file.write_text(f"# of a relay\n{private.url}\n")
        file.chmod(0o600)
        async with opened(folder / "it", node, public.url, Settings(private_rpc_file=file)) as whole:
            yield whole, public, private


async def test_transactions_reach_the_private_endpoint_alone(devnet_node: Node, tmp_path: Path) -> None:
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        await whole.do(deposit("100", venue=AAVE))
        assert (len(public.sent()), len(private.sent())) == (0, 2)
        assert set(methods(private)) == {"eth_chainId", "eth_sendRawTransaction"}
        assert "eth_getTransactionReceipt" in methods(public)


async def test_while_it_is_down_nothing_is_signed_and_nothing_goes_elsewhere(
    devnet_node: Node, tmp_path: Path
) -> None:
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        private.down = True
        await whole.ask(deposit("100", venue=AAVE))
        reply = await whole.confirm()
        assert "private endpoint can't be sent to" in reply.text
        assert (public.sent(), await whole.attempts()) == ([], [])


async def test_what_it_does_not_pass_on_is_sent_to_it_again_and_to_nobody_else(
    devnet_node: Node, tmp_path: Path
) -> None:
    """A relay that takes a transaction and mines nothing: the same bytes again, and the plan stays under way."""
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        plan = await whole.confirmed(deposit("100", venue=AAVE))
        manager = Manager(
            whole.world.rpc, whole.world.ledger, whole.world.signer, receipt_seconds=1.2, replace_seconds=0.4
        )
        dropped: list[str] = []
        private.swallowed = dropped
        outcome = await manager.run(plan)
        assert outcome.end is End.PENDING, outcome.reason
        assert public.sent() == []
        assert len(dropped) >= 2
        assert len(set(dropped)) == 1
        private.swallowed, manager.receipt_seconds = None, PATIENCE_SECONDS
        assert (await manager.recover(plan)).end is End.PARTIAL  # the approval was mined late, and is taken back
        assert whole.allowance("USDC", whole.world.venues[AAVE].contract.address) == 0
        assert public.sent() == []
        assert set(private.sent()) >= set(dropped)


@pytest.mark.parametrize("said", ["insufficient funds for gas * price + value", "no such bundle", "nonce too low"])
async def test_what_it_took_is_not_called_lost_for_what_it_says_later(
    devnet_node: Node, tmp_path: Path, said: str
) -> None:
    """Nobody else knows of it, and it refuses to take it again: it may be with a builder all the same."""
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        plan = await whole.confirmed(deposit("100", venue=AAVE))
        manager = Manager(
            whole.world.rpc, whole.world.ledger, whole.world.signer, receipt_seconds=1.2, replace_seconds=0.3
        )
        kept: list[str] = []
        private.swallowed = kept

        async def refuse() -> None:
            private.swallowed = None
            for _ in range(20):
                private.answer("eth_sendRawTransaction", -32000, said)

        public.before("eth_getTransactionByHash", refuse)
        outcome = await manager.run(plan)
        assert outcome.end is End.PENDING, outcome.reason
        (attempt,) = await whole.attempts()
        assert attempt.open
        assert (kept, public.sent(), private.sent()) == (["0x" + attempt.raw.hex()], [], [])
        private._answers.clear()
        whole.chain.call("eth_sendRawTransaction", kept[0])  # as the builder does
        manager.receipt_seconds = PATIENCE_SECONDS
        assert (await manager.recover(plan)).end is End.PARTIAL  # the approval alone, which is taken back
        assert [each.mined for each in await whole.attempts()] == [True, True]
        assert public.sent() == []


async def test_one_of_another_chain_is_sent_nothing(devnet_node: Node, tmp_path: Path) -> None:
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        private.always("eth_chainId", "0x1")
        await whole.ask(deposit("100", venue=AAVE))
        reply = await whole.confirm()
        assert "private endpoint is of chain 1" in reply.text
        assert (public.sent(), private.sent(), await whole.attempts()) == ([], [], [])


async def test_one_that_only_takes_transactions(devnet_node: Node, tmp_path: Path) -> None:
    async with private_one(devnet_node, tmp_path) as (whole, public, private):
        private.answer("eth_chainId", -32601, "the method eth_chainId does not exist")
        await whole.do(deposit("100", venue=AAVE))
        assert (len(public.sent()), len(private.sent())) == (0, 2)


@pytest.mark.parametrize("text", ["", "wss://a\n", "https://a\nhttps://b\n", "https://a\nwss://a\n"])
def test_a_private_file_holds_one_url(text: str) -> None:
    with pytest.raises(Refused, match="private_rpc_file") as caught:
        private_endpoint(text)
    assert caught.value.rule == "endpoints"


def test_a_files_lines_by_what_they_are_for() -> None:
    text = "https://one\nwss://two/key\n\n# ws://three\nws://four\n"
    assert (endpoints(text), sockets(text)) == (["https://one"], ["wss://two/key", "ws://four"])
    assert private_endpoint("# mine\nhttps://one\n") == "https://one"


# heads


@pytest.fixture
def mining(devnet_node: Node) -> Iterator[Chain]:
    with Chain(devnet_node.rpc_url) as chain:
        yield chain


def socket_of(node: Node) -> str:
    return node.rpc_url.replace("http://", "ws://")


@contextlib.asynccontextmanager
async def told(*urls: str) -> AsyncIterator[Heads]:
    heads = Heads(urls)
    try:
        yield heads
    finally:
        await heads.close()


async def live(heads: Heads) -> None:
    """Once the subscription stands."""
    async with asyncio.timeout(30):
        while not heads.live:
            await heads.after(heads.heard, 0.02)


async def test_a_block_ends_the_wait_at_once(devnet_node: Node, mining: Chain) -> None:
    async with told(socket_of(devnet_node)) as heads:
        await live(heads)
        waiting_for = asyncio.create_task(heads.after(heads.heard, 60))
        await asyncio.sleep(0)
        await asyncio.to_thread(mining.call, "evm_mine")
        assert await waiting_for < 50
        assert heads.heard == 1
        assert await heads.after(0, 60) < 50  # what was told before one waits isn't missed
        assert 0.05 <= await heads.after(1, 0.05) < 50


async def test_a_connection_that_breaks_is_made_anew(mining: Chain) -> None:
    async with Told() as server, told(server.url) as heads:
        await live(heads)
        await server.tell()
        assert await heads.after(0, 60) < 50
        await server.hang_up()
        while heads.live:
            await heads.after(heads.heard, 0.02)
        await live(heads)
        assert server.subscriptions == 2
        await server.tell()
        assert await heads.after(1, 60) < 50


@pytest.mark.parametrize("answer", [{"error": {"code": -32601, "message": "no"}}, {"result": None}, [], "no JSON"])
async def test_one_that_does_not_tell_leaves_the_clock(answer: object) -> None:
    async with Told(answer) as server, told(server.url) as heads:
        assert 0.2 <= await heads.after(0, 0.2) < 50
        assert not heads.live


async def test_the_next_one_is_tried(devnet_node: Node) -> None:
    async with told("ws://127.0.0.1:9", socket_of(devnet_node)) as heads:
        await live(heads)


async def test_other_messages_are_no_blocks() -> None:
    async with Told() as server, told(server.url) as heads:
        await live(heads)
        others: list[object] = [{"id": 7}, [], {"params": {"subscription": "another"}}, {"params": 5}]
        for other in others:
            await server.tell(other)
        assert await heads.after(0, 0.1) >= 0.1
        await server.tell()
        assert await heads.after(0, 60) < 50


async def test_nobody_waiting_ends_the_subscription() -> None:
    now = 0.0
    async with Told() as server:
        heads = Heads([server.url], clock=lambda: now)
        await live(heads)
        now = 100.0
        await server.tell()
        task = heads._task
        assert task is not None
        async with asyncio.timeout(30):
            await task
        assert not heads.live
        await live(heads)  # and whoever waits again has it again
        assert server.subscriptions == 2
        await heads.close()
        await heads.close()


async def test_an_instance_waits_by_what_it_is_told(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a line ws://… in the file. The clock alone would be too late: it looks once a minute here."""
    monkeypatch.setattr(waiting, "FIRST_POLL_SECONDS", 60.0)
    mined: list[asyncio.Task[None]] = []
    async with FaultyNode(devnet_node.rpc_url) as proxy:
        file = tmp_path / "nodes"
        file.write_text(f"{socket_of(devnet_node)}\n")
        file.chmod(0o600)
        async with opened(tmp_path / "it", devnet_node, proxy.url, Settings(rpc_file=file)) as whole:
            await whole.ask(deposit("100", venue=AAVE))
            heads = whole.world.rpc.heads
            assert heads is not None
            await live(heads)

            async def mine() -> None:
                sent = len(proxy.sent())
                await until(lambda: len(proxy.sent()) > sent)  # the node has it
                await asyncio.to_thread(whole.chain.call, "evm_mine")

            async def soon() -> None:
                mined.append(asyncio.create_task(mine()))

            proxy.before("eth_sendRawTransaction", soon, soon)
            whole.chain.call("evm_setAutomine", False)
            try:
                async with asyncio.timeout(20):
                    assert status(await whole.confirm()) == "settled"
            finally:
                whole.chain.call("evm_setAutomine", True)
            assert len(mined) == heads.heard == 2


class Told:
    """A WebSocket endpoint that answers a subscription with `answer` (rightly, where it isn't said)."""

    def __init__(self, answer: object = None) -> None:
        self.answer = answer
        self.subscriptions = 0
        self.url = ""
        self._open: set[web.WebSocketResponse] = set()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Told:
        app = web.Application()
        app.router.add_get("/", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()
        if self._runner is not None:
            await self._runner.cleanup()

    async def tell(self, message: object = None) -> None:
        block = {"method": "eth_subscription", "params": {"subscription": "0x1", "result": {"number": "0x1"}}}
        for socket in self._open:
            await socket.send_json(block if message is None else message)

    async def hang_up(self) -> None:
        for socket in list(self._open):
            await socket.close()

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.add(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    asked = message.json()
                    assert (asked["method"], asked["params"]) == ("eth_subscribe", ["newHeads"])
                    self.subscriptions += 1
                    await socket.send_json(
                        {"id": asked["id"], "result": "0x1"} if self.answer is None else self.answer
                    )
        finally:
            self._open.discard(socket)
        return socket
