"""How far a long turn is: one message a turn, edited. Beside the turn, which never waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.chat.telegram.pieces import harmless
from memory.rows import InboxRow

if TYPE_CHECKING:
    from telegram import Bot

END_SECONDS = 2.0  # for the last edit, before the answer goes out


@dataclass
class _Shown:
    task: asyncio.Task[None] | None = None
    message: int | None = None
    text: str = ""


@dataclass
class Progress:
    """The progress messages of turns under way. What is newer replaces what hasn't been shown yet."""

    bot: Bot
    _shown: dict[int, _Shown] = field(default_factory=dict)

    def show(self, row: InboxRow, text: str) -> None:
        """Shows the text soon."""
        if "chat" not in row.meta:
            return
        shown = self._shown.setdefault(row.id, _Shown())
        shown.text = harmless(text)
        if shown.task is None or shown.task.done():
            shown.task = asyncio.create_task(self._run(row, shown))

    async def end(self, inbox_id: int | None) -> None:
        """The turn is over: what is on its way arrives before the answer."""
        shown = self._shown.pop(inbox_id, None) if inbox_id is not None else None
        if shown is not None and shown.task is not None:
            await asyncio.wait([shown.task], timeout=END_SECONDS)
            shown.task.cancel()

    async def _run(self, row: InboxRow, shown: _Shown) -> None:
        from telegram.error import TelegramError

        said = ""
        try:
            while shown.text != said:
                said = shown.text
                if shown.message is None:
                    sent = await self.bot.send_message(
                        row.meta["chat"], said, disable_notification=True, message_thread_id=row.meta.get("thread")
                    )
                    shown.message = sent.message_id
                else:
                    await self.bot.edit_message_text(said, row.meta["chat"], shown.message)
        except TelegramError:
            return  # the answer itself is what counts, and the courier sees to that
