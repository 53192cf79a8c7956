"""One ledger, one chain: a node that lacks the ledger's last block is another chain, however alike its id."""

from __future__ import annotations

from agent.chain.rpc import Rpc
from agent.errors import Refused, Unavailable
from memory.ledger import Ledger
from memory.rows import ChainMark


async def check_same_chain(rpc: Rpc, ledger: Ledger, chain_id: int) -> None:
    """Marks the chain in a new ledger, else raises Refused("another-chain") unless it is the same one."""
    genesis, served = await rpc.genesis_hash(), await rpc.chain_id()
    if served != chain_id:
        raise Refused("another-chain", f"The node serves chain {served}; this folder is for chain {chain_id}.")
    mark = await ledger.chain_mark()
    if mark is None:
        head = await rpc.block("latest")
        await ledger.mark_chain(ChainMark(chain_id, genesis, head.number, head.hash))
        return
    await ledger.mark_chain(ChainMark(served, genesis, mark.last_block_number, mark.last_block_hash))
    if await _hash_at(rpc, mark.last_block_number) != mark.last_block_hash:
        raise Refused(
            "another-chain",
            f"This node is on another chain: it doesn't have block {mark.last_block_number} of this folder's ledger.",
            "Connect to the chain that the folder was used with, or use another folder.",
        )


async def _hash_at(rpc: Rpc, number: int) -> str | None:
    try:
        return (await rpc.block(number)).hash
    except Unavailable as error:
        if "has no block" not in error.message:
            raise
        return None
