"""`moneta health`: whether what an instance leans on is there, for a container's health check."""

from __future__ import annotations

import asyncio

from agent import not_offered
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.commands.output import complain, json_line, text_line
from agent.errors import Refused
from agent.execution.signer.client import SignerClient
from agent.harmless import harmless_line
from agent.place import Where
from memory.ledger import FILE
from memory.sqlite.look_through import damaged_in


def health(where: Where, as_json: bool) -> int:
    """0 where the node answers, and the signer answers, is unlocked and has the policy of the node's chain.

    It says nothing about the chats: a platform that is away is no reason to start anew. Nor is a damaged ledger, from
    which people are let out meanwhile, or a venue that isn't offered; both are told, the venues as the running
    instance saw them last. Raises Unavailable, Refused.
    """
    chain = asyncio.run(_health(where))
    damaged = damaged_in(where.folder / FILE)
    troubles = not_offered.read(where.folder).now
    if as_json:
        json_line({"event": "health", "chain_id": chain, "damaged": damaged, "not_offered": troubles})
    else:
        text_line(f"node and signer answer, chain {chain}")
        for key, why in sorted(troubles.items()):
            text_line(harmless_line(f"not offered: {key}, because {why}"))
    if damaged:
        complain(
            f"{where.folder / FILE} is damaged; not every row can be read of: {', '.join(damaged)}. Money only comes "
            "out until you put a copy back that you know is whole."
        )
    return 0


async def _health(where: Where) -> int:
    url, socket = places.endpoint_of(where).rpc_url, where.settings.signer_socket
    connected = SignerClient.connect_to(socket) if socket else None
    signer = await (connected or SignerClient.connect(where.folder / "signer"))
    try:
        status = await signer.status()
    finally:
        await signer.close()
    rpc = Rpc(url)
    try:
        chain = await rpc.chain_id()
    finally:
        await rpc.close()
    if not status["unlocked"]:
        raise Refused("locked", "The signer is locked.", "Unlock it first.")
    if int(status["chain_id"]) != chain:
        raise Refused("another chain", f"The signer is for chain {status['chain_id']}, the node is of {chain}.")
    return chain
