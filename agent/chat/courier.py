"""Delivers what is in the outbox: in order per channel, for as long as it takes, never a row twice on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from agent.chat.adapter import Adapter, RetryLater, Undeliverable
from agent.chat.parcel import Parcel, Write
from agent.chat.undelivered import Undelivered
from memory.ledger import Ledger
from memory.rows import OutboxRow

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
LEAST_OF_A_PAUSE = 0.5  # the rest of it is drawn, so that channels that failed together don't come back together

Chance = Callable[[], float]
"""A number drawn evenly from [0, 1)."""
Sleep = Callable[[float], Awaitable[None]]

log = structlog.get_logger()


@dataclass
class Courier:
    """One task a channel, for as long as it has something to deliver.

    What fails for a time (the network, the platform, a rate limit, a token that was taken back) is tried again until
    it is there, by this process or the next one. Only what the platform refuses for good is put aside.
    """

    ledger: Ledger
    adapters: Mapping[str, Adapter]
    chance: Chance
    sleep: Sleep = asyncio.sleep
    undelivered: Undelivered = field(init=False)
    _waiting: dict[str, list[Parcel]] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _arrived: set[str] = field(default_factory=set)
    """Channels whose first row is there, and that isn't in the ledger yet."""
    _left: bool = False

    def __post_init__(self) -> None:
        self.undelivered = Undelivered(self.ledger)

    def post(self, row: OutboxRow, write: Write | None = None) -> None:
        """Delivers the row after those of its channel that came before it. `write`: it isn't in the ledger yet."""
        if self._left or row.platform not in self.adapters:
            return  # a platform that isn't configured now, say; the row, or its message, waits in the ledger
        self._waiting.setdefault(row.channel, []).append(Parcel(row, write))
        if row.channel not in self._tasks:
            self._tasks[row.channel] = asyncio.create_task(self._channel(row.channel))

    def idle(self, channel: str) -> bool:
        """Whether nothing is on its way there."""
        return channel not in self._tasks or (channel in self._arrived and len(self._waiting[channel]) == 1)

    def write_down(self, channel: str) -> None:
        """Puts what is on its way in the ledger: something of the same channel is about to come after it."""
        for parcel in self._waiting.get(channel, ()):
            parcel.write_down()

    async def drain(self, seconds: float) -> None:
        """Waits for what is under way, `seconds` at the most; the rest stays in the ledger."""
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)
        self._left = True  # a reply that a late turn still gives must not overtake what stays here
        for task in list(self._tasks.values()):
            task.cancel()

    async def _channel(self, channel: str) -> None:
        try:
            while self._waiting.get(channel):
                await self._settle(self._waiting[channel][0])
                self._waiting[channel].pop(0)
        finally:
            self._waiting.pop(channel, None)
            self._tasks.pop(channel, None)

    async def _settle(self, parcel: Parcel) -> None:
        """Delivers it, or puts it aside with the platform's reason; and writes down which."""
        row, refused = parcel.row, await self._until_taken(parcel)
        if refused is not None:
            log.warning("the platform refuses a reply for good", channel=row.channel, reason=refused)
            await self._until_done(row, lambda: self._put_aside(parcel, refused))
            return
        self._arrived.add(row.channel)
        try:
            await self._until_done(row, lambda: parcel.arrived(self.ledger))
        finally:
            self._arrived.discard(row.channel)
        await self._until_done(row, lambda: self._bring_the_rest(row))

    async def _put_aside(self, parcel: Parcel, reason: str) -> None:
        await self.undelivered.keep(await parcel.durable(), reason)

    async def _bring_the_rest(self, row: OutboxRow) -> None:
        async for late in self.undelivered.reachable_by(row):
            self.post(late)

    async def _until_taken(self, parcel: Parcel) -> str | None:
        """None once the platform has it; the reason why it never will."""
        row, failures = parcel.row, 0
        while True:
            try:
                await self.adapters[row.platform].deliver(row)
            except Undeliverable as error:
                return str(error)
            except RetryLater as later:
                _told(row, str(later), failures)
                wait = self._pause(failures) if later.seconds is None else max(later.seconds, 0.0)
                failures += later.seconds is None
            except Exception as error:  # an adapter's fault costs a retry, not the channel
                _told(row, type(error).__name__, failures)
                wait, failures = self._pause(failures), failures + 1
            else:
                return None
            parcel.write_down()
            await self.sleep(wait)

    async def _until_done(self, row: OutboxRow, write: Callable[[], Awaitable[None]]) -> None:
        """What is there isn't sent again only because the ledger can't be written now."""
        failures = 0
        while True:
            try:
                await write()
            except LookupError:  # its message could not be made durable: it comes again, and is answered again
                return
            except Exception as error:
                _told(row, f"not written down: {type(error).__name__}", failures)
                await self.sleep(self._pause(failures))
                failures += 1
            else:
                return

    def _pause(self, failures: int) -> float:
        """Seconds before the next try after so many failures: they double up to LONGEST_PAUSE_SECONDS."""
        whole = min(FIRST_PAUSE_SECONDS * 2.0 ** min(failures, 16), LONGEST_PAUSE_SECONDS)
        return whole * (LEAST_OF_A_PAUSE + (1 - LEAST_OF_A_PAUSE) * self.chance())


def _told(row: OutboxRow, reason: str, failures: int) -> None:
    """An outage is a line a reply in the log, not a line a try."""
    level = log.info if failures else log.warning
    level("a reply waits", channel=row.channel, nonce=row.nonce, reason=reason)
