"""Long polling of our own: a batch is committed to the inbox before the offset moves past it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from agent.chat.telegram.errors import for_good, refused_token, refused_twice, seconds
from agent.chat.telegram.incoming import ALLOWED
from agent.errors import Unavailable

if TYPE_CHECKING:
    from telegram import Bot, Update

POLL_SECONDS = 50
LONGEST_PAUSE_SECONDS = 30.0
SETTLED_SECONDS = 30.0
"""From then on a poller stands its ground: Telegram ends the older poll of two, so the newcomer must give way."""
MOST_CONFLICTS = 3
MOST_TRIES = 5

log = structlog.get_logger()


@dataclass
class Poller:
    """Fetches batches until it is cancelled. `pause` is the first wait after a failure, in seconds; it doubles.

    `connected` is set while Telegram answers. The first question isn't held open, so that this is known at once.
    """

    bot: Bot
    take: Callable[[Sequence[Update]], Awaitable[None]]
    connected: asyncio.Event
    pause: float = 1.0
    settled: float = SETTLED_SECONDS
    _offset: int | None = None
    _conflicts: int = 0
    _tries: int = 0

    async def run(self) -> None:
        """Raises Refused for a token that is not (or no longer) good, or that another instance polls with."""
        loop = asyncio.get_running_loop()
        since, pause = loop.time(), self.pause
        while True:
            wait = await self._once()
            if wait is None:
                pause, self._conflicts = self.pause, 0
                self.connected.set()
                continue
            self.connected.clear()
            newcomer = loop.time() - since < self.settled
            if self._conflicts and (newcomer or self._conflicts >= MOST_CONFLICTS):
                raise refused_twice()
            await asyncio.sleep(max(wait, pause))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _once(self) -> float | None:
        """One batch. None: it is committed; otherwise the least wait before the next try, in seconds."""
        from telegram import error

        try:
            updates = await self.bot.get_updates(
                offset=self._offset,
                limit=100,
                timeout=POLL_SECONDS if self.connected.is_set() else 0,
                allowed_updates=list(ALLOWED),
            )
            await self._take(sorted(updates, key=lambda update: update.update_id))
        except error.RetryAfter as again:
            return seconds(again)
        except error.InvalidToken as no:
            if for_good(no):
                raise refused_token() from None
            log.warning("what answers isn't Telegram")
        except error.Conflict:
            self._conflicts += 1
        except Exception as away:  # the network, the ledger, an update that can't be read: the same batch again
            log.warning("no updates taken in", error=_named(away))
        else:
            # With nothing left to confirm the offset goes: after a quiet week Telegram may number from lower again.
            self._offset = max(update.update_id for update in updates) + 1 if updates else None
            return None
        return 0.0

    async def _take(self, updates: Sequence[Update]) -> None:
        """Takes the batch in. After MOST_TRIES in vain each update alone: one that can't be taken stops nobody."""
        if self._tries < MOST_TRIES:
            self._tries += 1
            await self.take(updates)
        else:
            for update in updates:
                await self._take_alone(update)
        self._tries = 0

    async def _take_alone(self, update: Update) -> None:
        try:
            await self.take([update])
        except Exception as error:
            if _is_unavailable(error):
                raise
            log.exception("an update can't be taken in and is left out", update=update.update_id)


def _is_unavailable(error: BaseException) -> bool:
    """Whether it may be another time: the ledger can't be used now."""
    if isinstance(error, BaseExceptionGroup):
        return any(_is_unavailable(each) for each in error.exceptions)
    return isinstance(error, Unavailable)


def _named(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return " ".join(sorted({_named(each) for each in error.exceptions}))
    return type(error).__name__
