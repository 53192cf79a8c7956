"""Delivers what is in the outbox: in order per channel, again until it is there, never a row twice on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog

from agent.chat.adapter import Adapter, RetryLater, Undeliverable
from memory.ledger import Ledger
from memory.rows import OutboxRow

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
MOST_TRIES = 200  # with pauses of up to a minute, about three hours

log = structlog.get_logger()


@dataclass
class Courier:
    """One task a channel, for as long as it has something to deliver."""

    ledger: Ledger
    adapters: Mapping[str, Adapter]
    _waiting: dict[str, list[OutboxRow]] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def post(self, row: OutboxRow) -> None:
        """Delivers the row after those of its channel that came before it."""
        if row.platform not in self.adapters:
            return  # a platform that isn't configured now; the row waits in the ledger
        self._waiting.setdefault(row.channel, []).append(row)
        if row.channel not in self._tasks:
            self._tasks[row.channel] = asyncio.create_task(self._channel(row.channel))

    async def drain(self, seconds: float) -> None:
        """Waits for what is under way, `seconds` at the most; the rest stays in the ledger."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)
        for task in list(self._tasks.values()):
            task.cancel()

    async def _channel(self, channel: str) -> None:
        try:
            while self._waiting.get(channel):
                row = self._waiting[channel][0]
                await self._until_delivered(row)
                self._waiting[channel].pop(0)
        finally:
            self._waiting.pop(channel, None)
            self._tasks.pop(channel, None)

    async def _until_delivered(self, row: OutboxRow) -> None:
        pause = FIRST_PAUSE_SECONDS
        for _ in range(MOST_TRIES):
            try:
                await self.adapters[row.platform].deliver(row)
            except RetryLater as later:
                await asyncio.sleep(max(later.seconds, 0))
            except Undeliverable as error:
                await self.ledger.drop(row.id, str(error))
                return
            except Exception as error:  # an adapter's fault costs a retry, not the channel
                log.warning("delivery failed", channel=row.channel, error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            else:
                await self.ledger.sent(row.id)
                return
        await self.ledger.drop(row.id, "the platform did not take it for hours")
