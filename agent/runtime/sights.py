"""The snapshots of one look of the schedule: one read of the chain for many accounts, anew once money was moved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.chain.snapshot import Batch, Snapshot
from agent.money import ZERO_ADDRESS, Address
from agent.plugin import Block
from agent.runtime.world import World


@dataclass
class Sights:
    """`of` gives each account its snapshot. What this instance moves changes rates and room for those after it,
    so they are then read anew, for all that are still to come in one read.
    """

    world: World
    accounts: Sequence[Address]
    _batch: Batch | None = None
    _moves: int = -1
    _given: set[Address] = field(default_factory=set)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, account: Address) -> Snapshot:
        """The account's snapshot, with its block's own base fee. Raises Unavailable."""
        batch = await self._now(account)
        self._given.add(account)
        return batch.of(account)

    async def block(self) -> Block:
        """The block that they are of now. Raises Unavailable."""
        return (await self._now()).everybodys.block

    async def _now(self, account: Address | None = None) -> Batch:
        async with self._reading:
            batch = self._batch
            if (
                batch is None
                or self._moves != self.world.manager.moves
                or not (account is None or batch.has(account))
            ):
                self._batch = batch = await self._read(account)
            return batch

    async def _read(self, account: Address | None) -> Batch:
        self._moves = self.world.manager.moves
        left = {each: None for each in self.accounts if each not in self._given}
        wanted = left if account is None else left | {account: None}
        batch = await self.world.market.snapshots(list(wanted) or [ZERO_ADDRESS])
        shared = batch.everybodys
        # inside an eth_call geth and others tell a contract a base fee of zero
        head = await self.world.rpc.block(shared.block.number)
        return replace(batch, everybodys=replace(shared, block=replace(shared.block, base_fee=head.base_fee)))
