"""An instance with two chats that record what they are given: people speak, and what they were told is looked at."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.commands.places import fund
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.money import Address
from agent.place import Place
from agent.replies.body import Body
from devnet import Node
from memory.rows import Inbound, InboxRow, OutboxRow
from tests.integration.place_parts import place_on

PATIENCE = 60.0


@dataclass
class Chat:
    """An Adapter that keeps what it delivers."""

    platform: str
    delivered: list[OutboxRow] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        self.connected.set()
        await stop.wait()

    async def close(self) -> None: ...

    async def deliver(self, row: OutboxRow) -> None:
        self.delivered.append(row)

    async def progress(self, row: InboxRow, text: str) -> None:
        return

    def told(self, who: str) -> list[Body]:
        """What stands in a person's direct channel."""
        return [Body.from_json(row.body) for row in self.delivered if row.channel == f"{self.platform}:{who}"]


@dataclass
class People:
    """`discord` and `telegram`, and an instance that both serve."""

    instance: Instance
    place: Place
    discord: Chat = field(default_factory=lambda: Chat("discord"))
    telegram: Chat = field(default_factory=lambda: Chat("telegram"))

    def __post_init__(self) -> None:
        self.instance.service.adapters.update({"discord": self.discord, "telegram": self.telegram})

    async def say(self, chat: Chat, who: str, text: str, kind: str = "text", **meta: Any) -> Body:
        """The answer to a message."""
        before = len(chat.told(who))
        await self.send(chat, who, text, kind, **meta)
        await self.until(lambda: len(chat.told(who)) > before)
        return chat.told(who)[before]

    async def send(self, chat: Chat, who: str, text: str, kind: str = "text", **meta: Any) -> None:
        """Hands a message over and doesn't wait."""
        user = await self.instance.service.user(chat.platform, who, f"name of {who}")
        channel = f"{chat.platform}:{who}"
        await self.instance.service.receive(
            Inbound(chat.platform, uuid.uuid4().hex, channel, user.id, text, kind, meta)
        )

    async def press(self, chat: Chat, who: str, body: Body, label: str) -> Body:
        """The answer to a button under a message."""
        return await self.say(chat, who, next(b.id for b in body.buttons if b.label == label), "press")

    async def join(self, chat: Chat, who: str) -> Address:
        """Somebody whom the rule lets in goes through onboarding; their account."""
        await self.say(chat, who, "hello")
        await self.say(chat, who, "I understand")
        return await self.account(chat, who)

    async def account(self, chat: Chat, who: str) -> Address:
        user = await self.instance.service.user(chat.platform, who, "")
        return await self.instance.world.account(user)

    async def has_account(self, chat: Chat, who: str) -> bool:
        user = await self.instance.service.user(chat.platform, who, "")
        return await self.instance.world.ledger.account(user.id) is not None

    async def fund(self, account: Address) -> None:
        await fund(self.place, account)

    async def until(self, holds: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110  (it waits for a task of the service)
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def people(folder: Path, node: Node, **settings: Any) -> AsyncIterator[People]:
    """Opens the instance in `folder`; leaving it is a clean stop."""
    place = place_on(node, folder)
    async with open_instance(place, Settings(**settings)) as instance:
        yield People(instance, place)
        await instance.service.drain(60)
