"""Random trades over random sets of real pools: run as quoted, against the best there is, and how quickly.

The best without gas is the convex optimum (convex.py). Net of gas it is a choice of ways too: of the best few, every
set of two or three is solved to its own convex optimum and its gas taken off; one way alone pays its crossed ticks,
too.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from statistics import median

from agent.abi import view
from agent.chain.find_traders import find_traders
from agent.chain.rpc import Rpc
from agent.chain.snapshot import take
from agent.gate.trades.trading import MAX_IMPACT_BPS
from agent.money import Token, address
from agent.routes import AnyPool, Route, Trade
from benchmarks.figure import Figure
from benchmarks.trade.convex import Arc, Way, optimum
from benchmarks.trade.market import Market
from benchmarks.trade.universe import World
from plugins.uniswap import gas as costs
from plugins.uniswap.best import alone
from plugins.uniswap.paths import Path, paths
from plugins.uniswap.split import Search, way_gas
from plugins.uniswap.ticks import sqrt_ratio_at
from plugins.uniswap.trader import UniswapV3

SEED = 34
SETS, FEW_SETS = 500, 30
TIMED, FEW_TIMED = 300, 60
POOLS = 20
ETHER_USD = 3_000
BEST_WAYS, TOGETHER = 6, 3
BALANCE = view("balanceOf(address)", "uint256")
BASIS_POINTS = 1e4
FOREVER = 2**40
STRANGER = address("0x" + "5" * 40)  # who provides no liquidity anywhere


@dataclass(frozen=True)
class Asked:
    """One question over a set of pools."""

    world: World
    pools: tuple[AnyPool, ...]
    ends: tuple[int, int]
    units: int
    exact_out: bool
    gas: Fraction

    @property
    def tokens(self) -> tuple[Token, Token]:
        return self.world.tokens[self.ends[0]], self.world.tokens[self.ends[1]]

    @property
    def ways(self) -> list[Path]:
        start, end = self.tokens
        if start.address is None or end.address is None:
            raise ValueError("a pool's token has an address")
        return paths(
            self.pools, {token.address for token in self.world.tokens if token.address}, start.address, end.address
        )


@dataclass
class Seen:
    """Gaps in basis points of what is open; figures of gas by trade."""

    gaps: list[float] = field(default_factory=list)
    net_gaps: list[float] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    below_single: int = 0
    differences: int = 0
    executed: int = 0
    gas: list[tuple[Trade, int]] = field(default_factory=list)


async def figures(market: Market, quick: bool) -> list[Figure]:
    dice, seen = random.Random(SEED), Seen()  # noqa: S311
    while len(seen.gaps) < (FEW_SETS if quick else SETS):
        asked = ask(market, dice, dice.randint(3, POOLS))
        await _held(market, asked, seen)
    times = _timed(market, dice, FEW_TIMED if quick else TIMED)
    return [
        *_told(seen),
        *times,
        Figure("trade_snapshot_requests", await _requests(market), "eth_calls, 20 pools", 1),
    ]


def _told(seen: Seen) -> Iterator[Figure]:
    several = sum(parts > 1 for parts in seen.parts)
    gas = [abs(trade.gas - used) / used for trade, used in seen.gas]
    yield Figure(
        "trade_split_sets",
        len(seen.gaps),
        f"random sets of pools, {several} of them split, {max(seen.parts)} parts at most",
    )
    yield Figure("trade_split_gap_to_convex", max(seen.gaps), "basis points without gas, the widest", 1)
    yield Figure("trade_split_gap_to_convex_median", median(seen.gaps), "basis points without gas")
    yield Figure(
        "trade_split_gap_net_of_gas", max(seen.net_gaps), "basis points of the best set of ways, the widest", 1
    )
    yield Figure("trade_split_below_best_single", seen.below_single, "trades", 0)
    yield Figure("trade_split_gain", sum(seen.gains) / len(seen.gains), "basis points over the best single way, mean")
    yield Figure("trade_split_executed", seen.executed, "trades run through the router's multicall")
    yield Figure("trade_split_differences", seen.differences, "of them that came to something else than quoted", 0)
    yield Figure("trade_gas_estimate_off", 100 * median(gas), "% of the gas used, median")


def ask(market: Market, dice: random.Random, count: int, kind: type[AnyPool] | None = None) -> Asked:
    """A trade of 100 to 1,000,000 USD with gas at 0.05 to 30 gwei, over pools that join its tokens.

    `kind`: of one kind alone.
    """
    while True:
        world = dice.choice(market.of.worlds)
        ends = dice.sample(range(len(world.tokens)), 2)
        some = sorted({*ends, *dice.sample(range(len(world.tokens)), dice.randint(2, len(world.tokens)))})
        inside = {world.tokens[each].address for each in some}
        all_ = [market.states[place] for place in (*world.pools, *world.pairs)]
        known = [state for state in all_ if state.token0 in inside and state.token1 in inside]
        known = [state for state in known if kind is None or isinstance(state, kind)]
        pools = tuple(dice.sample(known, min(count, len(known))))
        exact_out = dice.random() < 0.4
        units = world.units(10 ** dice.uniform(2, 6), ends[exact_out])
        price = Fraction(int(10 ** dice.uniform(7.7, 10.5)) * ETHER_USD, 10**18)  # USD for a unit of gas
        open_side = ends[0] if exact_out else ends[1]
        gas = (
            price * 10 ** world.tokens[open_side].decimals / Fraction(world.worth[open_side]).limit_denominator(10**9)
        )
        asked = Asked(world, pools, (ends[0], ends[1]), units, exact_out, gas.limit_denominator(10**12))
        if asked.ways and (count < POOLS or len(pools) == POOLS):
            return asked


def quoted(market: Market, asked: Asked, gas: Fraction) -> Trade | None:
    return market.trader.best(asked.pools, *asked.tokens, asked.units, asked.exact_out, gas)


def net(trade: Trade, gas: Fraction) -> float:
    cost = float(trade.gas * gas)
    return -trade.units_in - cost if trade.exact_out else trade.units_out - cost


async def _held(market: Market, asked: Asked, seen: Seen) -> None:
    """One set of pools against all that is known of it.

    A trade counts for nothing that its pools can't carry, or that the policy would refuse for moving the price.
    """
    ways: list[Way] = [tuple(Arc(hop.pool, hop.zero_for_one) for hop in path) for path in asked.ways]
    free, trade = quoted(market, asked, Fraction(0)), quoted(market, asked, asked.gas)
    bound = optimum(ways, asked.units, asked.exact_out, [0.0] * len(ways))
    only = market.trader.quote(asked.pools, *asked.tokens, asked.units, asked.exact_out)
    if free is None or trade is None or bound is None or only is None or free.impact_bps > MAX_IMPACT_BPS:
        return
    seen.gaps.append(_gap(free.units_in, bound) if asked.exact_out else _gap(bound, free.units_out))
    single, plain = Trade((only,), _gas_of(asked, (only,))), replace(trade, gas=_gas_of(asked, trade.parts))
    seen.below_single += free.units_in > only.units_in if asked.exact_out else free.units_out < only.units_out
    open_side = only.units_in if asked.exact_out else only.units_out
    gap = max(_best_net(asked, ways) - net(plain, asked.gas), _best_single(asked) - net(trade, asked.gas))
    seen.net_gaps.append(gap / open_side * BASIS_POINTS)
    seen.gains.append((net(plain, asked.gas) - net(single, asked.gas)) / open_side * BASIS_POINTS)
    seen.parts.append(len(trade.parts))
    await _executed(market, asked, trade, seen)


def _gap(more: float, less: float) -> float:
    return (more - less) / more * BASIS_POINTS


def _gas_of(asked: Asked, parts: Sequence[Route]) -> int:
    """That of the ways; the optimum of several doesn't know which ticks it crosses: nobody pays for them here."""
    ways = {tuple(hop.pool.pool for hop in path): path for path in asked.ways}
    return costs.TRANSACTION + sum(way_gas(ways[tuple(part.pools)]) for part in parts)


def _best_single(asked: Asked) -> float:
    """The best way alone, with the ticks that it crosses."""
    found = Search(asked.ways, asked.units, asked.exact_out, asked.gas).single()
    return float("-inf") if found is None else found.net / asked.gas.denominator


def _best_net(asked: Asked, ways: Sequence[Way]) -> float:
    """The best of all sets of two to TOGETHER of the best few ways, each solved alone; gas of crossed ticks apart."""
    gas = [float(way_gas(path) * asked.gas) for path in asked.ways]
    sign = -1.0 if asked.exact_out else 1.0
    singles = alone(asked.ways, asked.units, asked.exact_out)
    open_ = {place: amounts[0 if asked.exact_out else 1] for place, amounts in enumerate(singles) if amounts}
    nets = {place: sign * units - gas[place] for place, units in open_.items()}
    few = sorted(nets, key=nets.__getitem__, reverse=True)[:BEST_WAYS]
    best = float("-inf")
    for size in range(2, TOGETHER + 1):
        for some in combinations(few, size):
            found = optimum([ways[each] for each in some], asked.units, asked.exact_out, [0.0] * size)
            if found is not None:
                best = max(best, sign * found - sum(gas[each] for each in some))
    return best - float(costs.TRANSACTION * asked.gas)


async def _executed(market: Market, asked: Asked, trade: Trade, seen: Seen) -> None:
    rpc, account = market.rpc, market.of.account
    limits = tuple(part.units_in if trade.exact_out else part.units_out for part in trade.parts)
    (step,) = market.trader.swap(trade, account, limits, (False, False), FOREVER)
    saved = await rpc.request("evm_snapshot")
    before = await _balances(market, asked)
    sent = {"from": account, "to": step.to, "data": "0x" + step.data.hex(), "gas": hex(25_000_000)}
    receipt = await rpc.request("eth_sendTransactionSync", sent)
    after = await _balances(market, asked)
    await rpc.request("evm_revert", saved)
    given, got = before[0] - after[0], after[1] - before[1]
    exact = got >= trade.units_out if trade.exact_out else got == trade.units_out
    seen.executed += 1
    seen.differences += receipt["status"] != "0x1" or given != trade.units_in or not exact
    seen.gas.append((trade, int(receipt["gasUsed"], 16)))


async def _balances(market: Market, asked: Asked) -> tuple[int, int]:
    calls = [BALANCE.at(token.address, market.of.account) for token in asked.tokens if token.address]
    first, second = await market.answers(calls)
    if first is None or second is None:
        raise RuntimeError("a token has no balance")
    return first[0], second[0]


def _timed(market: Market, dice: random.Random, count: int) -> Iterator[Figure]:
    """Processor time of a first quote over 20 pools, with all that is kept of other pools' prices forgotten."""
    times = []
    for _ in range(count):
        asked = ask(market, dice, POOLS)
        sqrt_ratio_at.cache_clear()
        began = time.process_time()
        quoted(market, asked, asked.gas)
        times.append((time.process_time() - began) * 1_000)
    times.sort()
    yield Figure("trade_quote_20_pools", median(times), "ms, median", 10)
    yield Figure("trade_quote_20_pools_p99", times[len(times) * 99 // 100], "ms", 10)


async def _requests(market: Market) -> int:
    """Of a snapshot with 20 pools, by a client that no node has refused anything yet."""
    registry, (world, *_) = market.of.registry, market.of.worlds
    section = {**registry.protocols["uniswap-v3"], "pools": list(world.pools[:15]), "pairs": list(world.pairs[:5])}
    tokens = {token.symbol: token for token in world.tokens}
    small = replace(registry, tokens=tokens, protocols={"uniswap-v3": section})
    rpc = Rpc(market.of.rpc_url)
    try:
        found, _ = await find_traders([UniswapV3], small, rpc, {})
        snapshot = await take(rpc, small, {}, STRANGER, "latest", found)
    finally:
        await rpc.close()
    if len(snapshot.traders["uniswap-v3"]) != POOLS:
        raise RuntimeError("not all of the pools were read")
    return snapshot.requests
