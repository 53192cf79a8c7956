"""Blocks that are gone: what was mined in them is pending again, and so are the plans that it belongs to."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from agent.errors import Refused
from agent.execution.look import Seen, look
from agent.execution.parts import LATE_SECONDS, Parts, Proved
from agent.money import Address
from memory.rows import ChainMark

REASON = "The chain was reorganised, and this was looked up again."
PAUSE_SECONDS = 0.25


async def undo_lost_blocks(parts: Parts, account: Address, chain_id: int) -> Seen:
    """Puts back what stands in blocks that the chain doesn't have any more; what the chain looks like now.

    Raises Refused("another-chain"), Unavailable.
    """
    last = await parts.ledger.last_mined(account)
    if last is None or last.block_number is None:
        return await look(parts.rpc, account, chain_id)
    recorded = await parts.ledger.mined_blocks(account, last.block_number - parts.final_blocks)
    fills = await parts.ledger.fill_blocks(account, last.block_number - parts.final_blocks)
    recorded = sorted({*recorded, *fills})
    before = parts.proved.get(account, Proved())
    asked = to_ask(recorded, before)
    seen = await _look(parts, account, chain_id, asked)
    if all(seen.there.get(number) == block_hash for number, block_hash in asked):
        parts.proved[account] = Proved(frozenset(recorded), max(recorded))
        return seen
    parts.proved.pop(account, None)
    await _check_genesis(parts)
    seen = await look(parts.rpc, account, chain_id, {number for number, _ in recorded})
    gone = lost(recorded, seen.there, seen.head.number - parts.final_blocks)
    mark = await parts.ledger.chain_mark()
    if mark is not None and gone:
        now = ChainMark(mark.chain_id, mark.genesis_hash, seen.head.number, seen.head.hash)
        filled = await parts.ledger.filled_in(account, gone)
        await parts.ledger.unsettle(await parts.ledger.mined_in(account, gone), now, REASON, filled)
    return seen


def to_ask(recorded: Collection[tuple[int, str]], before: Proved) -> list[tuple[int, str]]:
    """The blocks (number, hash) that prove all of `recorded` by standing: those that weren't seen in one chain yet,
    and the highest of those that were. A block's hash proves its parents, but not blocks of another branch.
    """
    top = {before.top} & set(recorded) if before.top is not None else set()
    known = before.blocks if top else frozenset()
    return sorted(top | (set(recorded) - known))


def lost(recorded: Collection[tuple[int, str]], there: Mapping[int, str], final: int) -> list[str]:
    """The hashes of recorded blocks that the chain doesn't have, down to the height that counts as final."""
    return [block_hash for number, block_hash in recorded if number > final and there.get(number) != block_hash]


async def _look(parts: Parts, account: Address, chain_id: int, asked: list[tuple[int, str]]) -> Seen:
    """A node whose head is behind a block may just be slow: it gets a while before the block counts as gone."""
    numbers = {number for number, _ in asked}
    seen = await look(parts.rpc, account, chain_id, numbers)
    waited = 0.0
    while len(seen.there) < len(numbers) and waited < LATE_SECONDS:
        await parts.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS
        seen = await look(parts.rpc, account, chain_id, numbers)
    return seen


async def _check_genesis(parts: Parts) -> None:
    mark = await parts.ledger.chain_mark()
    if mark is not None and await parts.rpc.genesis_hash() != mark.genesis_hash:
        raise Refused(
            "another-chain",
            "This node is on another chain: its first block is another one.",
            "Connect to the chain that the folder was used with.",
        )
