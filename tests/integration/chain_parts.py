"""What the tests of chain and venues share: an account on devnet, the built-in venues, blocks at a chosen time."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import plugins
from agent.abi import view
from agent.chain.discover import Discovered, discover
from agent.chain.multicall import read
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Receipt
from agent.chain.snapshot import Snapshot, take
from agent.money import Address, Token, address
from agent.plans import Step
from agent.plugin import Protocol, Venue
from devnet import Node

ADMIN_INDEX, USER_INDEX = 0, 1
APPROVE = "approve(address spender,uint256 amount)"
VENUES = (
    "aave-v3:core:USDC",
    "aave-v3:core:DAI",
    "aave-v3:core:WETH",
    "aave-v3:prime:USDC",
    "aave-v3:prime:DAI",
    "aave-v3:prime:WETH",
    "erc4626:stata-prime-USDC:USDC",
    "erc4626:stata-prime-DAI:DAI",
    "morpho-blue:WETH-86:USDC",
    "morpho-blue:WETH-77:USDC",
    "venus:core:USDC",
    "venus:core:DAI",
    "venus:core:WETH",
)


def built_in_protocols() -> list[Protocol]:
    return [protocol for module in _modules() for protocol in getattr(module, "moneta_protocols", list)()]


def built_in_tables() -> list[dict[str, Any]]:
    return [table for module in _modules() for table in getattr(module, "moneta_call_tables", list)()]


def built_in_descriptors() -> list[dict[str, Any]]:
    return [body for module in _modules() for body in getattr(module, "moneta_descriptors", list)()]


def _modules() -> Iterator[Any]:
    return (importlib.import_module(name) for name in plugins.BUILT_IN)


@dataclass
class Devnet:
    """The devnet as one account of it sees it. All sends come from accounts that anvil has unlocked."""

    rpc: Rpc
    registry: Registry
    venues: Discovered
    user: Address
    admin: Address

    @classmethod
    async def opened(cls, node: Node) -> Devnet:
        rpc, registry = Rpc(node.rpc_url), Registry.load(node.chain_file)
        accounts = await rpc.request("eth_accounts")
        venues = await discover(built_in_protocols(), registry, rpc)
        return cls(rpc, registry, venues, address(accounts[USER_INDEX]), address(accounts[ADMIN_INDEX]))

    async def fund(self, token: Token, units: int) -> None:
        await self.rpc.request("anvil_dealERC20", self.user, token.address, hex(units))

    async def balance(self, token: Token) -> int:
        return int(await self.read(token.address, "balanceOf(address)", "uint256", self.user))

    async def read(self, target: Address | None, signature: str, returns: str, *args: Any) -> Any:
        assert target is not None
        return await read(self.rpc, target, signature, returns, *args)

    async def snapshot(self, tag: str = "latest") -> Snapshot:
        return await take(self.rpc, self.registry, self.venues, self.user, tag)

    async def send(self, to: Address, data: bytes, sender: Address | None = None) -> Receipt:
        """A transaction in a block of its own; it must succeed."""
        transaction = {"from": sender or self.user, "to": to, "data": "0x" + data.hex(), "gas": hex(3_000_000)}
        tx_hash = await self.rpc.request("eth_sendTransaction", transaction)
        async with asyncio.timeout(30):
            # anvil answers before it has mined, and tells nobody when it has
            while (receipt := await self.rpc.receipt(tx_hash)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0.002)
        assert receipt.ok
        return receipt

    async def call(self, to: Address | None, signature: str, *args: Any, sender: Address | None = None) -> Receipt:
        assert to is not None
        return await self.send(to, view(signature).at(to, *args).data, sender)

    async def do(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            await self.send(step.to, step.data)

    async def approve(self, venue: Venue, units: int) -> None:
        await self.call(venue.asset.address, APPROVE, venue.contract.address, units)

    async def enter(self, venue: Venue, units: int) -> None:
        """Funds the account and deposits."""
        await self.fund(venue.asset, units)
        await self.approve(venue, units)
        state = (await self.snapshot()).venues[venue.id]
        await self.do(venue.deposit(state, self.user, units))

    async def ahead(self, seconds: int = 12) -> Snapshot:
        """What the next block will be: the snapshot in it, before anything else happens there."""
        head = await self.rpc.block()
        await self.rpc.request("evm_setNextBlockTimestamp", head.timestamp + seconds)
        return await self.snapshot("pending")

    async def pass_time(self, seconds: int, blocks: int = 50) -> None:
        await self.rpc.request("anvil_mine", hex(blocks), hex(max(seconds // blocks, 1)))
