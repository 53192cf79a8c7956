"""Trades: their integers against the contracts', their split against the best there is and against Uniswap's SDK.

Times are processor time of one core: other programs that run meanwhile don't count.
"""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import devnet
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from benchmarks.figure import Figure
from benchmarks.trade import exact, exact_v4, peer, split
from benchmarks.trade.market import Market
from benchmarks.trade.universe import universe

WORLDS, FEW_WORLDS = 8, 2


def figures(quick: bool) -> Iterator[Figure]:
    """None of it in a quick run of everything: it takes minutes."""
    if not quick:
        yield from measured(few=False)


def measured(few: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder, devnet.start(Path(folder)) as node:
        yield from asyncio.run(_on(node, few))
    if importlib.util.find_spec("benchmarks.trade.sandwich") is not None:
        yield from importlib.import_module("benchmarks.trade.sandwich").figures(few)


async def _on(node: devnet.Node, few: bool) -> list[Figure]:
    made = universe(node, FEW_WORLDS if few else WORLDS, lambda line: print(line, file=sys.stderr))
    rpc = Rpc(node.rpc_url)
    try:
        market = await Market.opened(made, rpc)
        pools = Figure("trade_pools", len(market.states), "real pools and pairs on devnet")
        swaps = [*await exact.figures(market, few), *await exact_v4.figures(rpc, Registry.load(node.chain_file), few)]
        print(f"{len(swaps)} figures of swaps; now splits, which take some minutes", file=sys.stderr)
        return [pools, *swaps, *await split.figures(market, few), *peer.figures(market, few)]
    finally:
        await rpc.close()
