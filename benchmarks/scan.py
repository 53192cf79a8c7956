"""A full scan of a chain's profile: sixty venues, all balances and prices, every Uniswap pool, at one block.

The chain is Ethereum's profile on a local anvil, made up to sixty venues with further Aave reserves and vaults over
them at made-up addresses. What a scan takes is the whole of it: encoding, the node's own work, decoding, the maths.
"""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import tomli_w
from eth_utils.address import to_checksum_address

import chains
from agent import hooks
from agent.chain.discover import discover
from agent.chain.find_traders import find_traders
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.snapshot import take
from agent.money import address
from benchmarks.figure import Figure
from benchmarks.snapshot import counting
from devnet.profiles import start_profile

CHAIN, VENUES, TARGET_MS = "ethereum", 60, 100.0
WARM_UP, COUNT = 3, 20
MARKET = "core"
ACCOUNT = address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    source = chains.path(CHAIN)
    if source is None:
        raise RuntimeError(f"no chain file of {CHAIN}")
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as name:
        folder = Path(name)
        file = folder / "wide.toml"
        file.write_text(tomli_w.dumps(widened(tomllib.loads(source.read_text()))))
        with start_profile(folder / "node", file) as node:
            yield from asyncio.run(_scans(node.rpc_url, Registry.load(file)))


async def _scans(url: str, registry: Registry) -> list[Figure]:
    plugins = hooks.load().hook
    rpc = Rpc(url)
    try:
        venues = await discover([each for group in plugins.moneta_protocols() for each in group], registry, rpc)
        kinds = [each for group in plugins.moneta_traders() for each in group]
        traders, faults = await find_traders(kinds, registry, rpc, venues.missing)
        if venues.missing or faults:
            raise RuntimeError(f"the profile isn't whole: {venues.missing} {faults}")
        taken = []
        for _ in range(WARM_UP + COUNT):
            begun = time.perf_counter()
            await take(rpc, registry, venues, ACCOUNT, traders=traders)
            taken.append((time.perf_counter() - begun) * 1_000)
        with counting(url) as (through, counts):
            counted = Rpc(through)
            seen = await take(counted, registry, venues, ACCOUNT, traders=traders)
            await counted.close()
    finally:
        await rpc.close()
    return [
        Figure("scan_venues", len(seen.venues), "venues", VENUES, at_least=True),
        Figure("scan_reads", seen.reads, "reads"),
        Figure("scan_calls", counts["eth_call"], "calls", 1),
        Figure("scan_ms", median(taken[WARM_UP:]), "ms", TARGET_MS),
    ]


def widened(data: dict[str, Any]) -> dict[str, Any]:
    """The chain file with further reserves of one market, and a vault over each, until it names sixty venues."""
    protocols, number = data["protocols"], 0
    while (short := VENUES - _count(protocols)) > 0:
        number += 1
        symbol = f"T{number:02}"
        data["tokens"][symbol] = {
            "name": f"Token {number}",
            "address": _made_up(f"token {number}"),
            "decimals": 18,
            "feed": _made_up(f"feed {number}"),
            "heartbeat": 86_400,
        }
        protocols["aave-v3"][MARKET]["assets"].append(symbol)
        if short > 1:
            vault = {"vault": _made_up(f"vault {number}"), "liquidity_source": f"aave-v3:{MARKET}:{symbol}"}
            protocols["erc4626"][f"stata-{MARKET}-{symbol}"] = vault
    return data


def _count(protocols: dict[str, Any]) -> int:
    reserves = sum(len(market["assets"]) for market in protocols["aave-v3"].values())
    others = (protocols["morpho-blue"]["markets"], protocols["erc4626"], protocols.get("morpho-vaults", {}))
    return reserves + sum(len(each) for each in others)


def _made_up(name: str) -> str:
    return to_checksum_address(hashlib.sha256(name.encode()).digest()[:20])
