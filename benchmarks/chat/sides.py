"""The two platforms as the crowd uses them: the tests' servers, with duplicates and disorder, and an ear."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.servers.discord_objects import BOT_ID, Channel, Interaction, Json
from tests.servers.discord_objects import Person as DiscordPerson
from tests.servers.discord_server import DiscordServer, buttons, text_of
from tests.servers.telegram_people import BOT, Message, People, Person, Update
from tests.servers.telegram_server import TelegramServer

DUPLICATES = 0.05
LATE_SECONDS = 0.1

Heard = Callable[[str, str, Any], None]
"""Whom the bot wrote to, what, and the message as the platform has it."""


class Side(Protocol):
    """`name` stands before the colon of its people's identities; `doubled` counts what was pushed once more."""

    name: str

    @property
    def doubled(self) -> int: ...

    def join(self, number: int) -> str:
        """A new person; their id."""

    async def say(self, person: str, text: str) -> None: ...

    async def press(self, person: str, message: Any, label: str) -> Press: ...

    def labels(self, message: Any) -> list[str]:
        """What stands on a message's buttons."""

    async def trouble(self, *, harder: bool) -> None:
        """A broken connection; `harder`: one whose session is gone, or a longer one."""


@dataclass(slots=True)
class Press:
    """A press: on Discord its interaction, whose answer isn't a message of its own."""

    interaction: Interaction | None = None
    said: float = field(default_factory=time.perf_counter)

    @property
    def lost(self) -> bool:
        """Nobody acknowledged it: Discord showed "interaction failed" and tells it to nobody again."""
        return self.interaction is not None and self.interaction.response is None


class Crowded(People):
    """People whose bot is listened to."""

    ear: Heard | None = None

    def message(self, sender: dict[str, Any], chat: dict[str, Any], **content: Any) -> Message:
        made = super().message(sender, chat, **content)
        if sender is BOT and self.ear is not None:
            self.ear(str(chat["id"]), str(content.get("text") or content.get("caption") or ""), made)
        return made


class Disorderly(TelegramServer):
    """Answers polls with updates in any order, some of them again."""

    doubled = 0
    history: list[Update]
    rng = random.Random(1)  # noqa: S311

    async def _get_updates(self, given: dict[str, str]) -> list[Update]:
        found = await super()._get_updates(given)
        self.people.updates.sort(key=lambda update: int(update["update_id"]))
        again = [update for update in self.history[-500:] if self.rng.random() < DUPLICATES * len(found) / 500]
        self.doubled += len(again)
        self.history = (self.history + found)[-500:]
        mixed = found + again if found else []
        self.rng.shuffle(mixed)
        return mixed


class TelegramSide:
    name = "telegram"

    def __init__(self, ear: Heard) -> None:
        people = Crowded()
        people.ear = ear
        self.server = Disorderly(people)
        self.server.history = []
        self._people: dict[str, Person] = {}

    @property
    def doubled(self) -> int:
        return self.server.doubled

    def join(self, number: int) -> str:
        person = self.server.people.person(1_000 + number, f"Person {number}")
        self._people[str(person.id)] = person
        return str(person.id)

    async def say(self, person: str, text: str) -> None:
        self.server.people.say(self._people[person], text)

    async def press(self, person: str, message: Any, label: str) -> Press:
        self.server.people.press(self._people[person], message, label)
        return Press()

    def labels(self, message: Any) -> list[str]:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [each["text"] for row in rows for each in row]

    async def trouble(self, *, harder: bool) -> None:
        self.server.away = True
        await asyncio.sleep(4 if harder else 1)
        self.server.away = False


class DiscordSide:
    """Direct messages. Events of different channels overtake each other, some come again."""

    name = "discord"

    def __init__(self, ear: Heard) -> None:
        self.server = DiscordServer()
        self._doubled = 0
        self._ear = ear
        self._rng = random.Random(2)  # noqa: S311
        self._people: dict[str, DiscordPerson] = {}
        self._owners: dict[str, str] = {}
        self._channels: dict[str, Channel] = {}
        self._again: set[asyncio.Task[None]] = set()
        self._emit = self.server.gateway.emit
        self.server.gateway.emit = self._events  # type: ignore[method-assign]
        self.server.rest.emit = self._events

    @property
    def doubled(self) -> int:
        return self._doubled

    def join(self, number: int) -> str:
        person = self.server.person(f"person{number}")
        channel = self.server.direct(person)
        self._people[person.id], self._owners[channel.id] = person, person.id
        self._channels[person.id] = channel
        return person.id

    async def say(self, person: str, text: str) -> None:
        await self.server.say(self._people[person], self._channels[person], text)

    async def press(self, person: str, message: Any, label: str) -> Press:
        return Press(await self.server.press(self._people[person], self._channels[person], message, label))

    def labels(self, message: Any) -> list[str]:
        return [each["label"] for each in buttons(message)]

    async def trouble(self, *, harder: bool) -> None:
        if harder:
            self.server.forget_sessions()
        else:
            self.server.cut()

    async def _events(self, kind: str, data: Json, guild: str | None = None) -> None:
        own = kind == "MESSAGE_CREATE" and data["author"]["id"] == BOT_ID
        if own:
            self._ear(self._owners[data["channel_id"]], text_of(data), data)
        elif self._rng.random() < DUPLICATES:
            await asyncio.sleep(self._rng.random() * LATE_SECONDS)  # others overtake it
        await self._emit(kind, data, guild)
        if not own and self._rng.random() < DUPLICATES:
            self._doubled += 1
            task = asyncio.create_task(self._later(kind, data, guild))
            self._again.add(task)
            task.add_done_callback(self._again.discard)

    async def _later(self, kind: str, data: Json, guild: str | None) -> None:
        await asyncio.sleep(self._rng.random() * 2)
        await self._emit(kind, data, guild)
