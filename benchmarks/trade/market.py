"""The pools of a universe as Moneta reads them, and calls that a node answers many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.abi import Call
from agent.chain.find_traders import find_traders
from agent.chain.multicall import aggregate, disaggregate
from agent.chain.rpc import Rpc
from agent.chain.snapshot import take
from agent.money import Address
from agent.plugin import Trader
from agent.routes import AnyPool
from benchmarks.trade.universe import Universe
from plugins.uniswap.trader import UniswapV3

GAS = 2**40  # of an eth_call: as much as it takes


@dataclass
class Market:
    """`states` by the pool's address; `requests`: the eth_calls that reading them took."""

    of: Universe
    rpc: Rpc
    trader: Trader
    states: dict[Address, AnyPool]
    requests: int

    @classmethod
    async def opened(cls, of: Universe, rpc: Rpc) -> Market:
        """Raises RuntimeError where a pool of the universe isn't found."""
        found, faults = await find_traders([UniswapV3], of.registry, rpc, {})
        if faults or not found:
            raise RuntimeError(f"the exchange isn't as it was made: {faults}")
        snapshot = await take(rpc, of.registry, {}, of.account, "latest", found)
        states = {state.pool: state for state in snapshot.traders["uniswap-v3"]}
        wanted = sum(len(world.pools) + len(world.pairs) for world in of.worlds)
        if len(states) != wanted:
            raise RuntimeError(f"{len(states)} of {wanted} pools were read")
        return cls(of, rpc, found["uniswap-v3"], states, snapshot.requests)

    async def answers(self, calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
        """Of many calls in one, one after the other in one state; None of one that reverts."""
        place = self.of.registry.multicall3
        message = {"to": place, "data": "0x" + aggregate(calls).hex(), "gas": hex(GAS)}
        return disaggregate(bytes.fromhex((await self.rpc.request("eth_call", message, "latest"))[2:]), calls)
