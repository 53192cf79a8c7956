"""Reads back how venues were before this instance was there: one past block an hour for 90 days, then one a day.

It goes on in the background, the newest first, one read at a time with a pause after each. What was read is written
down at once, so the next start goes on where this one ended. That a node keeps no past is said once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from agent.chain.pool import is_limit
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Header, RpcError
from agent.chain.snapshot import take
from agent.chain.timeline import Timeline
from agent.errors import Unavailable
from agent.lookout import keep_looking
from agent.money import ZERO_ADDRESS
from agent.runtime.observing import look_of
from agent.runtime.world import World
from memory.seen.observations import DAY, HOUR, HOURLY_DAYS, Look

EVERY_SECONDS = 600.0
"""How soon it is tried again after trouble; where nothing is missing a look costs one request."""
PAUSE_SECONDS = 0.5
"""Between two reads: conversations come first, and a provider counts requests."""
GUESSES = 4
"""How often a block of an hour is looked for; the second guess is right where blocks come evenly."""
MOST_REFUSED = 6
"""So many blocks in a row that a devnet's node hasn't are the end: it has lost the one before each leap of time."""
MOST_WALKED = 5_000
"""Blocks of a devnet that are walked through: its numbers have holes where time was let pass."""

log = structlog.get_logger()


async def run_backfill(world: World, stop: asyncio.Event) -> None:
    """Reads back until all is there, and from then on what has come to be missing, until `stop`."""
    look = Backfill(world).look
    await keep_looking(look, stop, EVERY_SECONDS, "the past could not be read", "reading the past failed")


@dataclass
class Backfill:
    """`look` reads all that is missing, as far as the node answers. `closed`: hours before it aren't asked for;
    `passed_over`: nor are these, in which no block was found.
    """

    world: World
    pause: float = PAUSE_SECONDS
    closed: int = 0
    passed_over: set[int] = field(default_factory=set)
    _nodes: list[Rpc] = field(init=False)

    def __post_init__(self) -> None:
        self._nodes = list(self.world.rpc.nodes)

    async def look(self) -> int:
        """How many hours were read. Raises Unavailable where the node or the ledger can't be used just now."""
        days = self.world.settings.past_days
        if not days or self.world.ledger.broken:
            return 0
        head = await self.world.rpc.block()
        known = await self.world.ledger.looked(head.timestamp - days * DAY)
        missing = wanted_hours(head.timestamp, days, set(known))
        wanted = [hour for hour in missing if hour >= self.closed and hour not in self.passed_over]
        if self.world.advance is not None:
            return await self._walked(head, set(wanted))
        timeline = Timeline([(head.timestamp, head.number), *known.values()], self.world.registry.blocks_in)
        read = 0
        for hour in wanted:
            found = await self._hour(hour, timeline)
            if found is None:
                break
            read += found
        return read

    async def _hour(self, hour: int, timeline: Timeline) -> int | None:
        """How many looks that took; None where the past ends there."""
        tried: set[int] = set()
        while len(tried) < GUESSES:
            block = timeline.guess(hour * HOUR + HOUR // 2)
            if block in tried:
                break
            tried.add(block)
            look = await self._read(block) if block > 0 else None
            if look is None:
                self._close(hour)
                return None
            timeline.add(look.at, look.block)
            if look.hour == hour:
                return len(tried)
        self.passed_over.add(hour)
        return len(tried)

    async def _walked(self, head: Header, wanted: set[int]) -> int:
        """From block to block by their hashes: of each hour the last one that the node has."""
        header, read, refused = head, 0, 0
        for _ in range(MOST_WALKED):
            if header.number == 0 or not wanted or refused == MOST_REFUSED:
                break
            try:
                header = await self.world.rpc.block(header.parent_hash)
            except Unavailable:  # a chain that was kept in a file has no older ones
                break
            hour = header.timestamp // HOUR
            if hour not in wanted:
                continue
            if await self._read(header.number):
                self.passed_over.discard(hour)
                wanted.discard(hour)
                read, refused = read + 1, 0
            else:
                self.passed_over.add(hour)
                refused += 1
        if refused == MOST_REFUSED:
            self._close(header.timestamp // HOUR)
        return read

    async def _read(self, block: int) -> Look | None:
        """A past block by the first endpoint that has it, written down; None where none of them has.

        Each is asked directly: that it keeps no past says nothing against it.
        """
        for node in tuple(self._nodes):
            try:
                look = await self._seen(node, block)
            except RpcError as error:
                if is_limit(error):
                    raise Unavailable("node", "The node wants fewer requests; the rest of the past waits.") from error
                continue
            except Unavailable:
                self._nodes.append(self._nodes.pop(self._nodes.index(node)))  # another one is asked first next time
                raise
            self._nodes.insert(0, self._nodes.pop(self._nodes.index(node)))  # and this one from now on
            await self.world.ledger.observe(look)
            await asyncio.sleep(self.pause)
            return look
        return None

    async def _seen(self, node: Rpc, block: int) -> Look:
        world = self.world
        snapshot = await take(node, world.registry, world.venues, ZERO_ADDRESS, block)
        base_fee = (await node.block(block)).base_fee
        return look_of(replace(snapshot, block=replace(snapshot.block, base_fee=base_fee)), world.venues)

    def _close(self, hour: int) -> None:
        """From here on only what is newer is asked for."""
        self.closed = hour + 1
        when = datetime.fromtimestamp(hour * HOUR, UTC)
        log.warning(
            "the node keeps no past",
            meaning=f"it answers for no block of {when:%Y-%m-%d %H}:00 UTC or before: what rates were like then "
            "isn't known, and I go by what I see from now on; a node with an archive would tell it",
        )


def wanted_hours(now: int, days: int, known: set[int]) -> Iterator[int]:
    """The hours (Unix hours) before this one that nothing is known of, the newest first: every hour of the last 90
    days, and the first one of each older day that has none.
    """
    this = now // HOUR
    first = this - min(days, HOURLY_DAYS) * 24
    yield from (hour for hour in range(this - 1, first - 1, -1) if hour not in known)
    seen_days = {hour // 24 for hour in known}
    last = this - days * 24
    yield from (day * 24 for day in range(first // 24 - 1, last // 24 - 1, -1) if day not in seen_days)
