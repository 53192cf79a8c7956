"""Plans: proposed, confirmed exactly once with their funds reserved, and brought to an end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import rfc8785

from agent.errors import Refused
from agent.intents import Origin
from agent.money import Address
from agent.plans import LEAVING, Plan, canonical
from agent.policy.spending import Spending
from memory.part import Clock, Entropy, Part, dump, many, one, raised
from memory.people.limits import charge_again, count, release
from memory.rows import PlanRow, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database

    from memory.sqlite.store import Store

MOST_KEPT = 10_000
NO_SPENDING = Spending()

LIVE = "status IN ('proposed', 'confirmed', 'running')"
"""The condition of the index plans_live, word for word: where it stands, SQLite reads that and not every plan."""
UNSETTLED = f"SELECT * FROM plans WHERE {LIVE} AND status <> 'proposed' ORDER BY confirmed_at, rowid"  # noqa: S608


class Plans(Part):
    """`_proposed` and `_asked` are what this process itself wrote down: a row that says otherwise was edited in the
    file behind its back, and counts for nothing. After a restart there is only the digest.
    """

    def __init__(self, store: Store, now: Clock, entropy: Entropy) -> None:
        super().__init__(store, now, entropy)
        self._proposed: dict[str, str] = {}
        self._asked: dict[tuple[str, str], str] = {}

    async def propose(
        self,
        plan: Plan,
        *,
        origins: Mapping[str, Origin],
        preview: Mapping[str, Any],
        decisions: Sequence[int],
        channel: str,
        simulated: Mapping[str, Any] | None = None,
        beside: Callable[[Database], None] | None = None,
    ) -> PlanRow:
        """Writes a plan down that waits for its confirmation, and joins its decisions, with its simulation, to it.

        `beside`: what is written in the same transaction.
        """
        body = rfc8785.dumps(canonical(plan))
        digest = hashlib.sha256(body).hexdigest()
        _keep(self._proposed, plan.plan_id, digest)

        def add(db: Database) -> PlanRow:
            db.table("plans").insert(
                {
                    "plan_id": plan.plan_id,
                    "digest": digest,
                    "user": plan.user,
                    "channel": channel,
                    "account": plan.account,
                    "chain_id": plan.chain_id,
                    "body": body.decode(),
                    "intent_json": dump(plan.intent),
                    "origins_json": dump({name: asdict(origin) for name, origin in origins.items()}),
                    "preview_json": dump(preview),
                    "decision_id": decisions[0] if decisions else None,
                    "status": PlanStatus.PROPOSED,
                    "created_at": self._now(),
                    "not_after": plan.not_after,
                }
            )
            kept = None if simulated is None else dump(simulated)
            for number in decisions:
                sql = "UPDATE decisions SET plan_id = ?, simulated_json = ? WHERE id = ?"
                db.execute(sql, (plan.plan_id, kept, number))
            self._record_plan(
                db, plan.user, plan.plan_id, PlanStatus.PROPOSED, {"digest": digest, "account": plan.account}
            )
            if beside is not None:
                beside(db)
            return must_plan(db, plan.plan_id)

        return await self._store.write(add)

    async def confirm(
        self, plan_id: str, user: str, digest: str, now: int, spending: Spending = NO_SPENDING
    ) -> PlanRow:
        """Proposed becomes confirmed, its funds reserved and its spending counted, in one transaction, once.

        `now` is in Unix seconds. A freeze or a pause that came since the last look counts: both are read in here.
        Raises Refused: unknown-plan, owner, digest, single-use, expired, freeze, pause, and the limit that leaves no
        room for `spending` (agent/policy/spending.py).
        """

        def decide(db: Database) -> PlanRow | Refused:
            row = find_plan(db, plan_id)
            if row is None:
                return Refused("unknown-plan", f"There is no plan {plan_id}.")
            refusal = self.not_intact(row) or _refusal(row, user, digest, now) or _stopped(db, row)
            refusal = refusal or count(db, user, plan_id, spending, now)
            if refusal is None:
                self._move(db, row, PlanStatus.CONFIRMED, "")
                _reserve(db, row.plan)
                return must_plan(db, plan_id)
            if refusal.rule == "expired" and row.status is PlanStatus.PROPOSED:
                self._move(db, row, PlanStatus.EXPIRED, "not confirmed in time")
            return refusal

        return raised(await self._store.write(decide))

    async def plan(self, plan_id: str) -> PlanRow | None:
        return await self._store.read(lambda db: find_plan(db, plan_id))

    async def live_previews(self, user: str, channel: str, now: int) -> list[PlanRow]:
        """What the user could confirm in this channel at `now`, the oldest first."""
        sql = """SELECT * FROM plans WHERE user = ? AND channel = ? AND status = 'proposed' AND not_after >= ?
                 ORDER BY created_at, rowid"""
        return await self._store.read(lambda db: [_plan_row(row) for row in many(db, sql, (user, channel, now))])

    async def unsettled(self) -> list[PlanRow]:
        """Plans confirmed or running: what recovery must bring to an end."""
        return await self._store.read(lambda db: [_plan_row(row) for row in many(db, UNSETTLED)])

    async def plans_of(self, user: str, since: int, until: int) -> list[PlanRow]:
        """The user's plans made in [since, until], the oldest first."""
        sql = "SELECT * FROM plans WHERE user = ? AND created_at BETWEEN ? AND ? ORDER BY created_at, rowid"
        return await self._store.read(lambda db: [_plan_row(row) for row in many(db, sql, (user, since, until))])

    async def last_confirmed(self, user: str, since: int, after: str | None) -> PlanRow | None:
        """The user's latest plan that was confirmed and that no decision stands behind, made at `since` or later and
        after the plan `after`, where that is given. A mandate or an order isn't one: `show my mandate` and `my
        orders` tell those.
        """
        sql = """SELECT * FROM plans WHERE user = ? AND confirmed_at IS NOT NULL AND decision_id IS NULL
                 AND json_extract(intent_json, '$.action') NOT IN ('mandate', 'order') AND created_at >= ?
                 AND rowid > coalesce((SELECT rowid FROM plans WHERE plan_id = ?), 0) ORDER BY rowid DESC LIMIT 1"""
        row = await self._store.read(lambda db: one(db, sql, (user, since, after)))
        return None if row is None else _plan_row(row)

    async def set_status(
        self, plan_id: str, expected_from: PlanStatus | Collection[PlanStatus], to: PlanStatus, reason: str = ""
    ) -> bool:
        """Moves the plan where it stands at `expected_from`; says whether it did. A final status frees its funds.

        Raises ValueError for 'proposed', 'confirmed' and 'settled', which have doors of their own.
        """
        if to in (PlanStatus.PROPOSED, PlanStatus.CONFIRMED, PlanStatus.SETTLED):
            raise ValueError(f"a plan becomes {to} only by propose, confirm or settle")
        expected = {expected_from} if isinstance(expected_from, str) else set(expected_from)

        def change(db: Database) -> bool:
            row = find_plan(db, plan_id)
            if row is None or row.status.final or row.status not in expected:
                return False
            self._move(db, row, to, reason)
            return True

        return await self._store.write(change)

    async def cancel_previews(self, user: str, channel: str, reason: str = "") -> list[str]:
        """Cancels all that waits for a confirmation in this channel; their plan ids."""

        def cancel(db: Database) -> list[str]:
            sql = "SELECT * FROM plans WHERE user = ? AND channel = ? AND status = 'proposed' ORDER BY rowid"
            rows = [_plan_row(row) for row in many(db, sql, (user, channel))]
            for row in rows:
                self._move(db, row, PlanStatus.CANCELLED, reason)
            return [row.plan_id for row in rows]

        return await self._store.write(cancel)

    async def reserved(self, account: Address) -> dict[str, int]:
        """Base units that confirmed and running plans may still spend, per token address or 'native', fees apart."""
        sql = "SELECT token, units FROM reservations WHERE account = ? AND released_at IS NULL"
        totals: dict[str, int] = {}
        for row in await self._store.read(lambda db: many(db, sql, (account,))):
            totals[row["token"]] = totals.get(row["token"], 0) + int(row["units"])
        return totals

    async def set_pending(self, user: str, channel: str, data: Mapping[str, Any] | None) -> None:
        """The question that the user's next words may answer; None forgets it."""

        text = dump(data)
        _keep(self._asked, (user, channel), text)

        def change(db: Database) -> None:
            if data is None:
                db.execute("DELETE FROM pending WHERE user = ? AND channel = ?", (user, channel))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO pending (user, channel, data_json, at) VALUES (?, ?, ?, ?)",
                    (user, channel, text, self._now()),
                )

        await self._store.write(change)

    async def pending(self, user: str, channel: str) -> Mapping[str, Any] | None:
        sql = "SELECT data_json FROM pending WHERE user = ? AND channel = ?"
        row = await self._store.read(lambda db: one(db, sql, (user, channel)))
        return None if row is None else self._own_question(user, channel, row["data_json"])

    def _own_question(self, user: str, channel: str, text: str | None) -> Mapping[str, Any] | None:
        if text is None or self._asked.get((user, channel), text) != text:
            return None
        return dict(json.loads(text))

    def nothing_pending(self, user: str, channel: str) -> None:
        """`set_pending` with None where nothing is: there is nothing to write, and a row that comes up isn't ours."""
        _keep(self._asked, (user, channel), dump(None))

    def not_intact(self, row: PlanRow) -> Refused | None:
        """Why a row isn't what was previewed: its steps aren't the digest's, or another digest was shown."""
        if is_whole(row) and self._proposed.get(row.plan_id, row.digest) == row.digest:
            return None
        return Refused("digest", "That plan isn't the one that was previewed.", "Ask for a new preview.")

    def _move(self, db: Database, row: PlanRow, to: PlanStatus, reason: str) -> None:
        now = self._now()
        db.execute("UPDATE plans SET status = ?, reason = ? WHERE plan_id = ?", (to, reason, row.plan_id))
        if to is PlanStatus.CONFIRMED:
            db.execute("UPDATE plans SET confirmed_at = ? WHERE plan_id = ?", (now, row.plan_id))
        if to.final:
            db.execute("UPDATE plans SET settled_at = ? WHERE plan_id = ?", (now, row.plan_id))
            db.execute("UPDATE reservations SET released_at = ? WHERE plan_id = ?", (now, row.plan_id))
            release(db, row.plan_id, to, now)
        self._record_plan(db, row.user, row.plan_id, to, {"reason": reason})

    def _reopen(self, db: Database, row: PlanRow, reason: str) -> None:
        """A plan that had ended runs again: its funds are held again."""
        if row.status.final:
            sql = "UPDATE plans SET status = ?, reason = ?, settled_at = NULL WHERE plan_id = ?"
            db.execute(sql, (PlanStatus.RUNNING, reason, row.plan_id))
            db.execute("UPDATE reservations SET released_at = NULL WHERE plan_id = ?", (row.plan_id,))
            charge_again(db, row.plan_id)
            self._record_plan(db, row.user, row.plan_id, PlanStatus.RUNNING, {"reason": reason})

    def _record_plan(
        self, db: Database, user: str, plan_id: str, status: PlanStatus, more: Mapping[str, Any]
    ) -> None:
        self._audit(db, f"plan.{status}", user, {"plan_id": plan_id, "status": str(status), **more})


def _keep(kept: dict[Any, str], key: Any, text: str) -> None:
    """The latest MOST_KEPT: what is older has expired long since."""
    kept.pop(key, None)
    kept[key] = text
    if len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)))


def find_plan(db: Database, plan_id: str) -> PlanRow | None:
    row = one(db, "SELECT * FROM plans WHERE plan_id = ?", (plan_id,))
    return None if row is None else _plan_row(row)


def must_plan(db: Database, plan_id: str) -> PlanRow:
    """Raises LookupError where there is none."""
    row = find_plan(db, plan_id)
    if row is None:
        raise LookupError(f"no plan {plan_id}")
    return row


def is_whole(row: PlanRow) -> bool:
    """Whether the steps are those that the digest was made of: a row that was edited in the file isn't."""
    return hashlib.sha256(row.body.encode()).hexdigest() == row.digest


def _refusal(row: PlanRow, user: str, digest: str, now: int) -> Refused | None:
    """Why this confirmation doesn't count, None where it does. The owner is looked at first: others learn nothing."""
    if row.user != user:
        return Refused("owner", "Only the person who asked for a plan can confirm it.")
    if digest != row.digest or not is_whole(row):
        return Refused("digest", "That confirmation is for other steps than these.", "Ask for a new preview.")
    if row.status is PlanStatus.EXPIRED or (row.status is PlanStatus.PROPOSED and now > row.not_after):
        return Refused("expired", "That preview has expired.", "Ask again for a new one.")
    if row.status is not PlanStatus.PROPOSED:
        return Refused("single-use", f"That plan is {row.status} already; a confirmation counts once.")
    return None


def _stopped(db: Database, row: PlanRow) -> Refused | None:
    """A freeze stops everything; a pause stops what isn't known to only take money out."""
    if one(db, "SELECT 1 FROM freeze WHERE frozen_at IS NOT NULL") is not None:
        return Refused("freeze", "The operator has frozen everything.", "Ask the operator.")
    leaves = row.intent.get("action") in LEAVING
    if not leaves and one(db, "SELECT 1 FROM users WHERE id = ? AND paused_at IS NOT NULL", (row.user,)) is not None:
        return Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
    return None


def _reserve(db: Database, plan: Plan) -> None:
    """Holds the most that the plan may take out of its account, per token."""
    spending: dict[str, int] = {}
    for change in plan.expected:
        if change.holder == plan.account and change.min < 0:
            spending[change.token] = spending.get(change.token, 0) - change.min
    for token, units in spending.items():
        db.table("reservations").insert(
            {"plan_id": plan.plan_id, "account": plan.account, "token": token, "units": str(units)}
        )


def _plan_row(row: dict[str, Any]) -> PlanRow:
    """The intent is the body's, which the digest covers; the column `intent_json` is for queries alone."""
    origins = json.loads(row.pop("origins_json"))
    row.pop("intent_json")
    return PlanRow(
        intent=json.loads(row["body"])["intent"],
        preview=json.loads(row.pop("preview_json")),
        origins={name: Origin(**origin) for name, origin in origins.items()},
        status=PlanStatus(row.pop("status")),
        **row,
    )
