"""One message out: text or picture, with its keyboard, as an answer to another where there are many people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.chat.telegram.render import Part
from agent.harmless import harmless as letters
from agent.harmless import visible
from agent.replies.body import Pressable

if TYPE_CHECKING:
    from telegram import Bot, InlineKeyboardMarkup


@dataclass
class Sender:
    """Sends parts. A group that became a supergroup has a new id, which is remembered."""

    bot: Bot
    _moved: dict[int, int] = field(default_factory=dict)

    async def send(self, chat: int, part: Part, answering: int | None = None, thread: int | None = None) -> None:
        """Sends it. Raises what the library raises."""
        from telegram import ReplyParameters
        from telegram.error import ChatMigrated

        more: dict[str, Any] = {
            "parse_mode": "HTML",
            "reply_markup": keyboard(part),
            "message_thread_id": thread,
            "reply_parameters": answering and ReplyParameters(answering, allow_sending_without_reply=True),
        }
        try:
            await self._send(self._moved.get(chat, chat), part, more)
        except ChatMigrated as moved:
            self._moved[chat] = moved.new_chat_id
            await self._send(moved.new_chat_id, part, more)

    async def _send(self, chat: int, part: Part, more: Mapping[str, Any]) -> None:
        from telegram import InputFile, LinkPreviewOptions
        from telegram.error import BadRequest

        if part.picture is None:
            quiet = LinkPreviewOptions(is_disabled=True)  # a name that looks like an address fetches nothing
            await self.bot.send_message(chat, part.html, link_preview_options=quiet, **more)
            return
        file = InputFile(part.picture.png, filename=part.picture.name)
        if not part.picture.is_shown:
            await self.bot.send_document(chat, file, caption=part.html, **more)
            return
        try:
            await self.bot.send_photo(chat, file, caption=part.html, **more)
        except BadRequest as error:
            if "photo" not in error.message.casefold() and "image" not in error.message.casefold():
                raise
            await self.bot.send_document(chat, file, caption=part.html, **more)  # sides too long for a photo


def keyboard(part: Part) -> InlineKeyboardMarkup | None:
    """The part's buttons. Their data is the id of a row, so it says nothing and fits the 64 bytes."""
    from telegram import InlineKeyboardButton, InlineKeyboardMarkup

    if not part.buttons:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label(button), callback_data=button.id) for button in row] for row in part.buttons]
    )


def label(button: Pressable) -> str:
    """What stands on the button: Telegram takes none without a text."""
    return letters(button.label) if visible(button.label) else "…"
