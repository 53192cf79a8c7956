"""Swaps of random pools of Uniswap v4: what Moneta's integers say against what the PoolManager itself does.

A contract opens each pool, fills it with positions that overlap, sets the protocol's fees, runs swaps and takes all
of it back, in one call. The amount that isn't said must be the same.
"""

from __future__ import annotations

import random
from dataclasses import replace

from eth_abi.abi import decode

from agent.abi import encode_call
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.money import Address
from benchmarks.figure import Figure
from plugins.uniswap.pool import swap
from plugins.uniswap.v4.keys import COIN
from tests.servers.pool_manager import ASK, anything, code, open_side

SEED = 44
MANY, FEW = 20_000, 2_000
AT_ONCE = 40
ANYTHING = hex(2**40)


async def figures(rpc: Rpc, registry: Registry, quick: bool) -> list[Figure]:
    manager = registry.protocols["uniswap-v4"]["pool_manager"]
    place, dice = await _asker(rpc, manager), random.Random(SEED)  # noqa: S311
    said = differences = crossed = beyond = coin = 0
    while said < (FEW if quick else MANY):
        first, second = (Address(f"0x{dice.randrange(1, 1 << 160):040x}") for _ in range(2))
        asked = anything(dice, [first, dice.choice((COIN, second))], AT_ONCE)
        data = "0x" + encode_call(ASK, (manager, asked.question)).hex()
        found = await rpc.request("eth_call", {"to": place, "data": data, "gas": ANYTHING}, "latest")
        (answer,) = decode(["bytes"], bytes.fromhex(found[2:]))
        words, deltas = decode(["bytes32[]", "int256[]"], answer)
        state = asked.pool.state(words)
        for (down, units, exact_out), delta in zip(asked.swaps, deltas, strict=True):
            ours = None if state is None else swap(state, down, units, exact_out)
            if state is None or ours is None:
                beyond += 1
                continue
            said += 1
            coin += asked.pool.key.currency0 == COIN
            differences += ours != open_side(down, units, exact_out, delta)
            crossed += ours != swap(replace(state, ticks=()), down, units, exact_out)
    of = f"by the PoolManager itself, {crossed} of them across ticks, {coin} of pools of the coin itself"
    return [
        Figure("trade_exact_v4_swaps", said, of),
        Figure("trade_exact_v4_differences", differences, "swaps, the amount that isn't said", 0),
        Figure("trade_exact_v4_beyond", beyond, "further draws that leave the ticks that are read: not quoted"),
    ]


async def _asker(rpc: Rpc, manager: str) -> str:
    """The contract that asks, which may set the protocol's fees, too."""
    admin = (await rpc.request("eth_accounts"))[0]
    made = await rpc.request("eth_sendTransactionSync", {"from": admin, "data": code(), "gas": hex(5_000_000)})
    place = str(made["contractAddress"])
    data = "0x" + encode_call("setProtocolFeeController(address controller)", (place,)).hex()
    done = await rpc.request("eth_sendTransactionSync", {"from": admin, "to": manager, "data": data})
    if done["status"] != "0x1":
        raise RuntimeError("the devnet's admin doesn't own its pool manager")
    return place
