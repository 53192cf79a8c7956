"""`moneta audit verify`: the ledger's own chain of hashes, and the ledger against the chain that it speaks of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent import hooks
from agent.chain.discover import Discovered, discover
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.snapshot import take
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.errors import MonetaError, Unavailable
from agent.execution.agreement import disagreements
from agent.execution.earnings import Standing, standings, unreadable
from agent.execution.evidence import Evidence, gather
from agent.place import Where
from agent.policy.policy import Policy, build
from memory.ledger import FILE, Ledger

LOOKS = 3
PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the check: 'log' or 'chain'. `why_not` says why it wasn't checked, '' where it was.

    `unchecked` are things of a part that was checked and that could not be read all the same.
    """

    name: str
    problems: tuple[str, ...] = ()
    why_not: str = ""
    evidence: Evidence | None = None
    standings: tuple[Standing, ...] = ()
    unchecked: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        if self.evidence is not None:
            seen = {
                "first_block": self.evidence.first,
                "head": self.evidence.head.number,
                "transactions": len(self.evidence.receipts),
            }
        checked = {"part": self.name, "checked": not self.why_not, "why_not": self.why_not or None}
        found = {"problems": list(self.problems), "unchecked": list(self.unchecked), "holds": not self.problems}
        return {**checked, **seen, **found}


def verify(where: Where, as_json: bool) -> int:
    """Prints what was checked and all that is wrong. 0 only where nothing is; a part may be out of reach."""
    parts = asyncio.run(check(where))
    problems = [problem for part in parts for problem in part.problems]
    if as_json:
        for part in parts:
            json_line(part.as_json())
            for each in part.standings:
                json_line(_as_json(each))
        checked = [part.name for part in parts if not part.why_not]
        json_line({"problems": problems, "holds": not problems, "checked": checked})
    else:
        _told(parts)
    return 1 if problems else 0


def _told(parts: Sequence[Part]) -> None:
    for part in parts:
        if part.why_not:
            text_line(f"The chain was not checked: {part.why_not}")
        elif part.problems:
            text_line("\n".join(part.problems))
        elif part.evidence is None:
            text_line("The audit log is whole: every row follows from the one before it.")
        else:
            seen = f"{len(part.evidence.receipts)} transactions, blocks {part.evidence.first} to"
            text_line(f"Ledger equals chain: {seen} {part.evidence.head.number}.")
        for line in (*(str(each) for each in part.standings), *part.unchecked):
            text_line(line)


async def check(where: Where) -> list[Part]:
    """Both parts, the log first. Raises Unavailable where the ledger can't be opened at all."""
    folder = where.folder
    if not (folder / FILE).exists():
        return [Part("log", (f"there is no ledger in {folder}",))]
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        log = Part("log", tuple(await ledger.verify_audit()))
        return [log, await _chain(ledger, where)]
    finally:
        await ledger.close()


async def _chain(ledger: Ledger, where: Where) -> Part:
    try:
        place = places.endpoint_of(where)
    except MonetaError as error:
        return Part("chain", why_not=str(error))
    rpc = Rpc(place.rpc_url)
    try:
        return await against(ledger, rpc, place.chain_file)
    except (Unavailable, RpcError) as error:
        return Part("chain", why_not=str(error))
    finally:
        await rpc.close()


async def against(ledger: Ledger, rpc: Rpc, chain_file: Path) -> Part:
    """The ledger held against the chain that the file describes. Raises Unavailable, RpcError."""
    registry, plugins = Registry.load(chain_file), hooks.load()
    found = await discover([each for group in plugins.hook.moneta_protocols() for each in group], registry, rpc)
    tables = _tables(registry, found, [each for group in plugins.hook.moneta_call_tables() for each in group])
    part, rows = await _look(ledger, rpc, registry, found, tables)
    for _ in range(LOOKS - 1):
        if not part.problems:
            break
        await asyncio.sleep(PAUSE_SECONDS)
        if (await ledger.audit_head())[0] == rows:
            break  # nothing was carried out meanwhile that would explain it
        part, rows = await _look(ledger, rpc, registry, found, tables)
    return part


async def _look(ledger: Ledger, rpc: Rpc, registry: Registry, found: Discovered, tables: Policy) -> tuple[Part, int]:
    book = await ledger.book()
    receipts = [venue.receipt.address for venue in found.values() if venue.receipt is not None]
    pinned = {place for place in (*tables.tokens, *receipts) if place is not None}
    chain = await gather(rpc, book, pinned, registry.coin)
    snapshots = [await take(rpc, registry, found, each.address, chain.head.number) for each in book.accounts]
    stand = standings(book, chain, snapshots, found, tables)
    problems = [*disagreements(book, chain), *(each.problem for each in stand if each.problem)]
    dark = unreadable(book, snapshots, found.missing)
    part = Part("chain", tuple(problems), evidence=chain, standings=tuple(stand), unchecked=tuple(dark))
    return part, book.rows


def _tables(registry: Registry, found: Discovered, tables: list[dict[str, Any]]) -> Policy:
    """What reads calldata: the plug-ins' call tables over the contracts that the chain proved. It allows nothing."""
    return build(
        chain_id=registry.chain_id,
        chain_name=registry.name,
        tokens=registry.tokens.values(),
        native=registry.native,
        listed=[venue.contract for venue in found.values()],
        tables=tables,
        caps={},
        max_fee_wei=0,
    )


def _as_json(each: Standing) -> dict[str, Any]:
    return {
        "part": "venue",
        "account": each.account,
        "venue": each.venue,
        "asset": each.asset.symbol,
        "position": str(each.position),
        "deposited": str(each.chain.deposited),
        "withdrawn": str(each.chain.withdrawn),
        "earned": str(each.earned),
        "ledger": {"deposited": str(each.ledger.deposited), "withdrawn": str(each.ledger.withdrawn)},
        "holds": not each.problem,
    }
