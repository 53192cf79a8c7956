"""A whole instance on devnet with a clock that is told, for the tests of the schedule."""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import devnet
from agent.compose import Instance
from agent.config import Settings
from agent.replies.reply import Reply
from agent.runtime.world import World
from agent.schedule import Schedule
from devnet import Node
from memory.rows import Inbound, InboxRow, OutboxRow, User
from tests.integration.place_parts import funded, place_on

CHANNEL, PLATFORM = "terminal:me", "terminal"
HOUR = 3_600


@dataclass
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


def night() -> int:
    """Half past eleven in the evening (UTC) of a day well ahead of the machine's clock, which is the signer's."""
    return (int(time.time()) // (24 * HOUR) + 90) * 24 * HOUR + 23 * HOUR + HOUR // 2


@dataclass
class Heard:
    """An adapter that only listens."""

    platform: str = PLATFORM
    rows: list[OutboxRow] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def close(self) -> None: ...

    async def deliver(self, row: OutboxRow) -> None:
        self.rows.append(row)

    async def progress(self, row: InboxRow, text: str) -> None:
        return


@dataclass
class Desk:
    """One instance with its one user."""

    instance: Instance
    user: User
    clock: Clock
    node: Node
    heard: Heard
    schedule: Schedule

    @property
    def world(self) -> World:
        return self.instance.world

    async def say(self, text: str) -> Reply:
        message = Inbound(PLATFORM, uuid.uuid4().hex, CHANNEL, self.user.id, text)
        answer = await self.instance.service.handle(message)
        assert answer is not None
        await self.instance.service.delivered(answer)
        return answer.reply

    async def advance(self, seconds: int) -> None:
        """Devnet's borrowers act, interest accrues, and the clock moves with the chain."""
        await asyncio.to_thread(devnet.advance, self.node.rpc_url, seconds, chain_file=self.node.chain_file)
        self.clock.now += seconds

    async def position(self, venue: str) -> int:
        account = await self.world.account(self.user)
        return (await self.world.snapshot(account)).venues[venue].position


@contextlib.asynccontextmanager
async def opened(
    folder: Path, node: Node, settings: Settings | None = None, clock: Clock | None = None
) -> AsyncIterator[Desk]:
    """Opens the instance in `folder`, funded at its first start; closing it is a clean stop."""
    async with funded(place_on(node, folder), settings) as instance:
        clock = clock or Clock(int(time.time()))  # the signer's clock is real: a plan may lie ahead of it, not behind
        instance.world.now = clock
        instance.world.ledger._now = clock
        user = await instance.owner(PLATFORM, "me", "me")
        heard = Heard()
        instance.service.adapters[PLATFORM] = heard
        yield Desk(instance, user, clock, node, heard, Schedule(instance.world, instance.service))
