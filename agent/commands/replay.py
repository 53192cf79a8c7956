"""`moneta replay ID`: a recorded decision made again, and whether it comes out as it did."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from agent import hooks
from agent.chain.discover import discover
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.errors import Refused
from agent.replies.clock import day_and_time
from agent.runtime.replaying import Replay, replay
from memory.ledger import FILE, Ledger
from memory.rows import DecisionRow


def run(folder: Path, number: int, as_json: bool) -> int:
    """Ends with 0 only where the choice, its numbers and the plan's steps are the same."""
    row, found = asyncio.run(_replay(folder, number))
    if as_json:
        json_line({"decision": row.id, "kind": row.kind, "at": row.at, "plan": row.plan_id, **found.as_json()})
        return 1 if found.differs else 0
    text_line(f"Decision {row.id} of {day_and_time(row.at)} ({row.kind}): {row.chosen or 'nothing was chosen'}.")
    for step in found.steps:
        text_line(f"  {step['contract']}.{str(step['function']).partition('(')[0]} {step['args']} ({step['role']})")
    text_line("It comes out the same." if not found.differs else f"It differs: {'; '.join(found.differs)}.")
    return 1 if found.differs else 0


async def _replay(folder: Path, number: int) -> tuple[DecisionRow, Replay]:
    if not (folder / FILE).exists():
        raise Refused("replay", f"There is no ledger in {folder}.")
    place = places.running_devnet(folder)  # venues are code and a chain file: the chain only confirms what they are
    registry, plugins, rpc = Registry.load(place.chain_file), hooks.load(), Rpc(place.rpc_url)
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        row = await ledger.decision(number)
        if row is None:
            raise Refused("replay", f"There is no decision {number} in {folder}.")
        stored = None if row.plan_id is None else await ledger.plan(row.plan_id)
        protocols = [protocol for group in plugins.hook.moneta_protocols() for protocol in group]
        venues = await discover(protocols, registry, rpc)
        return row, replay(row, None if stored is None else stored.plan, registry, venues, plugins.hook)
    finally:
        await ledger.close()
        await rpc.close()
