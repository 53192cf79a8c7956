"""What the endpoints are together: how many must say the same, where transactions go, who tells of new blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.chain.heads import Heads
from agent.chain.quorum import needed, said
from agent.chain.rpc import METHOD_NOT_FOUND, Rpc
from agent.chain.rpc_types import RpcError
from agent.doctor.finding import Finding, judged, warned
from agent.errors import MonetaError
from agent.execution.confirmations import DEVNET_CHAIN_ID

TOLD_SECONDS = 5.0
FEWER = "Polling goes on without it; correct the line, or take it out."
NOWHERE = "Nothing is signed while it is so: correct the line in private_rpc_file, or take the setting out."


@dataclass(frozen=True, slots=True)
class Besides:
    """What the settings name beside the endpoints that are asked. `sockets` are URLs."""

    quorum: int | None = None
    private: Rpc | None = None
    sockets: Sequence[str] = ()


async def together(count: int, besides: Besides, chain_id: int) -> list[Finding]:
    """How `count` endpoints and what stands beside them do together. Raises Refused("endpoints")."""
    trust = said(count, needed(count, besides.quorum))
    more = "Name another one, of another provider, in rpc_file: nobody contradicts this one."
    enough = count > 1 or chain_id == DEVNET_CHAIN_ID  # which is the machine's own
    found = [warned(enough, "endpoints", "together", "several, of different providers", trust, more)]
    if besides.private is not None:
        found.append(await _private(besides.private, chain_id))
    return found + [await _told(url, number) for number, url in enumerate(besides.sockets, 1)]


async def _private(rpc: Rpc, chain_id: int) -> Finding:
    expected = f"transactions of chain {chain_id} are sent there alone"
    try:
        served = await rpc.chain_id()
    except RpcError as error:
        silent = error.code == METHOD_NOT_FOUND
        text = "it takes transactions and doesn't say of which chain" if silent else error.message
        return (warned if silent else judged)(False, "private", "endpoint", expected, text, "" if silent else NOWHERE)
    except MonetaError as error:
        return judged(False, "private", "endpoint", expected, str(error).rstrip("."), NOWHERE)
    return judged(served == chain_id, "private", "endpoint", expected, f"it is of chain {served}", NOWHERE)


async def _told(url: str, number: int) -> Finding:
    heads = Heads([url])
    try:
        waited = 0.0
        while not heads.live and waited < TOLD_SECONDS:
            waited += await heads.after(heads.heard, 0.1)
        found = "subscribed" if heads.live else f"no subscription within {TOLD_SECONDS:g} s"
        return warned(heads.live, "new blocks by", f"WebSocket {number}", "told as they come", found, FEWER)
    finally:
        await heads.close()
