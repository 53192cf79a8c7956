"""A sandwich bot on devnet: swaps ahead of a transaction that waits in the pool, and back behind it, in one block."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.abi import encode_call
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import quantity
from agent.money import ZERO_ADDRESS, Address
from devnet.faucet import fund
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from plugins.uniswap.v4.calls import (
    ACTIONS,
    ALL,
    EXACT_IN,
    EXECUTE,
    GRANT,
    SETTLE_ALL,
    SWAP_EXACT_IN,
    TAKE_ALL,
    V4_SWAP,
    inputs,
)
from plugins.uniswap.v4.keys import PoolKey

SETTING_UP_WEI = 2_000 * 10**9
GAS = 600_000
LOTS = {"USDC": 10**9 * 10**6, "DAI": 10**9 * 10**18, "WETH": 10**6 * 10**18}
LOTS_OF_COIN = 10**6 * 10**18
APPROVE = "approve(address,uint256)"
PAIRS_IN = "swapExactTokensForTokens(uint256,uint256,address[],address)"
POLL_SECONDS = 0.003
WAIT_SECONDS = 60.0
MOST_SENDS = 20
LATE = 2**40


@dataclass(frozen=True)
class Leg:
    """A swap of one pool: `fee` 0 is a pair of v2; with a `key` it is v4's pool of that key."""

    start: Address
    end: Address
    fee: int
    units: int
    key: PoolKey | None = None


@dataclass
class SandwichBot:
    """`account` is one that anvil signs for, with whatever it needs. `v4`: the universal router and Permit2."""

    rpc: Rpc
    router: Address
    account: Address
    sent: list[str] = field(default_factory=list)
    v4: tuple[Address, Address] | None = None

    async def hold(self) -> None:
        """From now on transactions wait in the pool, where the bot sees them."""
        await self.rpc.request("evm_setAutomine", False)

    async def go_on(self) -> None:
        await self.rpc.request("evm_setAutomine", True)

    async def mine(self, with_: Sequence[str] = ()) -> None:
        """A block, as soon as these are in it."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not set(with_) <= set((await self._pending())["transactions"]):  # noqa: ASYNC110  (nobody tells)
                await asyncio.sleep(POLL_SECONDS)
        await self.rpc.request("evm_mine")

    async def _pending(self) -> dict[str, Any]:
        return dict(await self.rpc.request("eth_getBlockByNumber", "pending", False))

    async def waiting(self) -> dict[str, Any]:
        """The first transaction that waits for a router, somebody else's."""
        routers = {each.lower() for each in (self.router, *(self.v4[:1] if self.v4 else ()))}
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                block = await self.rpc.request("eth_getBlockByNumber", "pending", True)
                for each in block["transactions"]:
                    mine = str(each["from"]).lower() == self.account.lower()
                    if not mine and str(each["to"] or "").lower() in routers:
                        return dict(each)
                await asyncio.sleep(POLL_SECONDS)

    async def ready(self, tokens: Sequence[Address]) -> None:
        """Lots of all of devnet's tokens and of its coin, and the routers' approvals to take these."""
        await asyncio.to_thread(fund, self.rpc.url, self.account, LOTS)
        await self.rpc.request("anvil_setBalance", self.account, hex(LOTS_OF_COIN))
        for token in tokens:
            await self._send(token, encode_call(APPROVE, (self.router, 2**255)), SETTING_UP_WEI)
            if self.v4 is not None:
                router, permit2 = self.v4
                await self._send(token, encode_call(APPROVE, (permit2, 2**255)), SETTING_UP_WEI)
                granted = encode_call(GRANT, (token, router, 2**160 - 1, 2**48 - 1))
                await self._send(permit2, granted, SETTING_UP_WEI)

    async def around(self, victim: dict[str, Any], front: Leg, back: Leg) -> tuple[str, str]:
        """Sends both, the one to be ahead of the victim and the other behind it; their hashes.

        anvil orders a block by the most that each offers for a gas.
        """
        offered = quantity(victim["maxFeePerGas"])
        ahead = await self.swap(front, offered + 10**9)
        behind = await self.swap(back, offered - 1)
        self.sent += [ahead, behind]
        return ahead, behind

    async def swap(self, leg: Leg, most_fee: int) -> str:
        if leg.key is None:
            return await self._send(self.router, self._call(leg), most_fee)
        if self.v4 is None:
            raise ValueError("the bot was told no router of v4")
        value = leg.units if leg.start == ZERO_ADDRESS else 0
        return await self._send(self.v4[0], _v4_call(leg, leg.key), most_fee, value)

    async def did(self, hash_: str) -> bool:
        """Whether that one is mined and went through."""
        receipt = await self.rpc.receipt(hash_)
        return receipt is not None and receipt.ok

    def _call(self, leg: Leg) -> bytes:
        if not leg.fee:
            return encode_call(PAIRS_IN, (leg.units, 0, (leg.start, leg.end), self.account))
        return encode_call(EXACT_INPUT_SINGLE, ((leg.start, leg.end, leg.fee, self.account, leg.units, 0, 0),))

    async def _send(self, to: Address, data: bytes, most_fee: int, value: int = 0) -> str:
        fees = {"maxFeePerGas": hex(most_fee), "maxPriorityFeePerGas": hex(0)}
        call = {"from": self.account, "to": to, "data": "0x" + data.hex(), "value": hex(value), "gas": hex(GAS)}
        for _ in range(MOST_SENDS):
            hash_ = str(await self.rpc.request("eth_sendTransaction", call | fees))
            if await self.rpc.request("eth_getTransactionByHash", hash_) is not None:
                return hash_
            await asyncio.sleep(POLL_SECONDS)  # anvil's pool may drop one just behind an evm_revert
        raise TimeoutError("the node drops the bot's transactions")

    async def balance(self, token: Address) -> int:
        data = encode_call("balanceOf(address)", (self.account,))
        answer = await self.rpc.request("eth_call", {"to": token, "data": "0x" + data.hex()}, "latest")
        return quantity(hex(int(answer, 16)))

    async def coin(self) -> int:
        return quantity(await self.rpc.request("eth_getBalance", self.account, "latest"))


def _v4_call(leg: Leg, key: PoolKey) -> bytes:
    """One pool's swap by the universal router, at any price; the coin is sent along and comes as it is."""
    pools = ((leg.end, key.fee, key.spacing, key.hooks, b""),)
    codes = bytes((SWAP_EXACT_IN, SETTLE_ALL, TAKE_ALL))
    params = (
        inputs(EXACT_IN, (leg.start, pools, leg.units, 0)),
        inputs(ALL, leg.start, leg.units),
        inputs(ALL, leg.end, 0),
    )
    return encode_call(EXECUTE, (bytes((V4_SWAP,)), (inputs(ACTIONS, codes, params),), LATE))
