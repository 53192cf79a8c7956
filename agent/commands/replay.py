"""`moneta replay ID`: a recorded decision made again, and whether it comes out as it did."""

from __future__ import annotations

import asyncio
import time

from agent import hooks
from agent.chain.discover import discover
from agent.chain.find_traders import find_traders
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.errors import Refused
from agent.place import Where
from agent.replies.clock import day_and_time
from agent.runtime.replaying import Known, Replay, replay
from memory.ledger import FILE, Ledger
from memory.rows import DecisionRow


def run(where: Where, number: int, as_json: bool) -> int:
    """Replays all choices of the decision's plan, a line each in JSON.

    Ends with 0 only where the choices, their numbers and the whole plan, to its digest, are the same.
    """
    found = asyncio.run(_replay(where, number))
    for row, again in found:
        if as_json:
            json_line({"decision": row.id, "kind": row.kind, "at": row.at, "plan": row.plan_id, **again.as_json()})
            continue
        text_line(f"Decision {row.id} of {day_and_time(row.at)} ({row.kind}): {row.chosen or 'nothing was chosen'}.")
        text_line("It comes out the same." if not again.differs else f"It differs: {'; '.join(again.differs)}.")
    if not as_json:
        _plan_lines(found[0][1])
    return 1 if any(again.differs for _, again in found) else 0


def _plan_lines(again: Replay) -> None:
    if not again.digest:
        return
    text_line(f"The plan, digest {again.digest}:")
    for step in again.steps:
        text_line(f"  {step['contract']}.{str(step['function']).partition('(')[0]} {step['args']} ({step['role']})")


async def _replay(where: Where, number: int) -> list[tuple[DecisionRow, Replay]]:
    folder = where.folder
    if not (folder / FILE).exists():
        raise Refused("replay", f"There is no ledger in {folder}.")
    place = places.endpoint_of(where)  # venues are code and a chain file: the chain only confirms what they are
    registry, plugins, rpc = Registry.load(place.chain_file), hooks.load(where.settings), Rpc(place.rpc_url)
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        row = await ledger.decision(number)
        if row is None:
            raise Refused("replay", f"There is no decision {number} in {folder}.")
        stored = None if row.plan_id is None else await ledger.plan(row.plan_id)
        protocols = [protocol for group in plugins.hook.moneta_protocols() for protocol in group]
        kinds = [kind for group in plugins.hook.moneta_traders() for kind in group]
        venues = await discover(protocols, registry, rpc)
        traders, _ = await find_traders(kinds, registry, rpc, venues.missing)
        known = Known(registry, venues, traders, plugins.hook)
        rows = [row] if row.plan_id is None else await ledger.decisions_of_plan(row.plan_id)
        return [(each, replay(each, None if stored is None else stored.plan, known)) for each in rows]
    finally:
        await ledger.close()
        await rpc.close()
