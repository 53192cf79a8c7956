"""The node's answers as data, and its silences as Unavailable."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.chain import sessions
from agent.chain.multicall import read
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError, quantity
from agent.errors import Unavailable
from agent.money import address
from devnet import Node
from tests.integration.chain_parts import Devnet
from tests.integration.patience import ended

UNKNOWN_HASH = "0x" + "ab" * 32
NOBODY = address("0x" + "d1" * 20)


@pytest_asyncio.fixture
async def chain(devnet_node: Node) -> AsyncIterator[Devnet]:
    opened = await Devnet.opened(devnet_node)
    yield opened
    await opened.rpc.close()


async def test_blocks_by_number_hash_and_tag(chain: Devnet) -> None:
    head = await chain.rpc.block()
    assert await chain.rpc.block(head.hash) == await chain.rpc.block(head.number) == head
    assert (await chain.rpc.block("pending")).number == head.number + 1
    with pytest.raises(Unavailable, match="no block"):
        await chain.rpc.block(head.number + 1_000)


async def test_a_transaction_from_waiting_to_receipt(chain: Devnet) -> None:
    rpc = chain.rpc
    nonce = await rpc.nonce(chain.user)
    await rpc.request("evm_setAutomine", False)
    try:
        tx_hash = await rpc.request("eth_sendTransaction", {"from": chain.user, "to": NOBODY, "value": "0x5"})
        waiting = await rpc.transaction(tx_hash)
        assert waiting is not None
        assert (waiting.block_number, waiting.value, waiting.to, waiting.nonce) == (None, 5, NOBODY, nonce)
        assert await rpc.receipt(tx_hash) is None
        assert (await rpc.nonce(chain.user), await rpc.nonce(chain.user, "pending")) == (nonce, nonce + 1)
        await rpc.request("evm_mine")
    finally:
        await rpc.request("evm_setAutomine", True)
    receipt = await rpc.receipt(tx_hash)
    assert receipt is not None
    assert receipt.ok
    assert (receipt.gas_used, receipt.sender) == (21_000, chain.user)
    assert await rpc.balance(NOBODY) == 5


async def test_unknown_hashes_are_none(chain: Devnet) -> None:
    assert await chain.rpc.receipt(UNKNOWN_HASH) is None
    assert await chain.rpc.transaction(UNKNOWN_HASH) is None


async def test_the_nodes_own_errors_keep_their_data(chain: Devnet) -> None:
    usdc = chain.registry.token("USDC")
    assert usdc.address is not None
    with pytest.raises(RpcError) as caught:
        await read(chain.rpc, usdc.address, "transfer(address,uint256)", "bool", NOBODY, 10**30)
    assert caught.value.data is not None
    assert caught.value.data[:4] == bytes.fromhex("08c379a0")
    with pytest.raises(RpcError):
        await chain.rpc.send_raw(b"\x02\x01\x02")


async def test_a_batch_keeps_its_order_and_its_errors(chain: Devnet) -> None:
    answers = await chain.rpc.batch([("eth_chainId", ()), ("eth_nope", ()), ("eth_chainId", ())])
    assert answers[0] == answers[2] == hex(31337)
    assert isinstance(answers[1], RpcError)


async def test_fees_are_the_heads(chain: Devnet) -> None:
    fees = await chain.rpc.fees()
    assert fees.base_fee == (await chain.rpc.block()).base_fee
    assert fees.priority > 0


async def test_code_and_genesis(chain: Devnet) -> None:
    assert await chain.rpc.code(chain.registry.multicall3)
    assert await chain.rpc.code(NOBODY) == b""
    assert (await chain.rpc.genesis_hash()) == (await chain.rpc.block(0)).hash


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{]}"],
)
async def test_nonsense_is_unavailable(answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        rpc = Rpc(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v2/API-KEY")
        with pytest.raises(Unavailable) as caught:
            await rpc.chain_id()
        assert "API-KEY" not in str(caught.value)
        assert "API-KEY" not in "".join(traceback.format_exception(caught.value))
        await rpc.close()


async def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_BYTES", 2**20)
    poured = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal poured
        await reader.read(100)
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{"result": "0x')
        with contextlib.suppress(OSError):
            while poured < 64 * 2**20:
                writer.write(b"0" * 2**16)
                poured += 2**16
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(pour, "127.0.0.1", 0) as server:
        rpc = Rpc(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        with pytest.raises(Unavailable):
            await rpc.chain_id()
        await rpc.close()
    assert poured < 32 * 2**20


@pytest.mark.parametrize("value", ["0x" + "f" * 65, "0x" + "f" * 9_000, "0x-1", "0x", "7", 7, None, True])
def test_what_is_no_number_of_the_chain_is_no_number(value: object) -> None:
    with pytest.raises(Unavailable):
        quantity(value)


def test_the_longest_number_is_one() -> None:
    assert quantity("0x" + "f" * 64) == 2**256 - 1


def test_a_nodes_own_words_are_short_and_said_to_be_its_own() -> None:
    error = RpcError.of({"code": -32000, "message": "A" * 300_000})
    assert str(error) == f"The node refuses: {'A' * 300} (code -32000)"


async def test_silence_ends_at_the_time_out() -> None:
    gave_up = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(2**16):
            pass  # until the other side closes
        gave_up.set()
        writer.close()

    async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
        rpc = Rpc(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.2)
        with pytest.raises(Unavailable, match=r"did not answer within 0\.2 s"):
            await ended(rpc.chain_id())
        await rpc.close()
        await ended(gave_up.wait())
