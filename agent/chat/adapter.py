"""What a channel's adapter is: it hands messages to the service and delivers bodies. A new one is one file."""

from __future__ import annotations

import asyncio
from typing import Protocol

from agent.errors import MonetaError
from memory.rows import InboxRow, OutboxRow


class RetryLater(MonetaError):
    """The platform wants the delivery again after `seconds` (a rate limit); None: it can't be reached now."""

    def __init__(self, seconds: float | None, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Undeliverable(MonetaError):
    """The platform refuses this for good: the channel is gone, the user blocked the bot, the body is refused.

    The message is the platform's reason; what was said is kept (agent.chat.undelivered).
    """


class Adapter(Protocol):
    """One platform. Channels are named by it, `discord:1234`; `platform` is what stands before the colon.

    `connected` is set while the platform hears us and tells us what people say.
    """

    platform: str
    connected: asyncio.Event

    async def run(self, stop: asyncio.Event) -> None:
        """Connects, hands every message to `Service.receive`, and returns once `stop` is set and it has left.

        Raises Refused where it can't start at all: a token that the platform doesn't know.
        """

    async def close(self) -> None:
        """Lets go of the connections that `deliver` uses. Called last, once nothing is under way."""

    async def deliver(self, row: OutboxRow) -> None:
        """Says what is in the row, once. Raises RetryLater or Undeliverable. `row.nonce` names the delivery."""

    async def progress(self, row: InboxRow, text: str) -> None:
        """Shows how far a long turn is, by editing one message. May do nothing; must not raise."""
