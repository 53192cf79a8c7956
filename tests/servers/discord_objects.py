"""Discord's objects, as far as a library reads them."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
EPOCH_MS = 1_420_070_400_000
SINCE = "2026-01-01T00:00:00+00:00"
EPHEMERAL = 1 << 6
FORWARDED = 1 << 14  # has_snapshot
TEXT_CHANNEL, DIRECT = 0, 1
BOT_ID = "100"
SAID = 4  # the type of a response that is a message

_count = itertools.count(1)


def snowflake(seconds_ago: float = 0) -> str:
    """A new id; ids grow with time."""
    return str((int((time.time() - seconds_ago) * 1000) - EPOCH_MS << 22) | next(_count) & 0x3FFFFF)


@dataclass
class Person:
    """A user. `takes_messages`: bots may write to them directly."""

    id: str
    name: str
    display: str
    bot: bool = False
    takes_messages: bool = True
    roles: tuple[str, ...] = ()

    def json(self) -> Json:
        return {
            "id": self.id,
            "username": self.name,
            "discriminator": "0",
            "global_name": self.display,
            "avatar": None,
            "bot": self.bot,
            "flags": 0,
        }

    def member(self) -> Json:
        return {
            "roles": list(self.roles),
            "joined_at": SINCE,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": "8",
            "nick": None,
        }


@dataclass
class Channel:
    """A channel of a guild, or a direct one, with all that was said in it for everybody there to see."""

    id: str
    guild: str | None
    name: str
    recipient: Person | None = None
    messages: list[Json] = field(default_factory=list)

    def json(self) -> Json:
        if self.recipient is not None:
            return {"id": self.id, "type": DIRECT, "recipients": [self.recipient.json()], "last_message_id": None}
        return {
            "id": self.id,
            "type": TEXT_CHANNEL,
            "guild_id": self.guild,
            "name": self.name,
            "position": 0,
            "permission_overwrites": [],
            "nsfw": False,
            "parent_id": None,
            "topic": None,
            "last_message_id": None,
            "rate_limit_per_user": 0,
        }


@dataclass
class Interaction:
    """A command, a press or a question for suggestions, and what the bot answered. `seen`: by its asker."""

    id: str
    token: str
    kind: int
    channel: Channel
    asker: Person
    source: Json | None
    response: int | None = None
    ephemeral: bool = False
    original: Json | None = None
    choices: list[str] | None = None
    followups: list[Json] = field(default_factory=list)
    expired: bool = False
    edits: int = 0

    @property
    def answer(self) -> Json | None:
        """The first answer, once it is more than an acknowledgement or a word on how far things are."""
        said = self.original
        if said is None or said["content"] or not said["embeds"]:
            return None
        return said if self.edits or self.response == SAID else None


def guild_json(guild: str, name: str, owner: Person, bot: Person, channels: list[Channel]) -> Json:
    everyone = {
        "id": guild,
        "name": "@everyone",
        "permissions": "8",
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    empty = ("threads", "emojis", "stickers", "features", "presences", "voice_states", "stage_instances")
    zero = ("premium_tier", "verification_level", "default_message_notifications", "explicit_content_filter")
    return {
        "id": guild,
        "name": name,
        "owner_id": owner.id,
        "icon": None,
        "channels": [channel.json() for channel in channels],
        "members": [{**person.member(), "user": person.json()} for person in (owner, bot)],
        "roles": [everyone, *({**everyone, "id": role, "name": "a role"} for role in owner.roles)],
        "member_count": 2,
        "large": False,
        "joined_at": SINCE,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "mfa_level": 0,
        "nsfw_level": 0,
        "unavailable": False,
        **{name: [] for name in (*empty, "guild_scheduled_events", "soundboard_sounds")},
        **dict.fromkeys(zero, 0),
    }


def message_json(channel: Channel, author: Person, body: Json, files: list[tuple[str, bytes]], **more: Any) -> Json:
    """`body` as it was asked for."""
    attachments = [
        {
            "id": str(index),
            "filename": name,
            "size": len(data),
            "url": f"https://cdn.invalid/{name}",
            "proxy_url": f"https://cdn.invalid/{name}",
            "data": data,  # for tests; never sent
        }
        for index, (name, data) in enumerate(files)
    ]
    return {
        "id": snowflake(),
        "channel_id": channel.id,
        "author": author.json(),
        "content": body.get("content") or "",
        "timestamp": SINCE,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": attachments,
        "embeds": body.get("embeds") or [],
        "components": body.get("components") or [],
        "pinned": False,
        "type": 0,
        "flags": body.get("flags") or 0,
        "message_reference": body.get("message_reference"),
        **more,
    }


def sendable(message: Json) -> Json:
    """A message without what only tests see."""
    files = [{k: v for k, v in each.items() if k != "data"} for each in message["attachments"]]
    return {**{k: v for k, v in message.items() if v is not None}, "attachments": files, "edited_timestamp": None}
