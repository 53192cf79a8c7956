"""Watches the contracts of a running instance: what isn't what it was is not offered, and the owner hears of it once.

Exits stay open throughout: a venue that isn't trusted may always be left.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent import not_offered
from agent.chat.access import Access
from agent.chat.service import Service
from agent.doctor import upgrades
from agent.gate.only_seen import only_seen
from agent.lookout import keep_looking
from agent.not_offered import NotOffered
from agent.opening import find
from agent.replies import trouble
from agent.replies.reply import Reply
from agent.runtime.world import World
from memory.rows import User

EVERY_SECONDS = 300.0
"""The gate looks at what it enters each time; this is for what nobody enters just now."""
NEWS = "not-offered"


async def run_oversight(world: World, service: Service, folder: Path, stop: asyncio.Event) -> None:
    """Looks at once, and then every few minutes until `stop`. A node that can't be read costs a look."""
    look = Oversight(world, service, folder).look
    await keep_looking(look, stop, EVERY_SECONDS, "the contracts could not be looked at", "the oversight failed")


@dataclass(frozen=True, slots=True)
class Oversight:
    """`look` takes one step; `folder` is the instance's, where what came of it stands for `moneta health`."""

    world: World
    service: Service
    folder: Path

    async def look(self) -> None:
        """Proves the venues anew and tells what changed. Raises Unavailable where the node can't be read."""
        world = self.world
        await world.refresh()  # what was listed anew since is what it should be
        found, _ = await find(world.registry, world.hooks, world.rpc)
        doubts = await upgrades.read(world.rpc, world.registry, world.policy, world.venues)
        doubts |= upgrades.compared(world.venues, found)
        world.untrusted.clear()
        world.untrusted.update({**only_seen(world.venues), **doubts})
        left_out = {key: why for key, why in world.missing.items() if why != trouble.UNLISTED}
        await self._tell(not_offered.read(self.folder), {**left_out, **doubts})

    async def _tell(self, before: NotOffered, now: Mapping[str, str]) -> None:
        """Tells what is new and what is over, then writes it down: a crash in between tells nothing twice."""
        new = {key: why for key, why in now.items() if before.told.get(key) != why}
        over = [key for key in before.told if key not in now]
        network, heard = self.world.registry.network, False
        if new:
            heard = await self._say(trouble.arisen(network, new), before.written)
        if over:
            heard = await self._say(trouble.ended(network, over), before.written) or heard
        told = now if heard or not (new or over) else before.told  # an owner who never spoke hears it later
        after = NotOffered(self.world.now(), dict(now), dict(told))
        if (after.now, after.told) != (before.now, before.told):
            await asyncio.to_thread(not_offered.write, self.folder, after)

    async def _say(self, reply: Reply, since: int) -> bool:
        """To each owner, on each of their platforms, once; False where there is nobody to tell."""
        number = int.from_bytes(hashlib.sha256(f"{since} {reply.text}".encode()).digest()[:6], "big")
        heard = False
        for owner in await self._owners():
            heard = await self.service.tell_once(NEWS, number, owner, reply) or heard
        return heard

    async def _owners(self) -> list[User]:
        owners = sorted(Access.of(self.world.settings).owners)
        found = [await self.world.ledger.user_of(identity) for identity in owners]
        return list({each.id: each for each in found if each is not None}.values())
