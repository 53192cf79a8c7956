"""Opens what can be looked at of a chain, with nothing but its node: no key, no password, no policy, no file."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pluggy

from agent import hooks
from agent.chain.discover import Discovered, discover
from agent.chain.endpoints import endpoints, private_endpoint, sockets
from agent.chain.find_traders import find_quoters, find_traders
from agent.chain.heads import Heads
from agent.chain.health import BEHIND_SECONDS, MAX_BEHIND
from agent.chain.pool import Pool
from agent.chain.private import Private
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.config import Settings
from agent.errors import Refused
from agent.place import Endpoint, read_secret
from agent.plugin import Protocol, Quoter, Trader
from agent.runtime.market import Market, services


@contextlib.asynccontextmanager
async def open_market(endpoint: Endpoint, settings: Settings, cache: Path | None = None) -> AsyncIterator[Market]:
    """The venues of a chain and what reads them. Nothing is written, but for services' answers where `cache` is said.

    Raises Refused("another-chain") where the node serves another chain than the file is for, Unavailable where it
    can't be reached.
    """
    registry = Registry.load(endpoint.chain_file)
    plugins = hooks.load(settings)
    rpc = node(endpoint.rpc_url, settings, registry)
    try:
        await rpc.prepare()
        await check_served(rpc, registry)
        found, traders = await find(registry, plugins.hook, rpc)
        yield Market(
            registry=registry,
            rpc=rpc,
            venues=found,
            missing=found.missing,
            untrusted=found.untrusted,
            hooks=plugins.hook,
            now=lambda: int(time.time()),
            traders=traders,
            urls=services(settings),
            cache=cache,
            longest_head=settings.max_head_age_seconds if settings.chain else 0,  # a devnet stands still by itself
        )
    finally:
        await rpc.close()


async def check_served(rpc: Rpc, registry: Registry) -> None:
    """Raises Refused("another-chain") before anything is read of contracts that would be another chain's."""
    served = await rpc.chain_id()
    if served != registry.chain_id:
        raise Refused(
            "another-chain",
            f"The node serves chain {served}; {registry.network} is chain {registry.chain_id}.",
            "Name the chain that the node is of, or a node of that chain.",
        )


def node(rpc_url: str, settings: Settings, registry: Registry) -> Rpc:
    """The endpoint, or a pool of it and what the settings name besides. Raises Refused: secret, endpoints."""
    file, private = settings.rpc_file, settings.private_rpc_file
    named = read_secret(file, "It holds a node's URL a line.") if file else ""
    urls, tell = list(dict.fromkeys((rpc_url, *endpoints(named)))), sockets(named)
    if len(urls) == 1 and not tell and private is None and settings.rpc_quorum is None:
        return Rpc(rpc_url)
    to = (
        private_endpoint(read_secret(private, "It holds the URL that transactions are sent to.")) if private else None
    )
    return Pool(
        [Rpc(url) for url in urls],
        quorum=settings.rpc_quorum,
        private=None
        if to is None
        else Private(Rpc(to), settings.private_method, settings.private_blocks, settings.private_fallback),
        heads=Heads(tell) if tell else None,
        behind=max(MAX_BEHIND, registry.blocks_in(BEHIND_SECONDS)),
    )


async def find(registry: Registry, hook: pluggy.HookRelay, rpc: Rpc) -> tuple[Discovered, dict[str, Trader]]:
    """The venues and exchanges that agree with the chain file, and in `missing` why the others don't."""
    found = await discover(protocols_of(hook), registry, rpc)
    traders, faults = await find_traders(traders_of(hook), registry, rpc, found.missing)
    found.missing.update(faults)
    return found, traders


async def quoters_of(
    settings: Settings, registry: Registry, hook: pluggy.HookRelay, rpc: Rpc, found: Discovered
) -> dict[str, Quoter]:
    """The quoters that the settings name, and in `found.missing` why one isn't used."""
    if not settings.quoters:
        return {}
    kinds = [kind for group in hook.moneta_quoters() for kind in group]
    quoters, faults = await find_quoters(kinds, registry, rpc, settings.quoters)
    found.missing.update(faults)
    return quoters


def protocols_of(hook: pluggy.HookRelay) -> list[Protocol]:
    return [protocol for group in hook.moneta_protocols() for protocol in group]


def traders_of(hook: pluggy.HookRelay) -> list[type[Trader]]:
    return [trader for group in hook.moneta_traders() for trader in group]
