"""The terminal as a channel of the schedule's, which a terminal otherwise isn't: what is told there is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from agent.chat.lines import PLATFORM
from agent.replies.body import Body, body_text
from memory.rows import InboxRow, OutboxRow


@dataclass
class Ears:
    """An adapter that only listens."""

    platform: str = PLATFORM
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: list[str] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def close(self) -> None:
        return

    async def deliver(self, row: OutboxRow) -> None:
        self._heard.append(body_text(Body.from_json(row.body)))

    async def progress(self, row: InboxRow, text: str) -> None:
        return

    def heard(self) -> list[str]:
        """What was told since this was asked last."""
        heard, self._heard = self._heard, []
        return heard
