"""What a sandwich took of a trade that is mined: read from its block, and held against the pools without it.

Somebody swaps a pool the same way ahead of ours and back behind it, in the same block: by the same sender, through
the same contract of their own, or for the same receiver. What ours would have given on the pools as they were before
that front-run, less what it gave, was taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.chain.multicall import read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Receipt, log, quantity
from agent.errors import Unavailable
from agent.money import Address, address
from agent.plugin import Block, Trader
from agent.routes import AnyPool, PoolSwap

MOST_LOOKED_UP = 100
"""Transactions of one block that are asked for; a pool that is swapped more often around ours is told as unknown."""
ALIKE_PERCENT = 1
"""How far front and back may differ in what is bought and sold again, where only their contract is the same: many
people use one router."""


@dataclass(frozen=True, slots=True)
class Taken:
    """`units` base units of `token` that a sandwich took; 0 and no hashes where there was none."""

    token: Address
    units: int
    front: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class _Told:
    """A swap of the block: its place there, and the transaction that it is in."""

    at: int
    hash: str
    swap: PoolSwap


@dataclass(frozen=True, slots=True)
class _Pair:
    front: _Told
    back: _Told


@dataclass
class _Seen:
    """The block's swaps of the exchange, its pools before it, and who sent the transactions that were asked for."""

    told: Sequence[_Told]
    before: Mapping[Address, AnyPool]
    whose: dict[str, tuple[Address, Address | None]] = field(default_factory=dict)


async def taken_of(rpc: Rpc, registry: Registry, trader: Trader, receipt: Receipt) -> Taken:
    """What a sandwich took of the trade in that receipt.

    Raises Unavailable where the block, its logs or the pools before it can't be read, or can't be followed; RpcError.
    """
    pools = await _pools_before(rpc, registry, trader, receipt)
    told = await _told(rpc, trader, pools, receipt)
    ours = [each for each in told if each.hash == receipt.hash]
    if not ours:
        raise Unavailable("node", "its block tells no swap of ours in a pool that I know")
    seen = _Seen(told, pools)
    found = await _pairs(rpc, seen, ours, receipt)
    token, got = _given(trader, seen, ours, {})
    if not found:
        return Taken(token, 0)
    first = {pair.front.swap.pool: pair.front for pair in sorted(found, key=lambda pair: -pair.front.at)}
    _, fair = _given(trader, seen, ours, first)
    return Taken(token, max(fair - got, 0), found[0].front.hash, found[0].back.hash)


async def _pools_before(rpc: Rpc, registry: Registry, trader: Trader, receipt: Receipt) -> dict[Address, AnyPool]:
    """The exchange's pools as the block before left them."""
    before = await rpc.block(receipt.block_number - 1)
    calls = trader.reads()
    answers = await read_all(rpc, registry, calls, before.number)
    block = Block(before.number, before.hash, before.timestamp, before.base_fee)
    return {state.pool: state for state in trader.state(answers, block)}


async def _told(rpc: Rpc, trader: Trader, pools: Mapping[Address, AnyPool], receipt: Receipt) -> list[_Told]:
    """Every swap of these pools in the block, in its order."""
    answers = await rpc.request(
        "eth_getLogs", {"blockHash": receipt.block_hash, "address": sorted(trader.tellers(tuple(pools)))}
    )
    if not isinstance(answers, list):
        raise Unavailable("node", "its block can't be read")
    rows = sorted(answers, key=lambda each: quantity(each.get("logIndex")))
    events = [log(each) for each in rows]
    swaps = trader.swaps(tuple(pools.values()), [(each.address, each.topics, each.data) for each in events])
    return [
        _Told(at, str(row.get("transactionHash")), swap)
        for at, (row, swap) in enumerate(zip(rows, swaps, strict=True))
        if swap is not None
    ]


async def _pairs(rpc: Rpc, seen: _Seen, ours: Sequence[_Told], receipt: Receipt) -> list[_Pair]:
    """The fronts and backs around our swaps that are one person's."""
    around = [pair for mine in ours for pair in _around(seen.told, mine, receipt.hash)]
    hashes = list(dict.fromkeys(each.hash for pair in around for each in (pair.front, pair.back)))
    if len(hashes) > MOST_LOOKED_UP:
        raise Unavailable("node", "too many others swapped the same pools in its block")
    wanted = [receipt.hash, *hashes] if around else []
    answers = await rpc.batch([("eth_getTransactionByHash", (each,)) for each in wanted])
    seen.whose = {each: _whose(answer) for each, answer in zip(wanted, answers, strict=True)}
    return [pair for pair in around if _one(seen, pair, seen.whose[receipt.hash])]


def _around(told: Sequence[_Told], mine: _Told, hash_: str) -> Iterator[_Pair]:
    """What swapped the same pool the same way ahead of ours, with what swapped it back behind it."""
    others = [each for each in told if each.swap.pool == mine.swap.pool and each.hash != hash_]
    for front in (each for each in others if each.at < mine.at and each.swap.down == mine.swap.down):
        for back in (each for each in others if each.at > mine.at and each.swap.down != mine.swap.down):
            yield _Pair(front, back)


def _one(seen: _Seen, pair: _Pair, us: tuple[Address, Address | None]) -> bool:
    """Whether both are one person's, who isn't us. What everybody may call proves nothing by itself."""
    (front_from, front_to), (back_from, back_to) = seen.whose[pair.front.hash], seen.whose[pair.back.hash]
    if us[0] in (front_from, back_from):
        return False
    if front_from == back_from:
        return True
    got, again = pair.front.swap.units_out, pair.back.swap.units_in
    if abs(got - again) * 100 > max(got, again) * ALIKE_PERCENT:
        return False
    same = (pair.front.swap.actors & pair.back.swap.actors) - {us[1]}
    return bool(same) or (front_to == back_to and front_to != us[1])


def _given(
    trader: Trader, seen: _Seen, ours: Sequence[_Told], fronts: Mapping[Address, _Told]
) -> tuple[Address, int]:
    """What our swaps give: the token that comes out at the last, and how much. Each pool as it was before its front,
    with what others did in between; without `fronts`, as their events tell it.
    """
    left: dict[Address, AnyPool] = {}
    total, carried, given, token = 0, 0, 0, Address("")
    for mine in _along(seen, ours):
        swap = mine.swap
        start, end = _ends(seen.before[swap.pool], swap.down)
        goes_on = start == token and swap.units_in == carried
        units = given if goes_on else swap.units_in
        total -= given if goes_on else 0
        if fronts:
            pool = left.get(swap.pool) or _before(trader, seen, mine, fronts.get(swap.pool))
            moved = trader.moved(pool, swap.down, units)
            if moved is None:
                raise Unavailable("node", "what it would have given isn't known")
            given, left[swap.pool] = moved
        else:
            given = swap.units_out
        total, carried, token = total + given, swap.units_out, end
    return token, total


def _along(seen: _Seen, ours: Sequence[_Told]) -> Iterator[_Told]:
    """Our swaps, those of a path in the order in which tokens go along it: of an exact output v4 runs, and tells, the
    last hop first.
    """
    run: list[_Told] = []
    for mine in ours:
        if run and not _feeds(seen, mine, run[-1]):
            yield from reversed(run)
            run = []
        run.append(mine)
    yield from reversed(run)


def _feeds(seen: _Seen, first: _Told, second: _Told) -> bool:
    """Whether what one swap gives is what the other takes."""
    (_, end), (start, _) = (_ends(seen.before[each.swap.pool], each.swap.down) for each in (first, second))
    return end == start and first.swap.units_out == second.swap.units_in


def _before(trader: Trader, seen: _Seen, mine: _Told, front: _Told | None) -> AnyPool:
    """The pool before the front-run and with what others, but the front, did in it up to ours."""
    own = [each for each in seen.told if each.swap.pool == mine.swap.pool and each.at < mine.at]
    first = front.at if front is not None else mine.at
    earlier = [each for each in own if each.at < first]
    pool = earlier[-1].swap.left if earlier else seen.before[mine.swap.pool]
    between = [each for each in own if front is not None and each.at > front.at and each.hash != front.hash]
    for each in between:
        moved = None if pool is None else trader.moved(pool, each.swap.down, each.swap.units_in)
        pool = None if moved is None else moved[1]
    if pool is None or any(each.swap.left is None for each in own):
        raise Unavailable("node", "somebody changed a pool's liquidity in its block")
    return pool


def _ends(pool: AnyPool, down: bool) -> tuple[Address, Address]:
    return (pool.token0, pool.token1) if down else (pool.token1, pool.token0)


def _whose(answer: Any) -> tuple[Address, Address | None]:
    """Who sent a transaction, and to what."""
    if not isinstance(answer, dict):
        raise Unavailable("node", "its block can't be read")
    to = answer.get("to")
    try:
        return address(str(answer.get("from"))), None if to is None else address(str(to))
    except ValueError as error:
        raise Unavailable("node", "its block can't be read") from error
