"""What pools tell of a block: each swap with the pool as it left it.

@uniswap/v3-core, IUniswapV3PoolEvents.sol; @uniswap/v2-core, IUniswapV2Pair.sol. A pair syncs its reserves just
before it tells what moved them; a pool's swap tells its price, tick and liquidity itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moneta import Address, AnyPool, PairState, PoolEvent, PoolState, PoolSwap, address

SWAP = "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"
"""Swap(address sender, address recipient, int256 amount0, int256 amount1, uint160, uint128 liquidity, int24 tick)"""
MINT = "0x7a53080ba414158be7ec69b987b5fb7d07dee101fe85488f0853ae16239d0bde"
BURN = "0x0c396cd989a39f4459b5fa1aed6a9a8dcdbc45908acfd67e028cd568da98982c"
PAIR_SWAP = "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
"""Swap(address sender, uint256 in0, uint256 in1, uint256 out0, uint256 out1, address to)"""
PAIR_SYNC = "0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1"

_WORD = 32


def swaps(states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
    """For each event of a block, in its order, the swap that it tells; None for anything else.

    `states` are the pools before the block. Once somebody changed a ticked pool's liquidity, what its later swaps
    left isn't known (`left` is None).
    """
    now: dict[Address, AnyPool | None] = {state.pool: state for state in states}
    found: list[PoolSwap | None] = []
    for pool, topics, data in events:
        state, swap = now.get(pool), None
        kind = topics[0] if topics else ""
        if pool in now and kind == SWAP and len(topics) == 3 and len(data) == 5 * _WORD:
            swap = _ticked(pool, state, topics, data)
            now[pool] = swap.left
        elif pool in now and kind == PAIR_SWAP and len(topics) == 3 and len(data) == 4 * _WORD:
            swap = _pair(pool, state, topics, data)
        elif isinstance(state, PairState) and kind == PAIR_SYNC:
            now[pool] = replace(state, reserve0=number(data, 0), reserve1=number(data, 1))
        elif isinstance(state, PoolState) and kind in (MINT, BURN):
            now[pool] = None
        found.append(swap)
    return tuple(found)


def _ticked(pool: Address, state: AnyPool | None, topics: Sequence[str], data: bytes) -> PoolSwap:
    first, second = (signed(number(data, word)) for word in (0, 1))
    down = first > 0
    units = (first, -second) if down else (second, -first)
    return PoolSwap(pool, down, *units, _actors(topics), left_by(state, data))


def left_by(state: AnyPool | None, data: bytes) -> PoolState | None:
    """A pool of ticks as the Swap of v3 or v4 with that data leaves it; None where it wasn't known before."""
    if not isinstance(state, PoolState):
        return None
    return replace(state, sqrt_price=number(data, 2), liquidity=number(data, 3), tick=signed(number(data, 4)))


def _pair(pool: Address, state: AnyPool | None, topics: Sequence[str], data: bytes) -> PoolSwap:
    in0, in1, out0, out1 = (number(data, word) for word in range(4))
    down = in0 * out1 >= in1 * out0  # a part may come back of what went in
    units = (in0, out1) if down else (in1, out0)
    return PoolSwap(pool, down, *units, _actors(topics), state)


def _actors(topics: Sequence[str]) -> frozenset[Address]:
    """Who called the pool, and who got what came out of it."""
    return frozenset(address("0x" + topic[-40:]) for topic in topics[1:3])


def number(data: bytes, word: int) -> int:
    """The word of that place in an event's data."""
    return int.from_bytes(data[word * _WORD : (word + 1) * _WORD])


def signed(unsigned: int, bits: int = 256) -> int:
    """A word, or so many bits of one, as a signed number."""
    return unsigned - (1 << bits) if unsigned >> bits - 1 else unsigned
