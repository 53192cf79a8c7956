"""Many reads of one block: in one eth_call where the node takes them, in chunks of that block where it doesn't.

The block's number, parent hash, time and base fee are read inside each call, so they can't be of another block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.abi import Call
from agent.chain.contracts import arb_sys, multicall3
from agent.chain.multicall import READS_PER_CALL, Answer, aggregate, disaggregate
from agent.chain.registry import Registry
from agent.chain.rpc import BlockTag, Rpc
from agent.chain.rpc_types import RpcError
from agent.errors import Unavailable
from agent.plugin import Block

FEWEST = 60
"""So few reads are within any node's bounds: what refuses them refuses something else."""
TOO_MUCH = re.compile(r"gas|size|too (large|big|many)|time(d )?-?out|aborted", re.IGNORECASE)
"""How nodes word it: "out of gas", "execution aborted (timeout = 5s)" (geth), "Response size is larger than …"."""


async def read_at_one_block(
    rpc: Rpc, registry: Registry, calls: Sequence[Call], tag: BlockTag
) -> tuple[list[Answer], Block, int]:
    """The answers, the block that they are of, and the number of eth_calls, those that were refused counted.

    A node that finds a call too much for it gets half as many from then on. Raises RpcError where it takes none,
    Unavailable where the chain moved on in between or Multicall3 can't be read.
    """
    of_block = _block_reads(registry)
    answers: list[Answer] = []
    block: Block | None = None
    requests = 0
    while len(answers) < len(calls) or block is None:
        most = min(rpc.reads_per_call or READS_PER_CALL, READS_PER_CALL) - len(of_block)
        chunk = [*of_block, *calls[len(answers) : len(answers) + most]]
        requests += 1
        try:
            returned = disaggregate(await rpc.call(registry.multicall3, aggregate(chunk), tag), chunk)
        except RpcError as error:
            if len(chunk) <= FEWEST or not TOO_MUCH.search(error.message):
                raise
            rpc.reads_per_call = max(len(chunk) // 2, FEWEST)
            continue
        this = _block(returned[: len(of_block)])
        if block is not None and this != block:
            raise Unavailable("node", "The chain moved on while a large snapshot was read: ask again.")
        block = this
        tag = block.number if tag == "latest" else tag
        answers += returned[len(of_block) :]
    return answers, block, requests


def _block_reads(registry: Registry) -> list[Call]:
    getters = (multicall3.LAST_BLOCK_HASH, multicall3.TIMESTAMP, multicall3.BASE_FEE)
    number = multicall3.BLOCK_NUMBER.at(registry.multicall3)
    if registry.l1_fee == "arbitrum":
        number = arb_sys.BLOCK_NUMBER.at(arb_sys.PLACE)
    return [number, *(getter.at(registry.multicall3) for getter in getters)]


def _block(answers: Sequence[Answer]) -> Block:
    number, parent, timestamp, base_fee = answers
    if parent is None:
        raise Unavailable("node", "Multicall3 can't say which block this is.")
    return Block(
        number=word(number, "the block's number"),
        parent_hash="0x" + parent[0].hex(),
        timestamp=word(timestamp, "the block's time"),
        base_fee=word(base_fee, "the base fee"),
    )


def one(answer: Answer) -> int | None:
    """The number that was answered, None where nothing was."""
    return None if answer is None else int(answer[0])


def word(answer: Answer, what: str) -> int:
    """The same, where there is no going on without it. Raises Unavailable."""
    value = one(answer)
    if value is None:
        raise Unavailable("node", f"Multicall3 can't read {what}.")
    return value
