"""What somebody said or pressed, out of an update; None for what is never a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.chat.sentence import sentence
from agent.chat.telegram.spans import Span, cut, without
from agent.chat.tongue import MENU
from agent.words.reading.text import clean

if TYPE_CHECKING:
    from telegram import CallbackQuery, MaybeInaccessibleMessage, Message, Update, User

PLATFORM = "telegram"
ALLOWED = ("message", "callback_query")
"""The updates that Telegram is asked for: edits, channel posts and business messages never even come."""
GROUPS = ("group", "supergroup")
QUOTED = frozenset({"code", "pre", "blockquote", "expandable_blockquote"})
_MARKS = str.maketrans(dict.fromkeys("`~>\"'“”„‟«»‹›「」『』\n\t", " "))


@dataclass(frozen=True, slots=True)
class Heard:
    """A message or a press. `meta` is what its answer needs."""

    update_id: int
    channel: str
    sender: int
    name: str
    text: str
    kind: str = "text"
    meta: Mapping[str, Any] = field(default_factory=dict)


def channel_of(chat: int) -> str:
    """The name of a chat's channel."""
    return f"{PLATFORM}:{chat}"


def heard(update: Update, me: User) -> Heard | None:
    """What the update says to the bot `me`."""
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    if update.message is not None:
        return _said(update.update_id, update.message, me)
    return None


def _pressed(update_id: int, query: CallbackQuery) -> Heard | None:
    message = query.message
    if message is None or not query.data or query.from_user.is_bot:
        return None
    meta = {
        "chat": message.chat.id,
        "group": message.chat.type in GROUPS,
        "sender": query.from_user.id,
        "message": message.message_id,
        "thread": _thread(message),
        "query": query.id,
        "button": query.data,
    }
    user = query.from_user
    return Heard(update_id, channel_of(message.chat.id), user.id, user.full_name or "", query.data, "press", meta)


def _said(update_id: int, message: Message, me: User) -> Heard | None:
    user = message.from_user
    if user is None or not message.text or _of_somebody_else(message):
        return None
    group = message.chat.type in GROUPS
    if not group and message.chat.type != "private":
        return None
    spans = [Span(each.type, each.offset, each.offset + each.length) for each in message.entities]
    mentions = [
        Span("mention", each.offset, each.offset + each.length)
        for each in message.entities
        if (each.type == "mention" and _part(message, each.offset, each.length) == f"@{me.username}".casefold())
        or (each.type == "text_mention" and each.user is not None and each.user.id == me.id)
    ]
    said = sentence(
        own_words(message.text, [span for span in spans if span.kind in QUOTED], mentions), me.username or ""
    )
    if said is None or (group and not (mentions or said.to_us or _replies_to(message, me))):
        return None
    meta: dict[str, Any] = {
        "chat": message.chat.id,
        "group": group,
        "sender": user.id,
        "message": message.message_id,
        "thread": _thread(message),
        "private": said.private,
    }
    if group:
        meta["server"] = str(message.chat.id)
    if message.text.startswith("/"):
        meta[MENU] = True
    return Heard(update_id, channel_of(message.chat.id), user.id, user.full_name or "", said.text, meta=meta)


def _thread(message: MaybeInaccessibleMessage) -> int | None:
    """The forum topic that the message stands in; unknown of one that is too old to be shown."""
    thread: int | None = getattr(message, "message_thread_id", None)
    return thread if getattr(message, "is_topic_message", None) else None


def _of_somebody_else(message: Message) -> bool:
    """Forwards, bots, what an inline bot wrote, channels and anonymous administrators: nobody whom we know spoke."""
    return bool(
        message.forward_origin is not None
        or message.is_automatic_forward
        or message.edit_date is not None
        or message.sender_chat is not None
        or message.via_bot is not None
        or (message.from_user is not None and message.from_user.is_bot)
    )


def _part(message: Message, offset: int, length: int) -> str:
    return cut(message.text or "", offset, offset + length).casefold()


def _replies_to(message: Message, me: User) -> bool:
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False  # every message of a forum topic "replies" to the one that opened it
    return replied.from_user.id == me.id


def own_words(text: str, quoted: list[Span], mentions: list[Span]) -> str:
    """The text with quoted parts in marks that agent.words reads as somebody else's words, without our mentions.

    What is quoted keeps no mark and no line break of its own, so it can't end its quotation early.
    """
    plain, pieces = without(text, [*quoted, *(span for span in mentions if not _inside(span, quoted))])
    ticks = (
        "`" not in clean(plain).plain
    )  # else ours could pair with the user's: then the quotation becomes a line of its own
    words = []
    for kind, part in pieces:
        if kind == "mention":
            words.append(" ")
        elif not kind:
            words.append(part)
        elif ticks and kind == "code":
            words.append(f"`{_unmarked(part)}`")
        else:
            words.append(f"\n> {_unmarked(part)}\n")
    return "".join(words).strip()


def _unmarked(text: str) -> str:
    """The text as agent.words will read it, wide look-alikes of marks included, without any mark or line break."""
    return clean(text).plain.translate(_MARKS)


def _inside(span: Span, others: list[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)
