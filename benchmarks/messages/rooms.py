"""Rooms in this process: people who talk through the service as adapters do, and an adapter that hands back replies.

Nothing of a message's way is left out but the network: the inbox row is durable before `receive` returns, the turn
has the conversation so far, rates and portfolio, the reply is durable before it is delivered, and marked after that.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import devnet
from agent.chat.limits import Limits
from agent.chat.service import Service
from agent.commands import places
from agent.compose import Instance, open_instance
from agent.config import Settings
from benchmarks.messages.stub import Instant
from memory.rows import Identity, Inbound, InboxRow, OutboxRow

PLATFORM = "rooms"
PATIENCE_SECONDS = 60.0
UNLIMITED = {"messages_a_minute": 60_000, "message_burst": 10_000}
"""As an operator sets them who wants everybody heard."""
WHO = "grandfather somebody pigeons violinists gardeners penguins blacksmiths tailors librarians sailors acrobats"
DID = "painted collected admired sketched juggled polished described repaired photographed discovered decorated"
WHAT = "lighthouse violin orchard bicycle harbour teapot meadow umbrella telescope waterfall snowman hammock windmill"
"""What people talk of: no word of it is anything that Moneta does, so all of it goes to the model."""


class Rooms:
    """The adapter. `heard` are the numbers of messages in the order in which their replies came, by channel."""

    platform = PLATFORM

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self.heard: dict[str, list[int]] = {}
        self.texts: dict[str, str] = {}
        self._waiting: dict[tuple[str, int], asyncio.Future[float]] = {}

    def expect(self, channel: str, number: int) -> asyncio.Future[float]:
        """When the reply to that message is there."""
        future: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._waiting[channel, number] = future
        return future

    async def run(self, stop: asyncio.Event) -> None:
        self.connected.set()
        await stop.wait()

    async def close(self) -> None:
        return

    async def deliver(self, row: OutboxRow) -> None:
        number = int(row.meta.get("number", -1))
        self.heard.setdefault(row.channel, []).append(number)
        self.texts[row.channel] = str(row.body["text"])
        waiting = self._waiting.pop((row.channel, number), None)
        if waiting is not None:
            waiting.set_result(time.perf_counter())

    async def progress(self, row: InboxRow, text: str) -> None:
        return


@dataclass
class Talk:
    """People in rooms of one instance, each in their own."""

    instance: Instance
    rooms: Rooms
    model: Instant
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _chatted: int = 0
    _lines: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _rng: Random = field(default_factory=lambda: Random(7))  # noqa: S311  (the same talk each time)

    @property
    def service(self) -> Service:
        return self.instance.service

    async def come_in(self, people: int) -> list[str]:
        """So many people with an account each; their channels."""
        channels = [f"{PLATFORM}:{n}" for n in range(people)]
        for channel in channels:
            await self.say(channel, "hi")
            await self.say(channel, "I understand the risks")
            if not self.rooms.texts[channel].startswith("Thank you"):
                raise RuntimeError(f"{channel} was not let in: {self.rooms.texts[channel]}")
        return channels

    def limit(self, limits: dict[str, int]) -> None:
        """Sets how much one person may say."""
        self.service.limits = Limits.of(Settings.model_validate(limits))

    @property
    def said(self) -> int:
        """Messages so far that are meant for the model."""
        return self._chatted

    async def say(self, channel: str, words: str) -> float:
        """Seconds from a message to its reply."""
        (taken,) = await self.burst(channel, [words])
        return taken

    async def chat(self, channel: str, count: int) -> list[float]:
        """The same of `count` messages that nobody said before, each after the reply to the one before."""
        return [await self.say(channel, words) for words in itertools.islice(self._talk(), count)]

    async def chat_at_once(self, channel: str, count: int) -> list[float]:
        """Seconds to the reply of each of `count` messages that come at once."""
        return await self.burst(channel, list(itertools.islice(self._talk(), count)))

    async def flood(self, channel: str, count: int) -> int:
        """So many at once, of which not all are answered; how many were, once nothing of them is left."""
        before = len(self.rooms.heard[channel])
        lines = list(itertools.islice(self._talk(), count))
        await asyncio.gather(*(self.service.receive(self._message(channel, words)) for words in lines))
        ledger = self.instance.world.ledger
        while await ledger.unfinished() or await ledger.unsent():  # noqa: ASYNC110  (what gets no answer tells nobody)
            await asyncio.sleep(0.01)
        return len(self.rooms.heard[channel]) - before

    async def burst(self, channel: str, lines: list[str]) -> list[float]:
        """Seconds to the reply of each line, all of which come at once."""
        messages = [self._message(channel, words) for words in lines]
        replies = [self.rooms.expect(channel, int(message.meta["number"])) for message in messages]
        began = time.perf_counter()
        taken_in = await asyncio.gather(*(self.service.receive(message) for message in messages))
        if None in taken_in:
            raise RuntimeError("a message was taken for one that came before")
        async with asyncio.timeout(PATIENCE_SECONDS):
            return [await reply - began for reply in replies]

    def _message(self, channel: str, words: str) -> Inbound:
        number = next(self._numbers)
        person = channel.partition(":")[2]
        return Inbound(PLATFORM, str(number), channel, Identity(person, "Ada"), words, meta={"number": number})

    def _talk(self) -> Iterator[str]:
        for number in self._lines:
            self._chatted += 1
            chosen = (self._rng.choice(words.split()) for words in (WHO, DID, WHAT))
            yield f"{' '.join(chosen)} {number}"


@contextlib.asynccontextmanager
async def opened(folder: Path, people: int, limits: dict[str, int] | None = None) -> AsyncIterator[Talk]:
    """An instance on a devnet of its own with an instant model, where so many people may come in."""
    allowed = [f"{PLATFORM}:{n}" for n in range(people)]
    settings = Settings.model_validate(
        {"access": "allow", "allow": allowed, **(UNLIMITED if limits is None else limits)}
    )
    with devnet.start(folder) as node:
        place = places.of_devnet(folder, node.rpc_url, node.chain_file, throw_away=True)
        async with open_instance(place, settings) as instance:
            await places.fund(place, instance.first_account)
            model, rooms = Instant(), Rooms()
            instance.world.mind = replace(instance.world.mind, model=model)
            instance.service.adapters[PLATFORM] = rooms
            instance.service.limits = Limits.of(settings)
            await instance.service.resume()
            try:
                yield Talk(instance, rooms, model)
            finally:
                await instance.service.drain(PATIENCE_SECONDS)
