"""Uniswap's own SDK on the same pools: npm @uniswap/v3-sdk, the best of its trades over up to three hops.

@uniswap/smart-order-router, which splits, asks a node and subgraphs while it routes, so it can't be given a state;
the SDK that it is built on can. Pools alone: the SDK for pairs is another one. Both are told the same pools before.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

from agent.money import Token
from agent.routes import PoolState
from benchmarks.figure import Figure
from benchmarks.trade.market import Market
from benchmarks.trade.split import Asked, ask
from devnet.artefacts import ensure, folder_of
from devnet.cache import cache_folder, exclusive
from devnet.clients import node_command
from devnet.lock import parse
from devnet.progress import to_stderr
from plugins.uniswap.ticks import MAX_TICK

LOCK = Path(__file__).with_name("artefacts.lock")
SCRIPT = Path(__file__).with_name("peer.cjs")
SEED = 55
MANY, FEW, POOLS = 200, 30, 20
SECONDS = 300
BASIS_POINTS = 1e4


def figures(market: Market, quick: bool) -> Iterator[Figure]:
    dice, asked = random.Random(SEED), list[Asked]()  # noqa: S311
    while len(asked) < (FEW if quick else MANY):
        asked.append(ask(market, dice, POOLS, kind=PoolState))
    theirs = _answers(asked)
    same, gains, times, known = 0, [], [], 0
    for each, answer in zip(asked, theirs, strict=True):
        began = time.process_time()
        trade = market.trader.best(each.pools, *each.tokens, each.units, each.exact_out, Fraction(0))
        times.append((time.process_time() - began) * 1_000)
        alone = market.trader.quote(each.pools, *each.tokens, each.units, each.exact_out)
        if alone is None or trade is None or answer["open"] is None:
            continue
        known += 1
        single = alone.units_in if each.exact_out else alone.units_out
        same += int(answer["open"]) == single
        ours, open_ = (trade.units_in if each.exact_out else trade.units_out), int(answer["open"])
        gains.append((open_ - ours if each.exact_out else ours - open_) / open_ * BASIS_POINTS)
    yield Figure("trade_peer_trades", known, f"of {len(asked)} over {POOLS} pools that both can carry, v3-sdk 3.31.5")
    yield Figure("trade_peer_singles_that_differ", known - same, "best single ways by the SDK and by Moneta", 0)
    yield Figure("trade_peer_gain", sum(gains) / known, "basis points more than the SDK gives, mean")
    yield Figure(
        "trade_peer_gain_least", min(gains), "basis points more than the SDK gives, the least", 0, at_least=True
    )
    yield Figure("trade_peer_ms", median(answer["ms"] for answer in theirs), "ms of the SDK, median")
    yield Figure("trade_peer_own_ms", median(times), "ms of Moneta on the same, median")


def _answers(asked: list[Asked]) -> list[dict[str, Any]]:
    pools = {state.pool: state for each in asked for state in each.pools if isinstance(state, PoolState)}
    places = {pool: place for place, pool in enumerate(pools)}
    tokens = {token.address: token for each in asked for token in each.world.tokens}
    told = {
        "pools": [_pool(state, tokens) for state in pools.values()],
        "questions": [
            {
                "pools": [places[state.pool] for state in each.pools],
                "start": _token(each.tokens[0]),
                "end": _token(each.tokens[1]),
                "units": str(each.units),
                "exactOut": each.exact_out,
            }
            for each in asked
        ],
    }
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        packages = _packages(Path(folder))
        done = subprocess.run(
            [*node_command(), str(SCRIPT)],
            input=json.dumps(told),
            env={**os.environ, "NODE_PATH": str(packages)},
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def _packages(folder: Path) -> Path:
    """The SDK and what it loads, as node looks for them: links to the unpacked parts, which are fetched once."""
    parts = parse(LOCK.read_text())
    with exclusive(cache_folder() / "setup.lock"):
        ensure(parts, to_stderr)
    for part in parts:
        link = folder / part.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(folder_of(part), target_is_directory=True)
    return folder


def _token(token: Token) -> dict[str, Any]:
    return {"address": token.address, "decimals": token.decimals}


def _pool(state: PoolState, tokens: dict[Any, Token]) -> dict[str, Any]:
    """The SDK wants all ticks to add up: beyond those that are read, what is left is over the whole range."""
    low = state.liquidity - sum(net for tick, net in state.ticks if tick <= state.tick)
    high = low + sum(net for _, net in state.ticks)
    edge = MAX_TICK // state.spacing * state.spacing
    ticks = [(-edge, low), *state.ticks, (edge, -high)]
    return {
        "token0": _token(tokens[state.token0]),
        "token1": _token(tokens[state.token1]),
        "fee": state.fee,
        "spacing": state.spacing,
        "sqrtPrice": str(state.sqrt_price),
        "liquidity": str(state.liquidity),
        "tick": state.tick,
        "ticks": [[tick, str(net)] for tick, net in ticks if net],
    }
