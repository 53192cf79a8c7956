"""After a session that could not be resumed, what was said meanwhile is asked for; ids drop what was taken in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import discord
import structlog

from agent.chat.discord.origin import Origin, channel_id
from memory.rows import InboxRow

AT_ONCE = 10
MOST_CHANNELS = 2_000  # read at a start, the last to speak first; the others when somebody speaks there again
MOST_MESSAGES = 100  # in each
PATIENCE_SECONDS = 1.5  # of a new event with its channel's history: an interaction must be answered within 3 s
CLOSED = (discord.Forbidden, discord.NotFound)  # the channel is closed to us, now and later

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Mark:
    """The last event of a channel that was taken in, and the channel's server."""

    event: int
    server: int | None


@dataclass
class Missed:
    """Channels that are behind. Each is read once, before anything newer that comes from it is taken in."""

    take: Callable[[discord.Message], Awaitable[None]]
    client: discord.Client | None = None
    _heard: dict[int, Mark] = field(default_factory=dict)
    _behind: dict[int, Mark] = field(default_factory=dict)
    _reading: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def starts(self, rows: Iterable[InboxRow], client: discord.Client) -> None:
        """A client that knows of no session; `rows` are the last of each channel, the newest first."""
        self.client = client
        for row in rows:
            origin = Origin.of_meta(row.meta)
            if origin is not None:
                self._behind.setdefault(channel_id(row.channel), Mark(int(row.update_id), origin.server))

    def heard(self, channel: int, event: int, server: int | None) -> None:
        """An event was taken in."""
        before = self._heard.get(channel)
        if before is None or before.event < event:
            self._heard[channel] = Mark(event, server)

    def broke(self) -> None:
        """The connection did: from here on nobody knows what was said, unless the session is resumed."""
        newest = sorted(self._heard.items(), key=lambda item: item[1].event, reverse=True)
        self._behind = dict(newest) | self._behind

    def resumed(self) -> None:
        """All that was missed has been replayed."""
        self._behind.clear()

    async def caught_up(self, channel: int) -> None:
        """Returns once the channel isn't behind any more, or after PATIENCE_SECONDS."""
        reading = self._reading.get(channel) or self._begin(channel)
        if reading is not None:
            await asyncio.wait([reading], timeout=PATIENCE_SECONDS)

    async def all(self) -> None:
        """Reads every channel that is behind."""
        waiting = list(self._behind)[:MOST_CHANNELS]

        async def some() -> None:
            while waiting:
                reading = self._begin(waiting.pop(0))
                if reading is not None:
                    await asyncio.wait([reading])

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))

    def _begin(self, channel: int) -> asyncio.Task[None] | None:
        mark = self._behind.pop(channel, None)
        if mark is None or self.client is None:
            return None
        reading = asyncio.create_task(self._read(self.client, channel, mark))
        self._reading[channel] = reading
        reading.add_done_callback(lambda _: self._reading.pop(channel, None))
        return reading

    async def _read(self, client: discord.Client, channel: int, mark: Mark) -> None:
        place = client.get_partial_messageable(channel, guild_id=mark.server)
        after = discord.Object(mark.event)
        try:
            async for message in place.history(limit=MOST_MESSAGES, after=after, oldest_first=True):
                await self.take(message)
        except Exception as error:  # one channel that can't be read doesn't keep the others from it
            log.warning("a channel's history could not be read", channel=channel, error=type(error).__name__)
            if not isinstance(error, CLOSED):
                self._behind.setdefault(channel, mark)  # the next one who speaks there has it read again
