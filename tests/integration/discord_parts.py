"""A bot to talk to: Moneta on devnet, unpatched discord.py, the test server; people in a server and in private."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from agent.chat.discord import acknowledging, backfill
from agent.chat.discord.adapter import DiscordAdapter
from agent.compose import Instance
from agent.config import Settings
from agent.errors import Refused
from agent.place import Place
from memory.rows import User
from tests.integration.place_parts import funded
from tests.servers.discord_objects import BOT_ID, Channel, Interaction, Json, Person
from tests.servers.discord_server import DiscordServer, text_of

LEAVING_SECONDS = 60.0
HELP = "I find the yield"


@dataclass
class Bot:
    """A running bot and its owner, Alice. `town` is a server's channel, `direct` hers with the bot."""

    server: DiscordServer
    instance: Instance
    adapter: DiscordAdapter
    alice: Person
    town: Channel
    user: User
    running: asyncio.Task[None]
    heard: dict[str, int] = field(default_factory=dict)

    @property
    def direct(self) -> Channel:
        return self.server.direct(self.alice)

    async def ask(self, text: str) -> Json:
        """Says something in private; the answer."""
        return await self.answer_to(await self.server.say(self.alice, self.direct, text), self.direct)

    async def ask_in_town(self, text: str) -> Json:
        """Mentions the bot in the server; the public answer."""
        return await self.answer_to(await self.server.mention(self.alice, self.town, text), self.town)

    async def answer_to(self, message: Json, channel: Channel) -> Json:
        """The bot's first message after this one."""
        return await self.server.until(lambda: next(iter(said_after(channel, message)), None))

    async def command(self, name: str, /, *, at: Channel | None = None, **options: str) -> Interaction:
        """Gives a command (in private unless `at` says where) and waits for its answer."""
        return await self.answered(await self.server.slash(self.alice, at or self.direct, name, **options))

    async def press(
        self, message: Json | None, label: str, *, at: Channel | None = None, by: Person | None = None
    ) -> Interaction:
        """Presses a button and waits for the answer."""
        assert message is not None
        pressed = await self.server.press(by or self.alice, at or self.direct, message, label)
        return await self.answered(pressed)

    async def answered(self, interaction: Interaction) -> Interaction:
        await self.server.until(lambda: interaction.answer)
        return interaction

    async def helped(self, channel: Channel | None = None) -> list[Json]:
        """Asks for help and gives all that the bot said since the last time, the answer to it included."""
        where = channel or self.direct
        asked = await self.server.mention(self.alice, where, "what can you do?")
        await self.server.until(lambda: [each for each in said_after(where, asked) if HELP in text_of(each)])
        said = [each for each in where.messages if each["author"]["id"] == BOT_ID]
        before, self.heard[where.id] = self.heard.get(where.id, 0), len(said)
        return said[before:]

    async def units(self, symbol: str) -> int:
        """What Alice's wallet holds by the chain itself, in base units."""
        world = self.instance.world
        snapshot = await world.snapshot(self.instance.first_account)
        return snapshot.balances[symbol]

    async def position(self, venue: str) -> int:
        """What she has in a venue, in base units of its asset."""
        snapshot = await self.instance.world.snapshot(self.instance.first_account)
        return snapshot.venues[venue].position


def said_after(channel: Channel, message: Json) -> list[Json]:
    """What the bot said in the channel after a message, the oldest first."""
    place = channel.messages.index(message)
    return [each for each in channel.messages[place + 1 :] if each["author"]["id"] == BOT_ID]


def read(interaction: Interaction) -> str:
    """What the first answer to an interaction says."""
    assert interaction.answer is not None
    return text_of(interaction.answer)


@contextlib.asynccontextmanager
async def _patiently() -> AsyncIterator[None]:
    """However busy the machine is, a history is read and an interaction acknowledged before what follows on it."""
    with (
        mock.patch.object(backfill, "PATIENCE_SECONDS", LEAVING_SECONDS),
        mock.patch.object(acknowledging, "LONGEST_SECONDS", LEAVING_SECONDS),
    ):
        yield


@contextlib.asynccontextmanager
async def bot_on(
    place: Place, server: DiscordServer, alice: Person, town: Channel, settings: Settings | None = None, **more: Any
) -> AsyncIterator[Bot]:
    """Runs the bot; on the way out it must leave by itself, and Discord must have liked all that it asked."""
    async with funded(place, settings) as instance, _patiently():
        service = instance.service
        user = await instance.owner("discord", alice.id, alice.display)
        adapter = DiscordAdapter(service, server.token, api_base=server.api_base, gateway=server.gateway_url, **more)
        service.adapters["discord"] = adapter
        stop = asyncio.Event()
        running = asyncio.create_task(adapter.run(stop))
        connected = asyncio.create_task(adapter.connected.wait())
        await asyncio.wait([running, connected], return_when=asyncio.FIRST_COMPLETED)
        await service.resume()
        bot = Bot(server, instance, adapter, alice, town, user, running)
        try:
            yield bot
        finally:
            connected.cancel()
            await service.drain(1.0)
            stop.set()
            with contextlib.suppress(Refused):
                await asyncio.wait_for(running, LEAVING_SECONDS)
    assert server.rest.problems == []
