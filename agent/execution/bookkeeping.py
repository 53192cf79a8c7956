"""After each settlement: what every token was worth at its block and what the account held there, written down.

A settlement neither waits for it nor fails by it: what couldn't be read then is read later, where the node still has
the state of that block. What no block told stays unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.chain.sight import BlockSight, read_block
from agent.errors import Unavailable
from agent.execution.look import blocks
from agent.money import Address
from memory.journal.booked import Held, Price, Sight
from memory.ledger import Ledger

AT_ONCE, IN_A_GO = 8, 200
"""Blocks that are read after a settlement, and when books are asked for, at the most."""
PATIENCE_SECONDS = 5.0
"""How long prices are read for after a settlement; what is missing then is read later."""
CLOSING_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Reads what was settled in the background, one account at a time; `close` waits for it."""

    rpc: Rpc
    registry: Registry
    ledger: Ledger
    _wanted: set[Address] = field(default_factory=set)
    _reading: dict[Address, asyncio.Task[None]] = field(default_factory=dict)

    async def settled(self, account: Address) -> None:
        """Has the blocks read of what was settled just now, while whoever settled it goes on. Raises nothing."""
        self._wanted.add(account)
        if account not in self._reading:
            self._reading[account] = asyncio.create_task(self._read(account))

    async def close(self) -> None:
        """Waits a second at the most until all that was asked for is read; the rest is read later."""
        left = list(self._reading.values())
        if left:
            _, late = await asyncio.wait(left, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _read(self, account: Address) -> None:
        try:
            while account in self._wanted:
                self._wanted.discard(account)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self.fill(account, AT_ONCE)
        except Exception as error:  # whatever it is: what was settled is settled, and books can be filled in later
            log.info("prices are read later", account=account, why=str(error) or type(error).__name__)
        finally:
            del self._reading[account]

    async def catch_up(self, account: Address) -> int:
        """Reads all that is missing, once what a reorganisation took is dropped; how many blocks are still unknown.

        Raises Unavailable.
        """
        if account in self._reading:
            await asyncio.wait([self._reading[account]])
        await self._drop_lost(account)
        return await self.fill(account, IN_A_GO)

    async def fill(self, account: Address, most: int) -> int:
        """Reads what isn't known yet of the account's blocks; how many are still unknown then.

        The block before the first transaction is one of them: what was there before. So are those in which something
        came in. Raises Unavailable.
        """
        first = await self.ledger.first_flow_block(account)
        if first is None:
            return 0
        known = await self.ledger.blocks_seen(account)
        besides = {first - 1, *await self.ledger.blocks_besides(account, first)} - known - {-1}
        unseen = sorted([*((block, "") for block in besides), *await self.ledger.unseen_blocks(account)])
        left = len(unseen)
        for number, block_hash in unseen[:most]:
            try:
                await self.keep(account, await read_block(self.rpc, self.registry, account, number, block_hash))
                left -= 1
            except RpcError as error:  # no state of that block any more: a later one may have it
                log.info("a block's prices can't be read", block=number, why=error.message)
        return left

    async def look(self, account: Address) -> BlockSight:
        """The head, not written down. Raises Unavailable, RpcError."""
        head = await self.rpc.block("latest")
        return await read_block(self.rpc, self.registry, account, head.number, head.hash)

    async def keep(self, account: Address, sight: BlockSight) -> None:
        """Writes down how a block stood: prices of what the account holds there or ever moved."""
        moved = await self.ledger.tokens_moved(account)
        wanted = moved | {token for token, units in sight.units.items() if units}
        prices = {token: Price(*priced) for token, priced in sight.prices.items() if token in wanted}
        head = sight.head
        held = Held(account, head.number, head.hash, head.timestamp, dict(sight.units))
        await self.ledger.keep_seen(Sight(held, prices))

    async def _drop_lost(self, account: Address) -> None:
        """Blocks that were read and that the chain doesn't have any more, after a reorganisation."""
        read: Sequence[tuple[int, str]] = await self.ledger.other_blocks_seen(account)
        if read:
            found = await blocks(self.rpc, {number for number, _ in read})
            if not found:
                raise Unavailable("node", "The node doesn't tell its blocks.")
            gone = [known for number, known in read if number in found and found[number].hash != known]
            if gone:
                await self.ledger.forget_blocks(account, gone)
