"""What the pool manager tells of a block: each swap with the pool as it left it.

@uniswap/v4-core, interfaces/IPoolManager.sol. Amounts are the caller's: what it owes is negative. The sender is
whoever called the manager, mostly a router.
"""

from __future__ import annotations

from collections.abc import Sequence

from moneta import Address, AnyPool, PoolEvent, PoolSwap, address
from plugins.uniswap.events import left_by, number, signed

SWAP = "0x40e9cecb9f5f1f1c5b9c97dec2917b7ee92e57ba5563708daca94dd84ad7112f"
"""Swap(bytes32 id, address sender, int128 amount0, int128 amount1, uint160, uint128 liquidity, int24 tick, uint24)"""
MODIFY_LIQUIDITY = "0xf208f4912782fd25c7f114ca3723a2d5dd6f3bcc3ac8db5af63baa85f711d5ec"
_WORD = 32


def swaps(states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
    """For each event of a block, in its order, the swap of a known pool that it tells; None for anything else.

    `states` are the pools before the block. Once somebody changed a pool's liquidity, what its later swaps left
    isn't known (`left` is None).
    """
    now: dict[Address, AnyPool | None] = {state.pool: state for state in states}
    found: list[PoolSwap | None] = []
    for _, topics, data in events:
        swap = None
        pool = Address(topics[1]) if len(topics) > 1 else Address("")
        if pool in now and topics[0] == SWAP and len(topics) == 3 and len(data) == 6 * _WORD:
            swap = _swap(pool, now[pool], topics, data)
            now[pool] = swap.left
        elif pool in now and topics[0] == MODIFY_LIQUIDITY:
            now[pool] = None
        found.append(swap)
    return tuple(found)


def _swap(pool: Address, state: AnyPool | None, topics: Sequence[str], data: bytes) -> PoolSwap:
    first, second = (signed(number(data, word)) for word in (0, 1))
    down = first < 0
    units = (-first, second) if down else (-second, first)
    return PoolSwap(pool, down, *units, frozenset((address("0x" + topics[2][-40:]),)), left_by(state, data))
