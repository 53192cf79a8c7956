"""A whole instance on a devnet of its own: real node, real signer process, real files. The chain is read apart."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.abi import encode_call
from agent.compose import Instance
from agent.config import Settings
from agent.execution.manager import Manager
from agent.execution.outcome import Outcome
from agent.intents import All, AmountSpec, Deposit, Exact, Exit, Intent, Transfer, Withdraw
from agent.money import Address, Token, units_from_text
from agent.plans import Plan
from agent.replies.reply import Reply
from agent.runtime.world import World
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import Attempt, Inbound, PlanRow, PlanStatus, User
from tests.integration.place_parts import funded, place_on

CHANNEL = "terminal"
BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
CAROL = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
MORPHO = "morpho-blue:WETH-86:USDC"
AAVE = "aave-v3:core:USDC"
USDC = 10**6
ETH = 10**18


@dataclass
class Whole:
    """An open instance with its owner. `chain` asks the node itself, around whatever the instance goes through."""

    instance: Instance
    user: User
    node: Node
    chain: Rpc
    said: int = field(default=0)

    @property
    def world(self) -> World:
        return self.instance.world

    @property
    def account(self) -> Address:
        return self.instance.first_account

    async def recover(self, manager: Manager) -> list[tuple[Plan, Outcome]]:
        """What a manager makes of every plan that is under way."""
        rows = await self.world.ledger.unsettled()
        return [(row.plan, await manager.recover(row.plan)) for row in rows]

    async def say(self, text: str, channel: str = CHANNEL) -> Reply:
        """The reply to a message."""
        self.said += 1
        update = f"{id(self)}-{self.said}"
        answer = await self.instance.service.handle(Inbound("terminal", update, channel, self.user.id, text))
        assert answer is not None
        await self.instance.service.delivered(answer)
        return answer.reply

    async def ask(self, intent: Intent, channel: str = CHANNEL) -> Reply:
        """The preview of an intent that a mind has read; MonetaErrors are raised."""
        acting = self.instance.service.runtime.acting
        user = await self.world.ledger.user(self.user.id)
        assert user is not None
        return await acting.propose(user, channel, intent, {})

    async def confirm(self, channel: str = CHANNEL) -> Reply:
        return await self.say("/confirm", channel)

    async def do(self, intent: Intent) -> Reply:
        """Asks, confirms, and insists that it settled."""
        await self.ask(intent)
        reply = await self.confirm()
        assert status(reply) == "settled", reply.text
        return reply

    async def row(self, reply: Reply) -> PlanRow:
        assert reply.plan is not None
        row = await self.world.ledger.plan(str(reply.plan["id"]))
        assert row is not None
        return row

    async def status(self, reply: Reply) -> PlanStatus:
        return (await self.row(reply)).status

    async def attempts(self) -> list[Attempt]:
        """Everything that was ever signed, the oldest first."""
        ledger = self.world.ledger
        groups = [await ledger.attempts(row.plan_id) for row in await ledger.plans_of(self.user.id, 0, 2**40)]
        return [attempt for group in groups for attempt in group]

    async def confirmed(self, intent: Intent) -> Plan:
        """A plan whose confirmation counted and of which nothing was done yet."""
        row = await self.row(await self.ask(intent))
        return (await self.world.ledger.confirm(row.plan_id, self.user.id, row.digest, self.world.now())).plan

    def token(self, symbol: str) -> Token:
        return self.world.registry.token(symbol)

    def number(self, to: Address | None, function: str, *args: Any) -> int:
        """The integer that a view function of the chain answers."""
        data = "0x" + encode_call(function, args).hex()
        return int(self.chain.call("eth_call", {"to": to, "data": data}, "latest"), 16)

    def balance(self, symbol: str, holder: str = "") -> int:
        return self.number(self.token(symbol).address, "balanceOf(address)", holder or self.account)

    def allowance(self, symbol: str, spender: Address) -> int:
        return self.number(self.token(symbol).address, "allowance(address,address)", self.account, spender)

    def native(self, holder: str = "") -> int:
        return self.chain.number("eth_getBalance", holder or self.account, "latest")

    def nonce(self) -> int:
        return self.chain.number("eth_getTransactionCount", self.account, "latest")

    async def position(self, venue: str) -> int:
        return (await self.world.snapshot(self.account)).venues[venue].position

    def send(self, sender: str, to: Address | None, function: str = "", *args: Any, value: int = 0) -> None:
        """A transaction of anybody, this instance's account too, in a block of its own."""
        data = "0x" + encode_call(function, args).hex() if function else "0x"
        self.chain.call("anvil_impersonateAccount", sender)
        transaction = {"from": sender, "to": str(to), "data": data, "value": hex(value), "gas": hex(3_000_000)}
        self.chain.send(transaction)
        self.chain.call("anvil_stopImpersonatingAccount", sender)

    def pause_aave(self, paused: bool = True, market: str = "core", symbol: str = "USDC") -> None:
        """By the market's own admin."""
        provider = self.world.registry.protocols["aave-v3"][market]["provider"]
        found = self.number(provider, "getPoolConfigurator()")
        admin = self.chain.call("eth_accounts")[0]
        configurator = Address("0x" + found.to_bytes(20, "big").hex())
        function = "setReservePause(address asset,bool paused)"
        self.send(admin, configurator, function, self.token(symbol).address, paused)


@contextlib.asynccontextmanager
async def opened(folder: Path, node: Node, url: str = "", settings: Settings | None = None) -> AsyncIterator[Whole]:
    """The instance in `folder` on the node, through `url` if given; a new folder's account gets its play money."""
    async with funded(place_on(node, folder, url), settings) as instance:
        with Rpc(node.rpc_url) as chain:
            user = await instance.owner("terminal", "owner", "you")
            yield Whole(instance, user, node, chain)


def status(reply: Reply) -> str:
    return str(reply.verdict.status) if reply.verdict else ""


def rule(reply: Reply) -> str | None:
    return reply.verdict.rule if reply.verdict else None


def deposit(value: str, asset: str = "USDC", venue: str | None = MORPHO) -> Deposit:
    return Deposit(asset=asset, amount=Exact(value=value), venue=venue)


def withdraw(value: str | None, asset: str = "USDC", venue: str | None = MORPHO) -> Withdraw:
    amount: AmountSpec = All() if value is None else Exact(value=value)
    return Withdraw(asset=asset, amount=amount, venue=venue)


def transfer(value: str, asset: str = "USDC", recipient: str = "bob") -> Transfer:
    return Transfer(asset=asset, amount=Exact(value=value), recipient=recipient)


def leave_all() -> Exit:
    return Exit()


def units(value: str, token: Token) -> int:
    return units_from_text(value, token.decimals)
