"""The plug-ins' jobs: each once in its period, taken in the ledger; what one has to say goes by the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from agent.chat.access import Access
from agent.chat.service import Service
from agent.errors import MonetaError
from agent.plugin import Job, Notice
from agent.replies.reply import Offer, Reply
from agent.runtime.extending import Looking
from agent.runtime.world import World
from memory.rows import User

EVERYBODY = "everybody"
AT_A_TICK = 5.0
"""Seconds that a look of the schedule waits for jobs; one that takes longer goes on beside it."""
MOST_NOTICES = 8

log = structlog.get_logger()


@dataclass
class Jobs:
    """`look` begins what is due. A period that failed is over: the next one looks at the world as it is then."""

    world: World
    service: Service
    _all: list[Job] = field(init=False)
    _done: dict[str, int] = field(default_factory=dict)
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = [each for group in self.world.hooks.moneta_jobs() for each in group]

    async def look(self) -> None:
        """Begins every job whose period has come and which isn't under way."""
        if not self.world.executes:
            return
        for job in self._all:
            period = (self.world.now() - job.after) // job.every
            if self._done.get(job.name) != period and job.name not in self._running:
                self._done[job.name] = period
                if await self.world.ledger.claim(_kind(job), EVERYBODY, period):
                    task = asyncio.create_task(self._run(job, period))
                    self._running[job.name] = task
                    task.add_done_callback(lambda _, name=job.name: self._running.pop(name, None))  # type: ignore[misc]
        if self._running:
            await asyncio.wait(list(self._running.values()), timeout=AT_A_TICK)

    async def _run(self, job: Job, period: int) -> None:
        from agent.hooks.talking import notices  # late: a start does without

        try:
            said = notices(await job.run(Looking(self.service.runtime.viewing, None)))
            for number, notice in enumerate(said):
                await self._say(job, period * MOST_NOTICES + number, notice)
        except MonetaError as error:
            log.warning("a job could not be done", job=job.name, error=str(error))
        except Exception:  # a built-in one's own fault
            log.exception("a job failed", job=job.name)

    async def _say(self, job: Job, number: int, notice: Notice) -> None:
        """To each of them, on each of their platforms, once."""
        reply = Reply(notice.text, offers=tuple(Offer(each, "say", each) for each in notice.offers), private=True)
        for user in await self._people(notice):
            await self.service.tell_once(_kind(job), number, user, reply)

    async def _people(self, notice: Notice) -> Sequence[User]:
        ledger = self.world.ledger
        if notice.to == EVERYBODY:
            found = [await ledger.user(each.user) for each in await ledger.accounts()]
        else:
            found = [await ledger.user_of(each) for each in sorted(Access.of(self.world.settings).owners)]
        return list({each.id: each for each in found if each is not None}.values())


def _kind(job: Job) -> str:
    return f"job:{job.name}"
