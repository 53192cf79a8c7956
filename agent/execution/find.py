"""Which transaction of an account stands at a nonce, where the ledger doesn't know: no standard method tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_hash.auto import keccak

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError, Transaction, quantity, transaction
from agent.errors import Unavailable
from agent.money import Address
from agent.plans import Step

BACK_BLOCKS = 16
BY_NONCE = "eth_getTransactionBySenderAndNonce"  # anvil, Erigon, Nethermind and others; geth has none


async def find_at_nonce(rpc: Rpc, account: Address, nonce: int, since: int) -> Transaction | None:
    """The account's mined transaction of that nonce, looked for around block `since`; None where no way finds it.

    Raises Unavailable where the node can't be reached.
    """
    try:
        answer = await rpc.request(BY_NONCE, account, hex(nonce))
        if answer is not None and answer.get("blockNumber") is not None:
            return transaction(answer)
    except RpcError:
        pass  # it has no such method
    try:
        return await _bisected(rpc, account, nonce, since)
    except RpcError:
        return None  # its state of those blocks is pruned


async def _bisected(rpc: Rpc, account: Address, nonce: int, since: int) -> Transaction | None:
    """By the account's count of transactions at the end of blocks: the first block where it is above the nonce."""
    high = (await rpc.block("latest")).number
    if await rpc.nonce(account, high) <= nonce:
        return None
    low, back = min(since, high), BACK_BLOCKS
    while await rpc.nonce(account, low) > nonce:  # used before that block, too
        if low == 0:
            return None
        low, back = max(low - back, 0), back * 2
    while high - low > 1:  # at `low` the nonce is free, at `high` it is used
        middle = (low + high) // 2
        if await rpc.nonce(account, middle) > nonce:
            high = middle
        else:
            low = middle
    block = await rpc.request("eth_getBlockByNumber", hex(high), True)
    listed: list[Mapping[str, Any]] = block["transactions"] if isinstance(block, dict) else []
    for each in listed:
        if str(each.get("from")).lower() == account.lower() and quantity(each.get("nonce")) == nonce:
            return transaction(each)
    return None


async def is_used_for_good(rpc: Rpc, account: Address, nonce: int, depth: int) -> bool:
    """Whether the nonce was used already `depth` blocks ago."""
    try:
        head = (await rpc.block("latest")).number
        return head >= depth and await rpc.nonce(account, head - depth) > nonce
    except RpcError:
        return False


async def raw_of(rpc: Rpc, tx_hash: str) -> bytes:
    """A transaction's bytes, proved by its hash; empty where the node doesn't give them."""
    try:
        answer = await rpc.request("eth_getRawTransactionByHash", tx_hash)
        raw = bytes.fromhex(str(answer)[2:])
    except (RpcError, Unavailable, ValueError):
        return b""
    return raw if "0x" + keccak(raw).hex() == tx_hash else b""


def does(found: Transaction, step: Step, outputs: Mapping[int, int]) -> bool:
    """Whether a transaction is exactly what the step asks for."""
    try:
        data = step.data_with(outputs)
    except ValueError:
        return False
    return (found.to, found.value, found.data) == (step.to, step.value, data)
