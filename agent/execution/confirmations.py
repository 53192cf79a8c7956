"""How deep a transaction must lie before its plan counts as settled."""

from __future__ import annotations

from collections.abc import Sequence

from agent.chain.registry import Registry
from agent.errors import Unavailable
from agent.execution.flows import Mined
from agent.execution.look import blocks
from agent.execution.parts import LATE_SECONDS, Confirmations, Parts

DEVNET_CHAIN_ID = 31_337  # anvil's and Hardhat's
ELSEWHERE = 12
"""About two and a half minutes on Ethereum; reorganisations of more than a few blocks are not seen there since the
Merge, and whatever comes deeper is watched for FINAL_BLOCKS and put back."""


def wanted(setting: Confirmations | None, registry: Registry) -> Confirmations:
    """What is set, else the chain file's `finality`; without either one block on a devnet and twelve elsewhere."""
    found = registry.finality if setting is None else setting
    if found is not None:
        return found
    return 1 if registry.chain_id == DEVNET_CHAIN_ID else ELSEWHERE


class Shallow(Unavailable):
    """All is mined and as it should be, and not yet as deep as it has to be."""

    def __init__(self, wanted: Confirmations) -> None:
        deep = f"{wanted} confirmations" if isinstance(wanted, int) else f"a block that the chain calls {wanted}"
        super().__init__("node", f"It counts as settled with {deep}.")


async def wait_for(parts: Parts, mined: Sequence[Mined], patience: float) -> None:
    """Returns once the last of these transactions is as deep as it has to be, its block still the same.

    Raises Shallow where it isn't within `patience` seconds: recovery comes back to it. Raises Unavailable.
    """
    if parts.confirmations == 1 or not mined:
        return
    last = max((each.receipt for each in mined), key=lambda receipt: receipt.block_number)
    waited, heard = 0.0, parts.heard
    while not await _is_deep(parts, last.block_number):
        if waited >= patience:
            raise Shallow(parts.confirmations)
        pause = min(LATE_SECONDS if parts.is_told else LATE_SECONDS / 10, max(patience - waited, 0.01))
        waited += await parts.rest(pause, heard)
        heard = parts.heard
    there = (await blocks(parts.rpc, [last.block_number])).get(last.block_number)
    if there is None or there.hash != last.block_hash:
        raise Unavailable("node", f"Block {last.block_number} was replaced meanwhile: I look everything up again.")


async def _is_deep(parts: Parts, number: int) -> bool:
    if isinstance(parts.confirmations, int):
        return (await parts.rpc.block("latest")).number - number + 1 >= parts.confirmations
    try:
        return (await parts.rpc.block(parts.confirmations)).number >= number
    except Unavailable:  # a young chain has no such block yet; a node that is away is found so by the next look
        return False
