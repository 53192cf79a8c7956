"""`moneta doctor`: whether chain file, endpoints and contracts agree, check by check. It changes nothing."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from agent import hooks
from agent.chain.endpoints import endpoints, private_endpoint, sockets
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.commands import places
from agent.commands.output import json_line, text_line
from agent.commands.plugins.listing import disabled
from agent.config import Settings
from agent.doctor.examine import Patient, examine
from agent.doctor.finding import Finding, Verdict, warned
from agent.doctor.together import Besides
from agent.errors import Refused
from agent.execution.signer.paths import POLICY
from agent.harmless import harmless_line
from agent.money import Address
from agent.opening import protocols_of, traders_of
from agent.place import Where, read_secret
from agent.policy.fingerprint import Fingerprint
from agent.policy.older import WHY, mended_by, older
from agent.policy.policy import load

TIMEOUT_SECONDS = 5.0
"""For one request: what takes longer is too slow to hold a conversation with."""


def doctor(where: Where, as_json: bool) -> int:
    """0 where nothing is wrong. Raises Unavailable, Refused where it isn't said what to examine."""
    counted = asyncio.run(_doctor(where, as_json))
    summary = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict)
    if as_json:
        json_line({"event": "summary", **{str(verdict): counted[verdict] for verdict in Verdict}})
    else:
        text_line(summary)
    return 1 if counted[Verdict.WRONG] else 0


async def _doctor(where: Where, as_json: bool) -> Counter[Verdict]:
    nodes = [Rpc(url, TIMEOUT_SECONDS) for url in urls(where)]
    besides = besides_of(where.settings)
    counted: Counter[Verdict] = Counter()
    try:
        async for finding in _findings(where, nodes, besides):
            counted[finding.verdict] += 1
            if as_json:
                json_line(finding.as_json())
            else:
                text_line(harmless_line(finding.line()))
    finally:
        for node in (*nodes, *([besides.private] if besides.private else [])):
            await node.close()
    return counted


async def _findings(where: Where, nodes: Sequence[Rpc], besides: Besides) -> AsyncIterator[Finding]:
    for each in disabled(where.settings, where.folder):
        what = "Look at it with `moneta plugins check`, mend it or take it away; nothing else waits for it"
        yield warned(False, "plug-in", each.name, "usable", f"disabled: {each.why}", what)
    for table in _older(where):
        what = f"{mended_by(table)} shows what is new in it, and with --code asks the signer for it"
        yield warned(False, "call table", table, "as its plug-in ships it", WHY, what)
    async for finding in examine(_patient(where, nodes, besides)):
        yield finding


def urls(where: Where) -> list[str]:
    """Every endpoint that is named, the preferred one first."""
    file = where.settings.rpc_file
    further = () if file is None else endpoints(read_secret(file, "It holds a node's URL a line."))
    return list(dict.fromkeys((places.endpoint_of(where).rpc_url, *further)))


def besides_of(settings: Settings) -> Besides:
    """What the settings name beside the endpoints that are asked. Raises Refused: secret, endpoints."""
    file, private = settings.rpc_file, settings.private_rpc_file
    to = private_endpoint(read_secret(private, "It holds the URL of a node.")) if private else None
    return Besides(
        quorum=settings.rpc_quorum,
        private=None if to is None else Rpc(to, TIMEOUT_SECONDS),
        sockets=sockets(read_secret(file, "It holds a node's URL a line.")) if file else (),
    )


def _patient(where: Where, nodes: Sequence[Rpc], besides: Besides) -> Patient:
    settings, plugins = where.settings, hooks.load(where.settings)
    return Patient(
        registry=Registry.load(places.endpoint_of(where).chain_file),
        endpoints=nodes,
        protocols=protocols_of(plugins.hook),
        traders=traders_of(plugins.hook),
        now=lambda: int(time.time()),
        longest_head=settings.max_head_age_seconds if settings.chain else 0,  # a devnet stands still by itself
        most_mean_bps=settings.max_price_gap_bps,
        recorded=_recorded(where.folder / "signer" / POLICY),
        besides=besides,
    )


def _older(where: Where) -> list[str]:
    """The call tables that the folder's policy pins as an earlier version shipped them."""
    shipped = hooks.load(where.settings).hook.moneta_call_tables()
    try:
        return list(older(load(where.folder / "signer" / POLICY), (table for group in shipped for table in group)))
    except (OSError, ValueError):  # of no policy, or of one that only the signer reads; a damaged one is said below
        return []


def _recorded(policy: Path) -> dict[Address, Fingerprint]:
    """What contracts were when the folder's policy listed them; empty where there is no policy that can be read."""
    try:
        return dict(load(policy).codes)
    except FileNotFoundError:
        return {}
    except PermissionError:
        return {}  # the signer is another user's; what changed is looked at where it is listed
    except (OSError, ValueError) as error:
        raise Refused("policy", f"{policy} can't be read: {error}.", "Move it away, or correct it.") from error
