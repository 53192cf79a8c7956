"""Loans and rewards at each look of the schedule: watched for everybody, and looked after under mandates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError, Refused, Unavailable
from agent.gate.liquidity.move import Better
from agent.gate.mandates.mandate import RULE, Terms
from agent.replies.loans import could_not_repay, kept
from agent.replies.ranges import opened_anew
from agent.replies.reply import Reply
from agent.runtime.finishing import Finishing, with_rest
from agent.runtime.lending import Lending
from agent.runtime.ranging import Ranging
from agent.runtime.upkeep import Upkeep
from agent.runtime.world import World
from memory.rows import User
from memory.standing.mandates import MandateRow

if TYPE_CHECKING:
    from agent.chat.service import Service

REPAY = "repay"
EVERY_SECONDS = 600
"""How often it is tried to pay one person's loans down."""
DAY = 86_400

WEEKS = 10_000
Taking = Callable[[User, MandateRow, Snapshot], Awaitable[bool]]

log = structlog.get_logger()


@dataclass
class Keeping:
    """`look` at each tick; `claim` behind a person's own look."""

    world: World
    service: Service
    lending: Lending = field(init=False)
    upkeep: Upkeep = field(init=False)

    def __post_init__(self) -> None:
        self.lending = Lending(self.world)
        self.upkeep = Upkeep(self.world)

    async def look(self) -> None:
        """How near loans are to their liquidation, and what mandates do about it. What can't be read now is looked
        at again; one person's trouble isn't the others'.
        """
        try:
            loans = await self.lending.look()
        except Unavailable:
            return
        rows = {row.user: row for row in await self.world.ledger.mandates()}
        for account in await self.world.ledger.accounts():
            row, owed = rows.get(account.user), loans.get(account.address, {})
            if row is None:
                continue
            try:
                terms = Terms.from_json(row.limits)
                if self.upkeep.below(terms, owed):
                    await self._repay(row)
                if terms.repay is not None or terms.claims or terms.fees or terms.ranges:
                    await self._tell(await self._user(row.user))
            except Exception:  # as the schedule's own jobs
                log.exception("loans could not be looked after", user=row.user)

    async def claim(self, user: User, row: MandateRow, snapshot: Snapshot) -> None:
        """Claims what is worth its gas, where the mandate says so; the same of fees of liquidity positions, and those
        that the price left are moved, or spoken of.
        """
        terms = Terms.from_json(row.limits)
        if terms.claims and snapshot.rewards:
            await self._take(user, row, snapshot, self.upkeep.claim)
        if not snapshot.positions or not (terms.fees or terms.ranges):
            return
        if terms.fees:
            await self._take(user, row, snapshot, self.upkeep.collect)
        if terms.ranges:
            await self._move(user, row, snapshot)
        else:
            await self._propose(user, snapshot)

    async def _take(self, user: User, row: MandateRow, snapshot: Snapshot, take: Taking) -> None:
        try:
            if not await self.service.runtime.rebalancing.barred(user):
                await take(user, row, await self.world.priced_snapshot(snapshot.account))
        except Refused as error:
            if error.rule != RULE:  # not worth its gas yet: they wait
                log.warning("rewards were not claimed", user=user.id, rule=error.rule, why=error.message)

    async def _move(self, user: User, row: MandateRow, snapshot: Snapshot) -> None:
        """Moves what the price left, where that pays; what stood against one is told once a week."""
        try:
            if await self.service.runtime.rebalancing.barred(user):
                return
            held = await Ranging(self.world).keep(user, row, snapshot)
        except MonetaError as error:  # it is looked at again at the next period
            log.warning("positions were not looked after", user=user.id, error=str(error))
            return
        for each in held:
            await self._once_a_week(user, snapshot, each.better, each.why)

    async def _propose(self, user: User, snapshot: Snapshot) -> None:
        """Says of each position out of range what moving it is forecast to bring; it moves none."""
        for each in await Ranging(self.world).better(snapshot):
            await self._once_a_week(user, snapshot, each)

    async def _once_a_week(self, user: User, snapshot: Snapshot, found: Better, why: str = "") -> None:
        week = snapshot.block.timestamp // (7 * DAY)
        await self._say(user, "range", found.position.id * WEEKS + week % WEEKS, opened_anew(found, why))

    async def _repay(self, row: MandateRow) -> None:
        user, now = await self._user(row.user), self.world.now()
        if not await self.world.ledger.claim(REPAY, user.id, now // EVERY_SECONDS):
            return
        try:
            await self.service.recover_of(user)
            barred = await self.service.runtime.rebalancing.barred(user)
            if barred:
                raise Refused(RULE, f"{barred[0].upper()}{barred[1:]}.")
            snapshot = await self.world.priced_snapshot(await self.world.account(user))
            await self.upkeep.repay(user, row, snapshot)
        except MonetaError as error:
            await self._say(user, "unpaid", now // DAY, could_not_repay(error))

    async def _tell(self, user: User) -> None:
        moves = await Finishing(self.world).stopped(user.id)
        for row in await self.upkeep.done(user):
            stopped = next((each for each in moves if each.plan_id == row.plan_id), None)
            reply = kept(row) if stopped is None else with_rest(self.world, stopped, kept(row))
            await self._say(user, "kept", int(row.plan_id[:13], 16), reply)

    async def _say(self, user: User, kind: str, number: int, reply: Reply) -> None:
        await self.service.tell_once(kind, number, user, reply)

    async def _user(self, user_id: str) -> User:
        user = await self.world.ledger.user(user_id)
        if user is None:
            raise LookupError(f"no user {user_id}")
        return user
