"""The snapshots of one look of the schedule: one read of the chain for many accounts, anew once money was moved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from agent.chain.snapshot import Batch, Snapshot
from agent.money import Address
from agent.runtime.world import World


@dataclass
class Sights:
    """`of` gives each account its snapshot once. What this instance moves changes rates and room for those after it,
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
        async with self._reading:
            if self._batch is None or self._moves != self.world.manager.moves:
                self._batch = await self._read()
        self._given.add(account)
        return self._batch.of(account)

    async def _read(self) -> Batch:
        self._moves = self.world.manager.moves
        batch = await self.world.market.snapshots([each for each in self.accounts if each not in self._given])
        shared = batch.everybodys
        # inside an eth_call geth and others tell a contract a base fee of zero
        head = await self.world.rpc.block(shared.block.number)
        return replace(batch, everybodys=replace(shared, block=replace(shared.block, base_fee=head.base_fee)))
