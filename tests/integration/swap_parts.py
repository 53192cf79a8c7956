"""A whole instance that swaps on devnet: real node, real signer process, and somebody else who moves the prices."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.abi import view
from agent.execution.outcome import Outcome
from agent.gate.trades.slippage import SLIPPAGE_BPS
from agent.intents import All, AmountSpec, Deposit, Exact, Intent, Percentage, Sequence, Swap
from agent.money import Address
from agent.plans import Plan
from agent.replies.reply import Reply
from agent.runtime.acting import Acting
from agent.runtime.world import World
from devnet import Node
from memory.rows import User
from plugins.uniswap.calls import EXACT_INPUT_SINGLE
from tests.integration.chain_parts import APPROVE, Devnet
from tests.integration.place_parts import funded, place_on

CHANNEL = "terminal"
AAVE = "aave-v3:core:USDC"
USDC, ETH, DAI = 10**6, 10**18, 10**18
ALLOWANCE = view("allowance(address owner,address spender)", "uint256")


@dataclass
class Swapping:
    """An open instance with its owner's account; `devnet` is the chain itself, as somebody else sees it."""

    world: World
    user: User
    account: Address
    devnet: Devnet

    @property
    def acting(self) -> Acting:
        return Acting(self.world)

    async def ask(self, intent: Intent) -> Reply:
        return await self.acting.propose(self.user, CHANNEL, intent, {})

    async def confirm(self) -> Reply:
        return await self.acting.confirm(self.user, CHANNEL, None)

    async def plan(self, reply: Reply) -> Plan:
        assert reply.plan is not None
        row = await self.world.ledger.plan(str(reply.plan["id"]))
        assert row is not None
        return row.plan

    async def run(self, intent: Intent) -> tuple[Plan, Outcome]:
        """Confirmed and carried out, without the second look of a confirmation."""
        plan = await self.plan(await self.ask(intent))
        row = await self.world.ledger.confirm(plan.plan_id, self.user.id, plan.digest, self.world.now())
        return plan, await self.world.manager.run(row.plan)

    async def balance(self, symbol: str) -> int:
        token = self.world.registry.token(symbol)
        return int(await self.devnet.read(token.address, "balanceOf(address)", "uint256", self.account))

    async def native(self) -> int:
        return int(await self.devnet.rpc.request("eth_getBalance", self.account, "latest"), 16)

    async def native_of(self, place: Address) -> int:
        return int(await self.devnet.rpc.request("eth_getBalance", place, "latest"), 16)

    async def position(self, venue: str) -> int:
        return (await self.world.snapshot(self.account)).venues[venue].position

    async def allowance(self, symbol: str, spender: Address) -> int:
        token = self.world.registry.token(symbol)
        signature, returns = ALLOWANCE.signature, ALLOWANCE.returns[0]
        return int(await self.devnet.read(token.address, signature, returns, self.account, spender))

    @property
    def router(self) -> Address:
        return self.world.traders["uniswap-v3"].contract.address

    async def move_price(self, units: int, start: str = "WETH", end: str = "USDC", fee: int = 500) -> None:
        """Somebody else swaps `units` in one pool."""
        given, wanted = (self.world.registry.token(symbol) for symbol in (start, end))
        await self.devnet.fund(given, units)
        await self.devnet.call(given.address, APPROVE, self.router, units)
        params = (given.address, wanted.address, fee, self.devnet.user, units, 0, 0)
        await self.devnet.call(self.router, EXACT_INPUT_SINGLE, params)

    def before_send(self, number: int, act: Callable[[], Awaitable[Any]]) -> None:
        """Does `act` just before the transaction of that number, from 0, is sent."""
        send, count = self.world.rpc.send_raw, iter(range(64))

        async def sending(signed: bytes) -> str:
            if next(count) == number:
                await act()
            return await send(signed)

        self.world.rpc.send_raw = sending  # type: ignore[method-assign]


@contextlib.asynccontextmanager
async def swapping(node: Node, folder: Path) -> AsyncIterator[Swapping]:
    """A new instance in `folder`, its account funded, its devnet as set-up left it."""
    async with funded(place_on(node, folder)) as instance:
        user = await instance.owner("terminal", "owner", "you")
        devnet = await Devnet.opened(node)
        yield Swapping(instance.world, user, instance.first_account, devnet)
        await devnet.rpc.close()


def swap(value: str | None, start: str, end: str, *, percent: str = "", out: str = "") -> Swap:
    """`value` None: all of it; `out`: exactly that much comes back."""
    amount: AmountSpec | None = Percentage(value=percent) if percent else Exact(value=value) if value else All()
    if out:
        return Swap(asset=start, amount=None, to_asset=end, to_amount=Exact(value=out))
    return Swap(asset=start, amount=amount, to_asset=end, to_amount=None)


def put_to_work(first: Swap, venue: str | None = None) -> Sequence:
    return Sequence(steps=(first, Deposit(asset=first.to_asset, amount=All(), venue=venue)))


def least(units: int, bps: int = SLIPPAGE_BPS) -> int:
    """The least that may come back of `units`, rounded up."""
    return -(-units * (10_000 - bps) // 10_000)
