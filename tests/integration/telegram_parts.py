"""Moneta in Telegram, for tests: a real instance on devnet, the unpatched library, a Bot API server of our own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from agent.chat.telegram import TelegramAdapter
from agent.commands.run import serve
from agent.compose import Instance
from agent.config import Settings
from agent.money import Address
from agent.place import Place
from memory.rows import Inbound, InboxRow
from tests.integration.place_parts import funded
from tests.servers.telegram_people import Message, Person
from tests.servers.telegram_server import TOKEN, TelegramServer

OWNER = 7
ALIVE = "best yield for dai?"
PAUSE = 0.02  # between tries, so that tests of failures don't wait


@dataclass
class Moneta:
    """A running bot and its owner, whose account is funded."""

    server: TelegramServer
    instance: Instance
    adapter: TelegramAdapter
    owner: Person
    serving: asyncio.Task[None]

    async def ask(self, text: str, person: Person | None = None, chat: int | None = None, **more: Any) -> Message:
        """Says something and gives back the answer."""
        who = person or self.owner
        before = len(self.server.people.told(chat or who))
        self.server.people.say(who, text, chat, **more)
        return await self.next(chat or who, before)

    async def alive(self) -> None:
        """It answers what is said now; what was said before has had its answer by then."""
        assert told_alive(await self.ask(ALIVE))

    async def press(self, message: Message, label: str, person: Person | None = None) -> Message:
        """Presses a button and gives back what is said to that in its chat."""
        chat = message["chat"]["id"]
        before = len(self.server.people.told(chat))
        self.server.people.press(person or self.owner, message, label)
        return await self.next(chat, before)

    async def next(self, chat: int | Person, before: int) -> Message:
        """The first message that isn't about progress, after `before` of them."""

        def answers() -> list[Message]:
            return [m for m in self.server.people.told(chat)[before:] if "are mined…" not in m.get("text", "")]

        await self.server.until(answers, "an answer")
        return answers()[0]

    async def balance(self, symbol: str = "USDC") -> int:
        """What the owner's wallet holds on chain, in base units."""
        snapshot = await self.instance.world.snapshot(self.account)
        return snapshot.balances.get(symbol, 0)

    async def positions(self) -> dict[str, int]:
        """The owner's positions on chain, by venue, in base units."""
        snapshot = await self.instance.world.snapshot(self.account)
        return {venue: state.position for venue, state in snapshot.venues.items() if state.position}

    @property
    def account(self) -> Address:
        return self.instance.first_account

    async def take_in(self, text: str, update_id: str, kind: str = "text", **meta: Any) -> InboxRow | None:
        """Commits a message and no more, as a process does that is killed right after."""
        user = await self.instance.service.user("telegram", str(self.owner.id), "Ada")
        place = {"chat": self.owner.id, "group": False, "sender": self.owner.id, "message": 1, "thread": None}
        message = Inbound("telegram", update_id, f"telegram:{self.owner.id}", user.id, text, kind, {**place, **meta})
        return await self.instance.world.ledger.accept(message)

    async def killed(self) -> None:
        """Everything of it stops where it is, nothing is finished: as far as one process can be killed in a test."""
        service = self.instance.service
        tasks = [self.serving, *service._workers.values(), *service.courier._tasks.values()]
        for task in tasks:
            task.cancel()
        service._queues.clear()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def moneta(place: Place, server: TelegramServer, owner: Person, **options: Any) -> AsyncIterator[Moneta]:
    """Moneta on that place, serving that Telegram."""
    known = options.pop("known", True)  # else they come as a stranger whom the settings name as the owner
    settings = Settings(
        messages_a_minute=60_000,
        message_burst=10_000,
        presses_a_minute=60_000,
        press_burst=10_000,
        owners=(f"telegram:{owner.id}",),
    )
    async with funded(place, settings) as instance:
        if known:
            await instance.owner("telegram", str(owner.id), owner.first_name)
        adapter = TelegramAdapter(instance.service, TOKEN, base_url=server.url, pause=PAUSE, **options)
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(instance, [adapter], stop))
        running = Moneta(server, instance, adapter, owner, serving)
        try:
            yield running
        finally:
            stop.set()
            with contextlib.suppress(asyncio.CancelledError):
                await running.serving
            await adapter.close()


def png(width: int = 40, height: int = 30) -> bytes:
    """A picture of that size."""
    file = BytesIO()
    Image.new("RGB", (width, height), "white").save(file, "PNG")
    return file.getvalue()


def labels(message: Message) -> list[str]:
    """What stands on a message's buttons."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def told_alive(message: Message) -> bool:
    """Whether that is the answer to ALIVE."""
    return "aave-v3:core:DAI" in message.get("text", "")
