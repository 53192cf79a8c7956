"""One look at the chain for an account: the head and both counts of its transactions, in one request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.chain.rpc import Request, Rpc
from agent.chain.rpc_types import Header, Receipt, RpcError, header, quantity, receipt
from agent.errors import Unavailable
from agent.money import Address


@dataclass(frozen=True, slots=True)
class Seen:
    """`latest` transactions of the account are mined; `pending` counts those that wait in the node's pool, too.

    `there` are the hashes of the blocks that were asked for besides, by number, where the node has them.
    """

    head: Header
    latest: int
    pending: int
    there: Mapping[int, str] = field(default_factory=dict)


async def look(rpc: Rpc, account: Address, chain_id: int, blocks: Collection[int] = ()) -> Seen:
    """What the node says now, and what it has at the heights `blocks`.

    Raises Unavailable where the node doesn't say, or serves another chain now: what was sent isn't lost for that.
    """
    requests: list[Request] = [
        ("eth_chainId", ()),
        ("eth_getBlockByNumber", ("latest", False)),
        ("eth_getTransactionCount", (account, "latest")),
        ("eth_getTransactionCount", (account, "pending")),
        *(("eth_getBlockByNumber", (hex(number), False)) for number in blocks),
    ]
    served, head, latest, pending, *there = await _all(rpc, requests)
    if quantity(served) != chain_id:
        raise Unavailable(
            "node", f"The node serves chain {quantity(served)} now; your transactions are for chain {chain_id}."
        )
    counted = quantity(latest)
    found = (header(block) for block in there if block is not None)
    by_number = {block.number: block.hash for block in found}
    return Seen(header(head), counted, max(counted, quantity(pending)), by_number)


async def suggested_tip(rpc: Rpc, most: int) -> int:
    """The tip that the node suggests, wei per gas; 0 where it suggests none, or none is wanted (`most`)."""
    if not most:
        return 0
    try:
        return quantity(await rpc.request("eth_maxPriorityFeePerGas"))
    except (RpcError, Unavailable):  # the habit's own will do
        return 0


async def receipts(rpc: Rpc, hashes: list[str]) -> list[Receipt]:
    """The receipts of those hashes that are in a block; of transactions at one nonce one at most.

    Raises Unavailable where the node doesn't say, or gives another transaction's.
    """
    if len(hashes) == 1:  # the usual case, in the smallest request
        one = await rpc.receipt(hashes[0])
        found = [] if one is None else [one]
    else:
        answers = await _all(rpc, [("eth_getTransactionReceipt", (each,)) for each in hashes])
        found = [receipt(answer) for answer in answers if answer is not None]
    if any(each.hash not in hashes for each in found):
        raise Unavailable("node", "The node gave the receipt of another transaction than the one that was asked for.")
    return found


async def blocks(rpc: Rpc, numbers: Collection[int]) -> dict[int, Header]:
    """The headers of those blocks that the node has, by number."""
    answers = await _all(rpc, [("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
    return {found.number: found for found in (header(answer) for answer in answers if answer is not None)}


async def _all(rpc: Rpc, requests: Sequence[Request]) -> list[Any]:
    answers = await rpc.batch(requests)
    for answer in answers:
        if isinstance(answer, RpcError):
            raise Unavailable("node", f"The node didn't answer: {answer.message}.")
    return answers
