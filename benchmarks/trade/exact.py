"""Swaps of random sizes through random real pools: what Moneta's integers say against what the contracts do.

A pool is asked through Uniswap's own QuoterV2, which runs the pool's own swap and takes it back: the amount and the
price after it must be the same. A pair is really swapped, one swap after the other: what is said must be let through,
one unit more (or for one unit less) be refused by the pair itself, which its reserves afterwards show.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.abi import Call, view
from agent.money import Address
from agent.routes import PairState, PoolState
from benchmarks.figure import Figure
from benchmarks.trade.market import Market
from plugins.uniswap.pairs import moved_pair, swap_pair
from plugins.uniswap.pool import moved
from plugins.uniswap.views import RESERVES

SEED = 21
MANY, FEW = 100_000, 4_000
OF_PAIRS = 5
"""One swap in so many goes through a pair."""
AT_ONCE = 150
DUST, MOST_USD = 1_000, 10**7.6
_PARAMS = "(address tokenIn,address tokenOut,uint256 amount,uint24 fee,uint160 limit) params"
_RETURNS = ("uint256", "uint160", "uint32", "uint256")  # amount, sqrt price after, initialised ticks crossed, gas
QUOTES = {out: view(f"quoteExact{'Output' if out else 'Input'}Single({_PARAMS})", *_RETURNS) for out in (False, True)}
TRANSFER = view("transfer(address to,uint256 amount)", "bool")
SWAP = view("swap(uint256 amount0Out,uint256 amount1Out,address to,bytes data)")


@dataclass
class Count:
    """What was seen: swaps, those that differ, ticks crossed, by kind."""

    swaps: int = 0
    differences: int = 0
    crossed: int = 0
    across: int = 0
    dust: int = 0
    outputs: int = 0
    beyond: int = 0


async def figures(market: Market, quick: bool) -> list[Figure]:
    many = FEW if quick else MANY
    pools, pairs = Count(), Count()
    dice = random.Random(SEED)  # noqa: S311
    while pools.swaps < many - many // OF_PAIRS:
        await _quoted(market, dice, pools)
    while pairs.swaps < many // OF_PAIRS:
        await _swapped(market, dice, pairs)
    return list(_told(pools, pairs))


def _told(pools: Count, pairs: Count) -> Iterator[Figure]:
    total = pools.swaps + pairs.swaps
    yield Figure("trade_exact_swaps", total, f"{pools.swaps} by QuoterV2, {pairs.swaps} through pairs")
    yield Figure("trade_exact_differences", pools.differences + pairs.differences, "swaps, amount or price after", 0)
    yield Figure("trade_exact_ticks_crossed", pools.crossed, f"initialised ticks, in {pools.across} swaps")
    yield Figure("trade_exact_of_dust", pools.dust + pairs.dust, f"swaps of at most {DUST} base units")
    yield Figure("trade_exact_outputs", pools.outputs + pairs.outputs, "swaps with the output said")
    yield Figure("trade_exact_beyond", pools.beyond, "further draws that leave the ticks that are read: not quoted")


def _units(market: Market, dice: random.Random, token: Address) -> int:
    """From one base unit to more than a pool holds, even in its powers; each sixth is dust."""
    if dice.random() < 1 / 6:
        return dice.randint(1, DUST)
    world, place = next(
        (world, place)
        for world in market.of.worlds
        for place, each in enumerate(world.tokens)
        if each.address == token
    )
    top = world.units(MOST_USD, place)
    return int(10 ** dice.uniform(0, len(str(top)) - 1 + 0.3))


async def _quoted(market: Market, dice: random.Random, count: Count) -> None:
    pools = [state for state in market.states.values() if isinstance(state, PoolState)]
    asked: list[tuple[Call, tuple[int, PoolState], int]] = []
    quoter = market.of.registry.protocols["uniswap-v3"]["quoter"]
    for pool in dice.choices(pools, k=AT_ONCE):
        down, exact_out = dice.random() < 0.5, dice.random() < 0.5
        ends = (pool.token0, pool.token1) if down else (pool.token1, pool.token0)
        units = _units(market, dice, ends[exact_out])
        ours = moved(pool, down, units, exact_out)
        if ours is None:
            count.beyond += 1
            continue
        asked.append((QUOTES[exact_out].at(quoter, (*ends, units, pool.fee, 0)), ours, units))
        count.outputs += exact_out
    answers = await market.answers([call for call, _, _ in asked])
    for (_, (amount, after), units), answer in zip(asked, answers, strict=True):
        count.swaps += 1
        count.dust += units <= DUST
        if answer is None or (answer[0], answer[1]) != (amount, after.sqrt_price):
            count.differences += 1
            continue
        count.crossed += answer[2]
        count.across += answer[2] > 0


async def _swapped(market: Market, dice: random.Random, count: Count) -> None:
    """Some in a row: each on what those before it leave, as the pair keeps it."""
    pairs = {place: state for place, state in market.states.items() if isinstance(state, PairState)}
    calls: list[Call] = []
    reads: list[tuple[int, PairState]] = []
    while len(reads) < AT_ONCE // 3:
        state = pairs[dice.choice(list(pairs))]
        down, exact_out = dice.random() < 0.5, dice.random() < 0.5
        ends = (state.token0, state.token1) if down else (state.token1, state.token0)
        units = _units(market, dice, ends[exact_out])
        given = swap_pair(state, down, units, exact_out=True) if exact_out else units
        found = moved_pair(state, down, given) if given else None
        if not given or found is None:
            continue
        out = units if exact_out else found[0]
        swap = _swap(market, state, out, down)
        if exact_out:
            calls += [TRANSFER.at(ends[0], state.pool, given - 1), swap, TRANSFER.at(ends[0], state.pool, 1), swap]
        else:
            more = _swap(market, state, out + 1, down)
            calls += [TRANSFER.at(ends[0], state.pool, given), more, swap]
        pairs[state.pool] = left = _left(state, down, given, out)
        reads.append((len(calls), left))
        calls.append(RESERVES.at(state.pool))
        count.dust += units <= DUST
        count.outputs += exact_out
    answers = await market.answers(calls)
    for place, left in reads:
        answer = answers[place]
        count.swaps += 1
        count.differences += answer is None or answer[:2] != (left.reserve0, left.reserve1)


def _swap(market: Market, state: PairState, units: int, down: bool) -> Call:
    return SWAP.at(state.pool, *((0, units) if down else (units, 0)), market.of.registry.multicall3, b"")


def _left(state: PairState, down: bool, given: int, out: int) -> PairState:
    first, second = (given, -out) if down else (-out, given)
    return replace(state, reserve0=state.reserve0 + first, reserve1=state.reserve1 + second)
