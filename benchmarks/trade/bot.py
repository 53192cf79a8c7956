"""A sandwich bot that reads a waiting trade, looks for the best way around it by trying, and goes it.

It knows what anybody knows: the pending transaction's calldata and the pools' state. Each part of a trade has a limit
of its own, so each pool is gone around by itself, as it gains the most. Where nothing gains it does the most harm all
the same, as somebody would who wants nothing but that: what is stated as the most must hold against them, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from agent.abi import decode_call, selector
from agent.money import Address, address
from agent.routes import AnyPool, PairState
from plugins.uniswap.after import Pools, Way, through
from plugins.uniswap.calls import (
    EXACT_INPUT,
    EXACT_INPUT_SINGLE,
    EXACT_OUTPUT,
    EXACT_OUTPUT_SINGLE,
    MULTICALL,
    PAIRS_IN,
    PAIRS_OUT,
)
from plugins.uniswap.v4.calls import (
    ACTIONS,
    EXACT_IN,
    EXACT_OUT,
    EXECUTE,
    SWAP_EXACT_IN,
    SWAP_EXACT_OUT,
    V4_SWAP,
)
from plugins.uniswap.v4.keys import PoolKey
from tests.servers.sandwich_bot import Leg

STEPS = 48
"""Sizes that are tried for each pool, from a 48th of the largest on."""


@dataclass(frozen=True)
class Part:
    """One part of a waiting trade: `units` of the side that is said, `limit` of the other one."""

    way: Way
    units: int
    limit: int
    exact_out: bool

    def run(self, pools: Pools) -> Pools | None:
        """The pools behind it; None where it would fail."""
        done = through(pools, self.way, self.units, self.exact_out)
        if done is None:
            return None
        broken = done.units_in > self.limit if self.exact_out else done.units_out < self.limit
        return None if broken else done.pools


@dataclass(frozen=True)
class Around:
    """A front-run and the way back, with what that leaves the bot of the token that it began with."""

    front: Leg
    back: Leg
    gain: int


Keys = Mapping[Address, PoolKey]
"""v4's pools by their ids."""


def parts_of(data: bytes, pools: Mapping[Address, AnyPool]) -> list[Part]:
    """The parts of a waiting trade, from its calldata: a call of SwapRouter02 or of the universal router."""
    if data[:4] == selector(EXECUTE):
        return _actions(data)
    _, calls = decode_call(MULTICALL, data)
    return [part for call in calls if (part := _part(bytes(call), pools)) is not None]


def around(parts: Sequence[Part], pools: Mapping[Address, AnyPool], keys: Keys) -> list[Around]:
    """The best way around each pool of the trade in turn, each on what those before it leave."""
    found: list[Around] = []
    now: Pools = dict(pools)
    for pool, down in dict.fromkeys(hop for part in parts for hop in zip(part.way.pools, part.way.down, strict=True)):
        best = _best(parts, now, Way((pool,), (down,)), keys)
        if best is not None:
            chosen, now = best
            found.append(chosen)
    return found


def _best(parts: Sequence[Part], pools: Pools, target: Way, keys: Keys) -> tuple[Around, Pools] | None:
    most = _largest(parts, pools, target, keys)
    sizes = sorted({max(most * step // STEPS, 1) for step in range(1, STEPS + 1)}) if most else []
    tried = [each for size in sizes if (each := _tried(parts, pools, target, size, keys)) is not None]
    paying = [each for each in tried if each[0].gain > 0]
    if paying:
        return max(paying, key=lambda each: each[0].gain)
    return max(tried, key=lambda each: each[0].front.units, default=None)


def _tried(parts: Sequence[Part], pools: Pools, target: Way, units: int, keys: Keys) -> tuple[Around, Pools] | None:
    front = through(pools, target, units)
    behind: Pools | None = None if front is None else front.pools
    for part in parts:
        behind = None if behind is None else part.run(behind)
    if front is None or behind is None:
        return None
    back = through(behind, target.back, front.units_out)  # None: so little that nothing comes back
    pool = pools[target.pools[0]]
    start, end = (pool.token0, pool.token1) if target.down[0] else (pool.token1, pool.token0)
    fee, key = 0 if isinstance(pool, PairState) else pool.fee, keys.get(pool.pool)
    legs = Leg(start, end, fee, units, key), Leg(end, start, fee, front.units_out, key)
    return Around(*legs, (back.units_out if back else 0) - units), front.pools


def _largest(parts: Sequence[Part], pools: Pools, target: Way, keys: Keys) -> int:
    """The largest front-run behind which every part still goes through; 0 for none."""
    low, high = 0, next((1 << power for power in range(160) if through(pools, target, 1 << power)), 0)
    if not high:
        return 0
    while _tried(parts, pools, target, high, keys) is not None:
        low, high = high, high * 2
    while high - low > 1 + low // 4_096 and low:
        middle = (low + high) // 2
        low, high = (middle, high) if _tried(parts, pools, target, middle, keys) is not None else (low, middle)
    return low


def _actions(data: bytes) -> list[Part]:
    """The swaps among the actions of the one V4_SWAP."""
    codes, bodies, _ = decode_call(EXECUTE, data)
    actions, params = decode_call(ACTIONS, selector(ACTIONS) + bodies[bytes(codes).index(V4_SWAP)])
    found = []
    for code, body in zip(bytes(actions), params, strict=True):
        if code in (SWAP_EXACT_IN, SWAP_EXACT_OUT):
            form = EXACT_OUT if code == SWAP_EXACT_OUT else EXACT_IN
            ((end, path, units, limit),) = decode_call(form, selector(form) + body)
            others = [address(each[0]) for each in path]
            ends = [*others, address(end)] if code == SWAP_EXACT_OUT else [address(end), *others]
            hops = [_keyed(start, end, each) for (start, end), each in zip(pairwise(ends), path, strict=True)]
            found.append(_made(hops, units, limit, code == SWAP_EXACT_OUT))
    return found


def _keyed(start: Address, end: Address, pool: Sequence[Any]) -> tuple[Address, bool]:
    """v4's pool of those two, and whether its currency 0 goes in."""
    low, high = sorted((start, end), key=lambda place: int(place, 16))
    return PoolKey(low, high, pool[1], pool[2], address(pool[3])).id, start == low


def _part(call: bytes, pools: Mapping[Address, AnyPool]) -> Part | None:
    for function in (EXACT_INPUT_SINGLE, EXACT_OUTPUT_SINGLE):
        if call[:4] == selector(function):
            ((start, end, fee, _, units, limit, _),) = decode_call(function, call)
            hops = [_hop(pools, address(start), address(end), fee)]
            return _made(hops, units, limit, function == EXACT_OUTPUT_SINGLE)
    for function in (EXACT_INPUT, EXACT_OUTPUT):
        if call[:4] == selector(function):
            ((path, _, units, limit),) = decode_call(function, call)
            return _made(
                _packed(pools, bytes(path), function == EXACT_OUTPUT), units, limit, function == EXACT_OUTPUT
            )
    for function in (PAIRS_IN, PAIRS_OUT):
        if call[:4] == selector(function):
            units, limit, path, _ = decode_call(function, call)
            ends = [address(each) for each in path]
            hops = [_hop(pools, start, end, 0) for start, end in pairwise(ends)]
            return _made(hops, units, limit, function == PAIRS_OUT)
    return None  # what unwraps or gives back


def _made(hops: Sequence[tuple[Address, bool]], units: int, limit: int, exact_out: bool) -> Part:
    way = Way(tuple(pool for pool, _ in hops), tuple(down for _, down in hops))
    return Part(way, units, limit, exact_out)


def _packed(pools: Mapping[Address, AnyPool], path: bytes, backwards: bool) -> list[tuple[Address, bool]]:
    tokens = [address("0x" + path[at : at + 20].hex()) for at in range(0, len(path), 23)]
    fees = [int.from_bytes(path[at : at + 3]) for at in range(20, len(path), 23)]
    if backwards:
        tokens, fees = tokens[::-1], fees[::-1]
    return [_hop(pools, *each) for each in zip(tokens, tokens[1:], fees, strict=False)]


def _hop(pools: Mapping[Address, AnyPool], start: Address, end: Address, fee: int) -> tuple[Address, bool]:
    """The pool of those two, and whether its token 0 goes in."""
    for pool in pools.values():
        kind = 0 if isinstance(pool, PairState) else pool.fee
        if kind == fee and {pool.token0, pool.token1} == {start, end}:
            return pool.pool, pool.token0 == start
    raise KeyError((start, end, fee))


def calldata(transaction: Mapping[str, Any]) -> bytes:
    return bytes.fromhex(str(transaction["input"])[2:])
