"""The schedule: what is due is computed from the ledger, taken by a unique claim, done once, and told.

APScheduler only wakes it up, from a memory store: a period that was missed is seen as due at the next look, one
catch-up for all of them, and one that another process took is nobody's any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Coroutine, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from agent.chat.jobs import Jobs
from agent.chat.keeping import Keeping
from agent.chat.service import Service
from agent.errors import MonetaError, Unavailable
from agent.hours import zone
from agent.money import Address
from agent.runtime.adopting import Adopting
from agent.runtime.endangered import Endangered, lets_leave
from agent.runtime.order_runs import OrderRuns, Todo
from agent.runtime.quiet import is_quiet
from agent.runtime.reports import Reports
from agent.runtime.sights import Sights
from agent.runtime.waiting import Waiting
from agent.runtime.world import World
from memory.rows import User
from memory.standing.mandates import MandateRow, UserSettings
from memory.standing.periods import TOLD

REBALANCE, SAFETY, SUMMARY = "rebalance", "safety", "summary"
AT_A_LOOK = 250
"""Users whose snapshots are read together: they are some seconds old when the last of them is weighed."""
AT_A_TURN = 16
"""Users whose orders are run before it is looked out for what is in danger."""
AT_ONCE = 4
"""Users looked after at the same time: one whose transactions are slow doesn't hold up the others."""
DRAIN_SECONDS = 1.0
HOUR = 3_600
WATCHED_SECONDS = 3_600
"""How long what was mined is looked at again: four times what finality takes on Ethereum."""

T = TypeVar("T")

log = structlog.get_logger()


def due(now: int, every: int, last: int | None, offset: int = 0) -> int | None:
    """The number of the period of `every` seconds that `now` is in, None where it was taken already.

    Periods begin `offset` seconds before the multiples of `every`. However many were missed, one is due: what should
    have been done then is no better for being done twice.
    """
    period = (now + offset) // every
    return period if last is None or period > last else None


def offset_of(user: str, every: int) -> int:
    """How many seconds earlier than at the multiples of `every` a user's periods begin: always the same, and evenly
    spread over users, so that a thousand of them aren't looked after at the same moment.
    """
    return int.from_bytes(hashlib.sha256(user.encode()).digest()[:8]) % every


def batched(each: Sequence[T], most: int = AT_A_LOOK) -> Iterator[Sequence[T]]:
    """In parts of those whose snapshots are read together."""
    return (each[start : start + most] for start in range(0, len(each), most))


def due_day(now: int, settings: UserSettings, last: int | None) -> int | None:
    """The user's day (its proleptic number) whose summary is due: its hour has come and nothing was said that day."""
    if settings.summary_hour is None:
        return None
    local = datetime.fromtimestamp(now, zone(settings.tz))
    day = local.toordinal()
    return day if local.hour >= settings.summary_hour and (last is None or day > last) else None


@dataclass
class Schedule:
    """One look is `tick`; the clock is the world's, so that a test lets a week pass in seconds."""

    world: World
    service: Service
    pictures: bool = True
    """Whether what is told has pictures, where its channel shows them."""
    reports: Reports = field(init=False)
    keeping: Keeping = field(init=False)
    jobs: Jobs = field(init=False)
    waiting: Waiting = field(init=False)
    adopting: Adopting = field(init=False)
    orders: OrderRuns = field(init=False)
    _looked_out: int = 0
    _ticking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.reports = Reports(self.world, self.pictures)
        self.keeping = Keeping(self.world, self.service)
        self.jobs = Jobs(self.world, self.service)
        self.waiting = Waiting(self.world, self.service.runtime.rebalancing)
        self.adopting = Adopting(self.world)
        self.orders = OrderRuns(self.world)

    async def tick(self) -> None:
        """Does what is due now, and tells what wasn't told. One user's fault doesn't touch the others."""
        async with self._ticking:
            gate = asyncio.Semaphore(AT_ONCE)
            if self.world.ledger.broken:  # what is claimed or told now would be forgotten at the next start
                return
            restless = await self.world.ledger.restless(self.world.now() - WATCHED_SECONDS)
            await asyncio.gather(*(self._guarded(gate, self._recover(user), user) for user in restless))
            await self._guarded(gate, self.jobs.look(), "everybody")
            await self._run_orders(gate)
            await self._look_after(gate, await self._due())
            await self._guarded(gate, self.keeping.look(), "everybody")
            await self._guarded(gate, self.service.news.tell(), "everybody")
            await self._guarded(gate, self.service.announcing.tell(), "everybody")
            await self._guarded(gate, self.service.alerting.tell(), "everybody")
            await self._guarded(gate, self.service.ringing.tell(), "everybody")
            await self._guarded(gate, self.service.ordered.tell(), "everybody")
            await asyncio.gather(
                *(self._guarded(gate, self._speak(each), each.user) for each in await self._to_be_told())
            )

    async def idle(self) -> None:
        """Returns once no look is under way."""
        async with self._ticking:
            return

    async def _guarded(self, gate: asyncio.Semaphore, work: Coroutine[Any, Any, None], user: str) -> None:
        async with gate:
            try:
                await work
            except Exception:  # a broken job costs its user this look, not the others theirs
                log.exception("a scheduled job failed", user=user)

    async def _recover(self, user: str) -> None:
        await self.service.recover_of(await self._user(user))

    async def _run_orders(self, gate: asyncio.Semaphore) -> None:
        """Everybody's orders that are due, one person's one after the other."""
        if not self.world.executes:
            return
        try:
            found = await self.orders.todo()
        except MonetaError as error:
            log.warning("orders could not be looked at", error=str(error))
            return
        except Exception:  # a broken order costs this look the orders, not the rest
            log.exception("orders could not be looked at")
            return
        people: dict[str, list[Todo]] = {}
        for each in found:
            people.setdefault(each.order.user, []).append(each)
        for part in batched(list(people), AT_A_TURN):
            await asyncio.gather(*(self._guarded(gate, self._in_turn(people[user]), user) for user in part))
            await self._look_out(gate, set())  # a Monday's orders may take minutes

    async def _in_turn(self, orders: Sequence[Todo]) -> None:
        for each in orders:
            await self.orders.run(each)

    async def _due(self) -> dict[str, tuple[MandateRow, int]]:
        """The mandates whose period has come and waits for no better hour, with its number, by user."""
        ledger, now, seconds = self.world.ledger, self.world.now(), self.world.settings.rebalance_every_hours * 3_600
        last = await ledger.last_claims(REBALANCE)
        ready: dict[str, tuple[MandateRow, int]] = {}
        for row in await ledger.mandates():
            period = due(now, seconds, last.get(row.user), offset_of(row.user, seconds))
            if period is not None and not self.waiting.is_under_way(row.user):
                ready[row.user] = row, period
        return ready

    async def _look_out(self, gate: asyncio.Semaphore, besides: Set[str]) -> None:
        """Whose money is in danger leaves at once, whatever their period; an hour in which that was tried is used.

        `besides` are looked after right afterwards anyway.
        """
        world, now = self.world, self.world.now()
        if abs(now - self._looked_out) < world.settings.safety_every_seconds:
            return
        self._looked_out = now
        rows = {row.user: row for row in await world.ledger.mandates() if lets_leave(row)}
        accounts = await self._accounts() if rows else {}
        for part in batched([row for row in rows.values() if row.user in accounts and row.user not in besides]):
            sights = Sights(world, [accounts[row.user] for row in part])
            try:
                found = await Endangered(world).among(part, accounts, sights)
            except MonetaError as error:
                log.warning("whose money is in danger could not be looked at", error=str(error))
                return
            await asyncio.gather(*(self._guarded(gate, self._rescue(rows[user], sights), user) for user in found))

    async def _rescue(self, row: MandateRow, sights: Sights) -> None:
        """Nothing is used up by a node that fails: it is tried again at the next look."""
        user = await self._user(row.user)
        await self.service.recover_of(user)
        snapshot = await self.adopting.told_only(await sights.of(await self.world.account(user)))
        if await self.world.ledger.claim(SAFETY, row.user, self.world.now() // HOUR):
            await self.service.runtime.rebalancing.run(user, row, snapshot, only_for_safety=True)

    async def _look_after(self, gate: asyncio.Semaphore, ready: Mapping[str, tuple[MandateRow, int]]) -> None:
        """Everybody whose period has come, with one read of the chain for so many at a time, and what is in danger
        in between: moves may take minutes.
        """
        accounts = await self._accounts() if ready else {}
        for part in batched(list(ready)) if ready else [()]:
            await self._look_out(gate, set(part))
            sights = Sights(self.world, [accounts[user] for user in part if user in accounts])
            await asyncio.gather(*(self._guarded(gate, self._rebalance(*ready[user], sights), user) for user in part))

    async def _accounts(self) -> dict[str, Address]:
        return {each.user: each.address for each in await self.world.ledger.accounts()}

    async def _rebalance(self, row: MandateRow, period: int, sights: Sights) -> None:
        seconds = self.world.settings.rebalance_every_hours * 3_600
        begins = period * seconds - offset_of(row.user, seconds)
        user = await self._user(row.user)
        if await self.waiting.begins(user, row, begins + seconds, sights):
            return
        if not await self.world.ledger.claim(REBALANCE, row.user, period):
            return
        try:
            account = await self.world.account(user)
            await self.service.recover_of(user)
            if await self.world.ledger.stranger_since(account, begins):
                return  # it may be the period's own run, made with a ledger that was lost since: one is enough
            snapshot = await sights.of(account)
            await self.adopting.look(snapshot)
        except MonetaError as error:
            await self.reports.could_not_look(user, row, error)
            return
        await self.reports.keep(user, snapshot)
        await self.service.runtime.rebalancing.run(user, row, await self.adopting.told_only(snapshot))
        await self.keeping.claim(user, row, snapshot)

    async def _to_be_told(self) -> list[UserSettings]:
        """Those whom something is to be told just now, found without asking for each."""
        ledger, now = self.world.ledger, self.world.now()
        untold, said = await ledger.users_untold(REBALANCE), await ledger.last_claims(SUMMARY)
        people = [each for each in await ledger.all_settings() if not is_quiet(now, each)]
        return [each for each in people if each.user in untold or due_day(now, each, said.get(each.user)) is not None]

    async def _speak(self, settings: UserSettings) -> None:
        """Says what is to be said; in the user's quiet time it waits for its end."""
        now = self.world.now()
        user = await self._user(settings.user)
        platform = settings.channel.partition(":")[0]
        for row in await self.world.ledger.untold(user.id, REBALANCE):
            reply = await self.reports.rebalanced(row)
            await self.service.say_once(TOLD, row.id, user, platform, settings.channel, reply)
        day = due_day(now, settings, await self.world.ledger.last_claim(SUMMARY, user.id))
        if day is None or await self.world.ledger.account(user.id) is None:
            return
        with contextlib.suppress(Unavailable):  # the chain can't be read: the summary comes when it can
            reply = await self.reports.summary(user)
            await self.service.say_once(SUMMARY, day, user, platform, settings.channel, reply)

    async def _user(self, user_id: str) -> User:
        user = await self.world.ledger.user(user_id)
        if user is None:
            raise LookupError(f"no user {user_id}")
        return user


async def run_schedule(world: World, service: Service, stop: asyncio.Event) -> None:
    """Looks at once and then every `schedule_tick_seconds`, until `stop`; a look under way may end first."""
    from apscheduler.schedulers.asyncio import AsyncIOScheduler  # late: 10 MB that only a serving instance needs

    schedule = Schedule(world, service)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        schedule.tick,
        "interval",
        seconds=world.settings.schedule_tick_seconds,
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        await stop.wait()
    finally:
        scheduler.pause()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await schedule.idle()
        scheduler.shutdown(wait=False)
