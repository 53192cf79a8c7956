"""Bodies out: in the chat that asked, or to its asker alone; a second try goes on where the first one stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.chat.adapter import Undeliverable
from agent.chat.service import Service
from agent.chat.telegram.errors import for_good, understood
from agent.chat.telegram.render import Part, alert, parts, plain
from agent.chat.telegram.sending import Sender
from agent.replies.body import Body
from memory.rows import OutboxRow

if TYPE_CHECKING:
    from telegram import Bot

AT_ONCE = 24  # requests under way; Telegram takes about 30 messages a second
PRIVATELY = "I answered you in our private chat."
PLANNED = "I have a plan for you: it is in our private chat."
CLOSED = "That is for you alone, and I can't write to you yet: open a chat with me and press Start; it comes then."


@dataclass
class _Delivery:
    """How far a delivery got: messages sent, the note for the group once the private part is done or was refused."""

    sent: int = 0
    note: str = ""
    refusal: str = ""


@dataclass
class Deliveries:
    """The deliveries under way."""

    bot: Bot
    service: Service
    _under_way: dict[str, _Delivery] = field(default_factory=dict)
    _at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def __post_init__(self) -> None:
        self._sender = Sender(self.bot)

    async def deliver(self, row: OutboxRow) -> None:
        """Says what is in the row. Raises RetryLater, Undeliverable, or Refused for the token."""
        delivery = self._under_way.setdefault(row.nonce, _Delivery())
        try:
            with understood():
                async with self._at_once:
                    await self._deliver(row, Body.from_json(row.body), delivery)
        except Undeliverable:
            del self._under_way[row.nonce]
            raise
        del self._under_way[row.nonce]

    async def _deliver(self, row: OutboxRow, body: Body, delivery: _Delivery) -> None:
        chat = int(row.meta.get("chat") or row.channel.partition(":")[2])
        foreign = await self._foreign(row)
        if foreign and await self._alerted(row, body):
            return
        # A preview is private, too: "all my USDC" would tell everybody how much that is.
        alone = body.private or bool(body.lines) or foreign or bool(row.meta.get("private"))
        if alone and row.meta.get("group", chat < 0):  # groups have negative ids
            await self._to_asker(row, body, delivery)
            answering, thread = _place(row)
            await self._sender.send(chat, Part(plain(delivery.note)), answering, thread)
            if delivery.refusal:
                raise Undeliverable(delivery.refusal)
            return
        await self._all(chat, parts(body), delivery, *_place(row))

    async def _all(
        self, chat: int, messages: Sequence[Part], delivery: _Delivery, answering: int | None, thread: int | None
    ) -> None:
        for part in messages[delivery.sent :]:
            await self._sender.send(chat, part, None if delivery.sent else answering, thread)
            delivery.sent += 1

    async def _to_asker(self, row: OutboxRow, body: Body, delivery: _Delivery) -> None:
        """The private part of an answer in a group, and what the group is told of it: never the content."""
        from telegram.error import BadRequest, Forbidden

        if delivery.note:
            return
        person = await self.service.ledger.platform_id(row.user, row.platform)
        asker = row.meta.get("sender", person)
        if asker is None:
            raise Undeliverable("a private message for a group, with nobody to give it to")
        try:
            await self._all(int(asker), parts(body), delivery, None, None)
            delivery.note = PLANNED if body.lines else PRIVATELY
        except (Forbidden, BadRequest) as error:  # who never pressed Start, or blocked the bot
            if not for_good(error):
                raise
            delivery.note, delivery.refusal = CLOSED, error.message

    async def _foreign(self, row: OutboxRow) -> bool:
        """Whether this answers a press of somebody else's button."""
        if "button" not in row.meta:
            return False
        button = await self.service.ledger.button(str(row.meta["button"]))
        return button is not None and button.user != row.user

    async def _alerted(self, row: OutboxRow, body: Body) -> bool:
        """Answers a press with a window that only its presser sees. False: it is too late for that."""
        from telegram.error import BadRequest

        try:
            await self.bot.answer_callback_query(str(row.meta["query"]), alert(body), show_alert=True)
        except BadRequest:
            return False
        return True


def _place(row: OutboxRow) -> tuple[int | None, int | None]:
    """The message to answer, where there are many people, and the forum topic."""
    meta: Any = row.meta
    return (meta["message"] if meta.get("group") else None), meta.get("thread")
