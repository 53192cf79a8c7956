"""Replies that a platform refused for good (the bot is blocked, direct messages are closed): kept, and brought later.

They stand in the ledger with the platform's reason. Once an answer reaches the same person in private again, here or
on another platform of theirs, they follow it there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.replies.clock import day_and_time
from memory.ledger import Ledger
from memory.people.access import is_shared
from memory.rows import OutboxRow

AT_ONCE = 20
LATE = "This could not reach you when I said it"


@dataclass
class Undelivered:
    """`_whose`: people for whom something is kept, read from the ledger when it is first asked for."""

    ledger: Ledger
    _whose: set[str] | None = None
    _tried: set[int] = field(default_factory=set)

    async def keep(self, row: OutboxRow, reason: str) -> None:
        """Puts the row aside with the reason."""
        await self.ledger.put_aside(row.id, reason)
        if self._whose is not None and row.id not in self._tried:
            self._whose.add(await self.ledger.merged_into(row.user))

    async def reachable_by(self, delivered: OutboxRow) -> AsyncIterator[OutboxRow]:
        """What is kept for the person who just got an answer in private, queued for the same channel, oldest first.

        A row that is refused again there is not the channel's fault: it is tried once a start.
        """
        if self._whose is None:
            self._whose = set(await self.ledger.people_put_off())
        if delivered.user not in self._whose or delivered.inbox_id is None or is_shared(delivered.meta):
            return
        kept = [row for row in await self.ledger.kept_for(delivered.user) if row.id not in self._tried]
        for row in kept[:AT_ONCE]:
            again = await self.ledger.queue_again(row.id, delivered.platform, delivered.channel, _late(row))
            self._tried.add(row.id)
            yield again
        if len(kept) <= AT_ONCE:
            self._whose.discard(delivered.user)


def _late(row: OutboxRow) -> Mapping[str, Any]:
    text = str(row.body["text"])
    if text.startswith(LATE):
        return row.body
    return {**row.body, "text": f"{LATE}, on {day_and_time(row.created_at)}:\n{text}"}
