"""Mandates: limits that a user gave for acting without asking, the periods taken under them, a user's hours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.policy.spending import Spending
from memory.journal.plans import NO_SPENDING, _refusal, must_plan
from memory.part import dump, many, one, raised
from memory.people.limits import count
from memory.rows import PlanRow
from memory.standing.in_place import InPlace, is_confirmed

if TYPE_CHECKING:
    from sqlite_utils import Database

CHANNEL = "mandate:"
"""What the channel of a plan under a mandate begins with; the mandate's number follows."""


@dataclass(frozen=True, slots=True)
class MandateRow:
    """`limits` is JSON data (agent.gate.mandates); `channel` is where it was given and where its runs are told."""

    id: int
    user: str
    plan_id: str
    channel: str
    limits: Mapping[str, Any]
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class UserSettings:
    """Hours of the day, 0 to 23, in the time zone `tz`; None: no summary, no quiet hours."""

    user: str
    channel: str
    tz: str = "UTC"
    summary_hour: int | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None
    pictures: str = "dark"


class Mandates(InPlace):
    async def grant(self, plan_id: str, user: str, digest: str, now: int, told: UserSettings) -> MandateRow:
        """A previewed mandate comes into force in the place of the one before it, all in one transaction, once.

        `told` says where its runs are told: a mandate never acts without that.

        Raises Refused: unknown-plan, owner, digest, single-use, expired.
        """

        def change(db: Database) -> MandateRow | Refused:
            row = one(db, "SELECT plan_id FROM plans WHERE plan_id = ?", (plan_id,))
            if row is None:
                return Refused("unknown-plan", f"There is no plan {plan_id}.")
            plan = must_plan(db, plan_id)
            refusal = self.not_intact(plan) or _refusal(plan, user, digest, now)
            if refusal is not None:
                return refusal
            self._revoke(db, user)
            self._agreed(db, plan)
            limits = plan.intent["limits"]
            db.table("mandates").insert(
                {
                    "user": user,
                    "plan_id": plan_id,
                    "channel": plan.channel,
                    "mandate_json": dump(limits),
                    "created_at": self._now(),
                }
            )
            _put_settings(db, told)
            self._audit(db, "mandate.granted", user, {"plan_id": plan_id, "limits": limits})
            found = one(db, "SELECT * FROM mandates WHERE plan_id = ?", (plan_id,))
            return _mandate(found or {})

        return raised(await self._store.write(change))

    async def revoke_mandate(self, user: str) -> bool:
        """Ends the user's mandate; says whether there was one."""
        return await self._store.write(lambda db: self._revoke(db, user))

    def _revoke(self, db: Database, user: str) -> bool:
        live = one(db, "SELECT id FROM mandates WHERE user = ? AND revoked_at IS NULL", (user,))
        if live is None:
            return False
        db.execute("UPDATE mandates SET revoked_at = ? WHERE id = ?", (self._now(), live["id"]))
        self._audit(db, "mandate.revoked", user, {"mandate": live["id"]})
        return True

    async def mandate(self, user: str) -> MandateRow | None:
        """The user's mandate in force."""
        found = await self._store.read(lambda db: _in_force(db, "AND mandates.user = ?", user))
        return found[0] if found else None

    async def mandates(self) -> list[MandateRow]:
        """All mandates in force, the oldest first."""
        return await self._store.read(_in_force)

    async def confirm_by_mandate(
        self, plan_id: str, mandate: MandateRow, digest: str, now: int, spending: Spending = NO_SPENDING
    ) -> PlanRow:
        """Confirms a plan in the user's place. Whether that is allowed is looked at in the same transaction.

        Raises Refused: mandate, freeze, pause, and what `confirm` raises.
        """

        def change(db: Database) -> PlanRow | Refused:
            plan = must_plan(db, plan_id)
            barred = _barred(db, mandate) or self.not_intact(plan) or _refusal(plan, mandate.user, digest, now)
            if barred is None and plan.channel != f"{CHANNEL}{mandate.id}":
                barred = Refused("mandate", "That plan was not made under this mandate.", "Confirm it yourself.")
            barred = barred or count(db, mandate.user, plan_id, spending, now)
            return self._confirm_in_place(db, plan, barred, f"mandate {mandate.id}")

        return raised(await self._store.write(change))

    async def mandate_fees(self, user: str, since: int) -> int:
        """Wei that plans under mandates cost since then; one that still runs counts with all that it may cost."""
        spent = """SELECT flows.units FROM flows JOIN plans USING (plan_id)
                   WHERE plans.user = ? AND plans.channel LIKE 'mandate:%' AND plans.confirmed_at >= ?
                   AND flows.kind = 'fee'"""
        running = """SELECT body FROM plans WHERE user = ? AND channel LIKE 'mandate:%'
                     AND status IN ('confirmed', 'running')"""

        def total(db: Database) -> int:
            paid = sum(-int(row["units"]) for row in many(db, spent, (user, since)))
            held = sum(int(json.loads(row["body"])["max_total_fee_wei"]) for row in many(db, running, (user,)))
            return paid + held

        return await self._store.read(total)

    async def settings(self, user: str) -> UserSettings | None:
        row = await self._store.read(lambda db: one(db, "SELECT * FROM user_settings WHERE user = ?", (user,)))
        return None if row is None else UserSettings(**row)

    async def tz(self, user: str) -> str:
        """The user's time zone, UTC until they say one."""
        known = await self.settings(user)
        return "UTC" if known is None else known.tz

    async def all_settings(self) -> list[UserSettings]:
        sql = "SELECT * FROM user_settings ORDER BY user"
        return await self._store.read(lambda db: [UserSettings(**row) for row in many(db, sql)])

    async def set_settings(self, settings: UserSettings) -> None:
        await self._store.write(lambda db: _put_settings(db, settings))


def _put_settings(db: Database, settings: UserSettings) -> None:
    row = asdict(settings)
    sql = f"INSERT OR REPLACE INTO user_settings ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})"  # noqa: S608  (names of fields)
    db.execute(sql, tuple(row.values()))


def _barred(db: Database, mandate: MandateRow) -> Refused | None:
    live = one(db, "SELECT 1 FROM mandates WHERE id = ? AND revoked_at IS NULL", (mandate.id,))
    if live is None:
        return Refused("mandate", "The mandate was revoked.", "Give a new one.")
    if one(db, "SELECT 1 FROM freeze WHERE frozen_at IS NOT NULL") is not None:
        return Refused("freeze", "The operator has frozen everything.", "Ask the operator.")
    if one(db, "SELECT 1 FROM users WHERE id = ? AND paused_at IS NOT NULL", (mandate.user,)) is not None:
        return Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
    return None


def _in_force(db: Database, which: str = "", *values: str) -> list[MandateRow]:
    """The mandates that weren't revoked, and whose limits are those that their user confirmed: a row that was edited
    in the file is in force no more.
    """
    sql = f"""SELECT mandates.*, plans.body, plans.digest FROM mandates JOIN plans USING (plan_id)
              WHERE revoked_at IS NULL {which} ORDER BY mandates.id"""  # noqa: S608  (a constant of this file)
    found = []
    for row in many(db, sql, values):
        body, digest = str(row.pop("body")), row.pop("digest")
        mandate = _mandate(row)
        if is_confirmed(body, digest, mandate.user, "limits", mandate.limits):
            found.append(mandate)
    return found


def _mandate(row: dict[str, Any]) -> MandateRow:
    return MandateRow(limits=json.loads(row.pop("mandate_json")), **row)
