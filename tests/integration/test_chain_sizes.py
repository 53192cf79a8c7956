"""A node whose answer doesn't end: it is left in the middle, and the process stays as small as it was."""

from __future__ import annotations

import asyncio

import pytest

from agent.chain import sessions
from agent.chain.pool import Pool
from agent.chain.rpc import Rpc
from agent.errors import Unavailable
from devnet import Node

pytestmark = pytest.mark.integration

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
PIECE = b"10000\r\n" + b" " * 0x10000 + b"\r\n"


class Endless:
    """Answers with spaces until nobody reads them any more, a gigabyte at the most. `sent` counts their bytes."""

    def __init__(self) -> None:
        self.sent = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(HEAD)
        try:
            while self.sent < 2**30:
                writer.write(PIECE)
                await writer.drain()
                self.sent += 0x10000
        except OSError:
            pass  # it was left
        finally:
            writer.close()


async def test_an_answer_without_an_end_is_left_and_another_endpoint_is_asked(
    devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_BYTES", 2**20)
    endless = Endless()
    async with await asyncio.start_server(endless.talk, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        alone = Rpc(url)
        with pytest.raises(Unavailable, match=r"The node's answer is larger than 1 MB\."):
            await alone.chain_id()
        assert endless.sent < 32 * 2**20  # what was under way when it was left
        await alone.close()
        pool = Pool([Rpc(url), Rpc(devnet_node.rpc_url)])
        assert await pool.chain_id() == 31337
        await pool.close()
