"""Blocks that are gone: what was mined in them is pending again, and so are the plans that it belongs to."""

from __future__ import annotations

from agent.errors import Refused
from agent.execution.look import Seen, blocks, look
from agent.execution.parts import LATE_SECONDS, Parts
from agent.money import Address
from memory.rows import Attempt, ChainMark

REASON = "The chain was reorganised, and this was looked up again."
PAUSE_SECONDS = 0.25


async def undo_lost_blocks(parts: Parts, account: Address, last: Attempt) -> Seen:
    """Puts back what stands in blocks that the chain doesn't have any more; what the chain looks like now.

    `last` is the account's attempt in the highest block: a block that stands proves all before it, by their hashes.
    Raises Refused("another-chain"), Unavailable.
    """
    seen = await _look(parts, account, last)
    if seen.hash_there == last.block_hash or _is_final(parts, seen, last):
        return seen
    await _check_genesis(parts)
    gone = []
    for attempt in await parts.ledger.mined_since(account, (last.block_number or 0) - parts.final_blocks):
        number = attempt.block_number or 0
        there = (await blocks(parts.rpc, [number])).get(number)
        if there is not None and there.hash == attempt.block_hash:
            break
        gone.append(attempt.hash)
    mark = await parts.ledger.chain_mark()
    if mark is not None:
        now = ChainMark(mark.chain_id, mark.genesis_hash, seen.head.number, seen.head.hash)
        await parts.ledger.unsettle(gone, now, REASON)
    return seen


async def _look(parts: Parts, account: Address, last: Attempt) -> Seen:
    """A node whose head is behind the block may just be slow: it gets a while before the block counts as gone."""
    seen = await look(parts.rpc, account, last.chain_id, last.block_number)
    waited = 0.0
    while seen.hash_there is None and waited < LATE_SECONDS:
        await parts.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS
        seen = await look(parts.rpc, account, last.chain_id, last.block_number)
    return seen


def _is_final(parts: Parts, seen: Seen, last: Attempt) -> bool:
    return seen.head.number - (last.block_number or 0) >= parts.final_blocks


async def _check_genesis(parts: Parts) -> None:
    mark = await parts.ledger.chain_mark()
    if mark is not None and await parts.rpc.genesis_hash() != mark.genesis_hash:
        raise Refused(
            "another-chain",
            "This node is on another chain: its first block is another one.",
            "Connect to the chain that the folder was used with.",
        )
