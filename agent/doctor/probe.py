"""What an endpoint can do, asked in few requests and bounded in time: nothing here judges."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from agent.abi import Call
from agent.chain.contracts import multicall3
from agent.chain.multicall import READS_PER_CALL, read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import Header, RpcError
from agent.errors import MonetaError

BATCHES = (10, 50, 100)
BURST = 20
"""Requests at once, as a snapshot, a simulation and the watch may come together with people's messages."""
DEPTHS = (32, 128, 1_000, 10_000, 100_000, 1_000_000)
LOG_BLOCKS = 1_000
NO_LOGS = "0x" + "00" * 32
"""A topic that nothing has: the range is asked for, not its logs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an endpoint told. '' stands for a thing that works; else it is what came in its place.

    `head` None and `chain_id` 0: it told none, and `trouble` says why. `depth`: the most blocks back that state was
    told of; `batch`: the largest batch that was answered whole. `burst`: how many of BURST requests at once were
    refused. `milliseconds`: the longest of three plain requests.
    """

    chain_id: int = 0
    head: Header | None = None
    client: str = ""
    milliseconds: int = 0
    trouble: str = ""
    simulation: str = ""
    large_call: str = ""
    logs: str = ""
    batch: int = 0
    burst: int = 0
    depth: int = 0


async def probe(rpc: Rpc, registry: Registry, clock: Callable[[], float] = time.monotonic) -> Facts:
    """Asks one endpoint, one thing after the other: what it refuses then is refused for itself, not for the crowd.

    One that doesn't tell its chain's id and head is asked nothing more.
    """
    await rpc.prepare()
    start = clock()
    try:
        chain_id, head = await rpc.chain_id(), await rpc.block()
    except MonetaError as error:
        return Facts(trouble=_said(error))
    took = int((clock() - start) * 1_000 / 2)
    return Facts(
        chain_id=chain_id,
        head=head,
        client=await _client(rpc),
        milliseconds=took,
        simulation=await _without_trouble(rpc.simulate({"blockStateCalls": [{"calls": []}]}, head.number)),
        large_call=await _without_trouble(_large_call(rpc, registry)),
        logs=await _without_trouble(rpc.request("eth_getLogs", _last_blocks(head.number))),
        batch=await _largest_batch(rpc),
        depth=await _depth(rpc, registry, head.number),
        burst=await _refused_of_a_burst(rpc),  # last: it may have used up what the endpoint allows for a while
    )


async def _client(rpc: Rpc) -> str:
    try:
        return str(await rpc.request("web3_clientVersion"))[:60]
    except MonetaError:
        return ""


async def _without_trouble(asked: Awaitable[Any]) -> str:
    try:
        answer = await asked
    except MonetaError as error:
        return _said(error)
    return "" if answer is not None else "it answered null"


async def _large_call(rpc: Rpc, registry: Registry) -> bool:
    read: Call = multicall3.ETH_BALANCE.at(registry.multicall3, registry.multicall3)
    return None not in await read_all(rpc, registry, [read] * READS_PER_CALL)


def _last_blocks(head: int) -> dict[str, Any]:
    return {"fromBlock": hex(max(head - LOG_BLOCKS + 1, 0)), "toBlock": hex(head), "topics": [NO_LOGS]}


async def _largest_batch(rpc: Rpc) -> int:
    largest = 0
    for size in BATCHES:
        try:
            answers = await rpc.batch([("eth_chainId", ())] * size)
        except MonetaError:
            break
        if any(isinstance(answer, RpcError) for answer in answers):
            break
        largest = size
    return largest


async def _refused_of_a_burst(rpc: Rpc) -> int:
    answers = await asyncio.gather(*(rpc.request("eth_blockNumber") for _ in range(BURST)), return_exceptions=True)
    return sum(isinstance(answer, MonetaError) for answer in answers)


async def _depth(rpc: Rpc, registry: Registry, head: int) -> int:
    """How far back state is told, without a gap from the head on; to the first block where the chain is shorter."""
    depths = [depth for depth in DEPTHS if depth < head] + ([head] if head <= DEPTHS[-1] else [])
    asked: list[Request] = [("eth_getBalance", (registry.multicall3, hex(head - depth))) for depth in depths]
    try:
        answers = await rpc.batch(asked)
    except MonetaError:
        return 0
    deepest = 0
    for depth, answer in zip(depths, answers, strict=True):
        if isinstance(answer, RpcError) or answer is None:
            break
        deepest = depth
    return deepest


def _said(error: MonetaError) -> str:
    return (error.message if isinstance(error, RpcError) else str(error)).rstrip(".")
