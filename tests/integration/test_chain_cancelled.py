"""Requests that are given up, many at once: the next one still goes out."""

from __future__ import annotations

import asyncio

from agent.chain.rpc import Rpc
from devnet import Node
from tests.integration.patience import PATIENCE_SECONDS


async def test_requests_given_up_hold_up_no_other(devnet_node: Node) -> None:
    rpc = Rpc(devnet_node.rpc_url, timeout=PATIENCE_SECONDS)
    await rpc.chain_id()
    try:
        for _ in range(20):
            asked = [asyncio.create_task(rpc.chain_id()) for _ in range(50)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        assert await rpc.chain_id() == 31337
    finally:
        await rpc.close()
