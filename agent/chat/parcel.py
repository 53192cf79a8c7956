"""A reply on its way to its channel, and when it is written down: before it goes out, or with its arrival."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from memory.ledger import Ledger
from memory.rows import OutboxRow

Write = Callable[[bool], asyncio.Future[OutboxRow]]
"""Begins to write the row down, as one that has arrived or not yet."""


@dataclass
class Parcel:
    """`write` is given for what is said at once: until it is written down, its message counts as not answered, and
    a crash has it answered anew. So it is written once it has arrived, in one write with that; or before, when
    something of its channel comes after it (else a crash could turn the two round), or when it has to wait.
    """

    row: OutboxRow
    write: Write | None = None
    _written: asyncio.Future[OutboxRow] | None = None

    def write_down(self) -> None:
        """Begins to, where it isn't yet, or failed."""
        if self.write is not None and (self._written is None or _failed(self._written)):
            self._written = self.write(False)

    async def durable(self) -> OutboxRow:
        """Its row in the ledger."""
        self.write_down()
        return self.row if self._written is None else await asyncio.shield(self._written)

    async def arrived(self, ledger: Ledger) -> None:
        """The platform has it."""
        if self.write is not None and self._written is None:
            self._written = self.write(True)
            await asyncio.shield(self._written)
        else:
            await ledger.sent((await self.durable()).id)


def _failed(written: asyncio.Future[OutboxRow]) -> bool:
    return written.done() and (written.cancelled() or written.exception() is not None)
