"""A person in either chat, as a test drives them: says a sentence, presses a button, reads what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.servers.discord_objects import BOT_ID, Json
from tests.servers.discord_server import DiscordServer, buttons, text_of
from tests.servers.telegram_people import Message, Person
from tests.servers.telegram_server import TelegramServer

ARRIVED = "arrived in your account"
UNASKED = (ARRIVED, "are mined…")
"""What the bot says on its own beside an answer: of money that came in, and how far a plan is."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the bot said: text, labels of buttons, pictures as PNG; and the message as the platform has it."""

    text: str
    labels: list[str]
    pictures: list[bytes]
    raw: Any = field(repr=False)


class Chat(Protocol):
    """A private conversation with the bot. `identity` is the person's, as the settings name it."""

    identity: str

    async def ask(self, text: str) -> Told: ...

    async def press(self, told: Told, label: str) -> Told: ...


class DiscordChat:
    """Direct messages; an answer to a press is that interaction's."""

    def __init__(self, server: DiscordServer, name: str = "Ada") -> None:
        self.server = server
        self.person = server.person(name.casefold(), name)
        self.channel = server.direct(self.person)
        self.identity = f"discord:{self.person.id}"

    async def ask(self, text: str) -> Told:
        said = await self.server.say(self.person, self.channel, text)
        place = self.channel.messages.index(said)

        def answer() -> Json | None:
            said = [each for each in self.channel.messages[place + 1 :] if each["author"]["id"] == BOT_ID]
            found = [each for each in said if ARRIVED not in _discord(each).text]
            return found[0] if found else None

        return _discord(await self.server.until(answer))

    async def press(self, told: Told, label: str) -> Told:
        interaction = await self.server.press(self.person, self.channel, told.raw, label)
        return _discord(await self.server.until(lambda: interaction.answer))


class TelegramChat:
    """A private chat."""

    def __init__(self, server: TelegramServer, name: str = "Ada") -> None:
        self.server = server
        self.person: Person = server.people.person(7, name)
        self.identity = f"telegram:{self.person.id}"

    async def ask(self, text: str) -> Told:
        before = len(self.server.people.told(self.person))
        self.server.people.say(self.person, text)
        return await self._next(before)

    async def press(self, told: Told, label: str) -> Told:
        before = len(self.server.people.told(self.person))
        self.server.people.press(self.person, told.raw, label)
        return await self._next(before)

    async def _next(self, before: int) -> Told:
        pictures = len(self.server.sends.photos)

        def answers() -> list[Message]:
            told = self.server.people.told(self.person)[before:]
            return [each for each in told if "text" in each and not any(word in each["text"] for word in UNASKED)]

        await self.server.until(answers, "an answer")
        message = answers()[0]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        labels = [button["text"] for row in rows for button in row]
        return Told(message["text"], labels, self.server.sends.photos[pictures:], message)


def _discord(message: Json) -> Told:
    pictures = [each["data"] for each in message["attachments"]]
    return Told(text_of(message), [each["label"] for each in buttons(message)], pictures, message)
