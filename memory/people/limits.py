"""Limits that people and the operator set, what is counted against them, and the changes that wait.

A change that loosens waits; until then the tighter value holds. Everything is computed from the rows and the clock:
no job has to run for a limit to hold, or for a change to become ripe.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.policy.change import Value, cap_of, tightest
from agent.policy.spending import DAY_SECONDS, USD, Allowed, By, Cap, Limits, Period, Spending, check
from memory.part import Part, dump, many, one
from memory.rows import PlanStatus
from memory.standing.news import note

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One change of one limit: `user` None is the operator, `subject` names the limit (agent/policy/change.py)."""

    id: int
    user: str | None
    subject: str
    value: Value
    asked_at: int
    ripe_at: int


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a wish: the value before, the value from now on, and the row that waits, if one does."""

    before: Value
    now: Value
    waiting: LimitRow | None


class LimitBook(Part):
    async def limits(self, user: str) -> Limits:
        """What holds for a person now: their own limits and the operator's."""
        return await self._store.read(lambda db: limits_in(db, user, self._now()))

    async def used(self, user: str, caps: Sequence[Cap]) -> dict[Cap, int]:
        """What counts against each cap at this moment, in its unit."""
        return await self._store.read(lambda db: {cap: _used(db, user, cap, self._now()) for cap in caps})

    async def waiting_limits(self, user: str | None) -> list[LimitRow]:
        """The person's (None: the operator's) changes that aren't ripe yet, the oldest first."""
        return await self._store.read(lambda db: _waiting(db, user, self._now()))

    async def limit_of(self, user: str | None, subject: str) -> Value:
        """The value that holds now of one limit, None for none."""
        return await self._store.read(lambda db: _in_force(db, user, self._now()).get(subject))

    async def limit_subjects(self, user: str | None) -> list[str]:
        """The limits that hold or wait."""

        def named(db: Database) -> list[str]:
            held = [subject for subject, value in _in_force(db, user, self._now()).items() if value is not None]
            return sorted({*held, *(row.subject for row in _waiting(db, user, self._now()))})

        return await self._store.read(named)

    async def limit(self, number: int) -> LimitRow | None:
        """A change that wasn't taken back."""
        sql = "SELECT * FROM limits WHERE id = ? AND withdrawn_at IS NULL"
        row = await self._store.read(lambda db: one(db, sql, (number,)))
        return None if row is None else _row(row)

    async def set_limit(self, user: str | None, subject: str, value: Value, delay: int, channel: str = "") -> Changed:
        """Sets a limit: what is tighter holds at once, what is looser in `delay` seconds.

        It takes the place of a change of the same limit that still waits. `channel` is where it was said.
        """

        def change(db: Database) -> Changed:
            at = self._now()
            self._drop(db, [row for row in _waiting(db, user, at) if row.subject == subject], user)
            before = _in_force(db, user, at).get(subject)
            now = tightest(before, value) if delay else value
            if now != before:
                self._add(db, user, subject, now, at)
            if now == value:
                return Changed(before, now, None)
            waiting = self._add(db, user, subject, value, at + delay)
            if user is not None:
                note(db, user, "limit", waiting.id, channel, at, waiting.ripe_at)
            return Changed(before, now, waiting)

        return await self._store.write(change)

    async def withdraw_limits(self, user: str | None, number: int | None = None) -> list[LimitRow]:
        """Takes back the changes that wait, or the one of that number; those that it took back."""

        def drop(db: Database) -> list[LimitRow]:
            rows = [row for row in _waiting(db, user, self._now()) if number in (None, row.id)]
            self._drop(db, rows, user)
            return rows

        return await self._store.write(drop)

    def _join_limits(self, db: Database, keep: str, leave: str) -> None:
        """Two people became one: the tighter of both limits holds at once, and what either spent counts for both.

        What `leave` was waiting for is taken back.
        """
        now = self._now()
        held = _in_force(db, keep, now)
        for subject, value in _in_force(db, leave, now).items():
            both = tightest(held.get(subject), value)
            if both != held.get(subject):
                self._add(db, keep, subject, both, now)
        self._drop(db, _waiting(db, leave, now), leave)
        db.execute("UPDATE charges SET user = ? WHERE user = ?", (keep, leave))

    def _add(self, db: Database, user: str | None, subject: str, value: Value, ripe_at: int) -> LimitRow:
        text = _text(value)
        sql = "INSERT INTO limits (user, subject, value_json, asked_at, ripe_at) VALUES (?, ?, ?, ?, ?) RETURNING *"
        row = one(db, sql, (user, subject, text, self._now(), ripe_at))
        if row is None:
            raise AssertionError("INSERT RETURNING gave no row")
        self._audit(db, "limit.set", user, {"subject": subject, "value": text, "ripe_at": ripe_at})
        return _row(row)

    def _drop(self, db: Database, rows: Sequence[LimitRow], user: str | None) -> None:
        for row in rows:
            db.execute("UPDATE limits SET withdrawn_at = ? WHERE id = ?", (self._now(), row.id))
            self._audit(db, "limit.withdrawn", user, {"limit": row.id, "subject": row.subject})


def limits_in(db: Database, user: str, now: int) -> Limits:
    """The caps and lists that hold for a person at `now`."""
    caps: list[Cap] = []
    allowed: list[Allowed] = []
    for by, owner in ((By.USER, user), (By.OPERATOR, None)):
        for subject, value in sorted(_in_force(db, owner, now).items()):
            cap = cap_of(subject)
            if cap is not None and isinstance(value, int):
                caps.append(Cap(by, *cap, value))
            elif isinstance(value, frozenset):
                allowed.append(Allowed(by, subject, value))
    return Limits(tuple(caps), tuple(allowed))


def count(db: Database, user: str, plan_id: str, spending: Spending, now: int) -> Refused | None:
    """Counts a plan's charges where all limits leave room for them, else says which one doesn't.

    It runs in the transaction that confirms the plan, so of two plans that together are too much one passes.
    """
    if not spending.charges:
        return None
    known = limits_in(db, user, now)
    limits = Limits((*known.caps, *spending.caps), known.allowed)
    try:
        check(limits, spending.charges, lambda cap: _used(db, user, cap, now))
    except Refused as refused:
        return refused
    db.table("charges").insert_all(
        {
            "plan_id": plan_id,
            "user": user,
            "step": charge.step,
            "kind": str(charge.kind),
            "symbol": charge.token.symbol,
            "units": str(charge.units),
            "usd": str(charge.usd),
            "at": now,
        }
        for charge in spending.charges
    )
    return None


def release(db: Database, plan_id: str, status: PlanStatus, now: int) -> None:
    """Frees what a plan that ended didn't move: the charges of steps that were never sent or did nothing."""
    if status is PlanStatus.SETTLED:
        return
    sql = """UPDATE charges SET released_at = ? WHERE plan_id = ? AND released_at IS NULL AND step NOT IN
             (SELECT step FROM attempts
              WHERE plan_id = ? AND kind = 'step' AND status IN ('signed', 'broadcast', 'mined'))"""
    db.execute(sql, (now, plan_id, plan_id))


def charge_again(db: Database, plan_id: str) -> None:
    """A plan that had ended runs again: it counts in full, as from its confirmation on."""
    db.execute("UPDATE charges SET released_at = NULL WHERE plan_id = ?", (plan_id,))


def _used(db: Database, user: str, cap: Cap, now: int) -> int:
    """The sum of a cap's period. A plan that is under way counts in full from its confirmation on."""
    if cap.period is Period.TRANSACTION:
        return 0
    since = now - DAY_SECONDS if cap.period is Period.DAY else -1
    sql = """SELECT kind, symbol, units, usd, kind <> 'swap' AND EXISTS (SELECT 1 FROM charges AS earlier
                 WHERE earlier.plan_id = charges.plan_id AND earlier.kind = 'swap' AND earlier.step < charges.step)
               AS again FROM charges WHERE user = ? AND at > ? AND released_at IS NULL"""
    rows = many(db, sql, (user, since))
    of_kind = [row for row in rows if cap.kind in (None, row["kind"])]
    if cap.unit == USD:  # what a swap gave counts among all kinds as what it was given for
        return sum(int(row["usd"]) for row in of_kind if cap.kind is not None or not row["again"])
    return sum(int(row["units"]) for row in of_kind if row["symbol"] == cap.unit)


def _in_force(db: Database, user: str | None, now: int) -> dict[str, Value]:
    """By subject the value of the last change that is ripe. What held at once holds also if the clock goes back."""
    sql = """SELECT * FROM limits WHERE user IS ? AND (ripe_at <= ? OR ripe_at <= asked_at) AND withdrawn_at IS NULL
             ORDER BY id"""
    return {row["subject"]: _row(row).value for row in many(db, sql, (user, now))}


def _waiting(db: Database, user: str | None, now: int) -> list[LimitRow]:
    sql = """SELECT * FROM limits WHERE user IS ? AND ripe_at > ? AND ripe_at > asked_at AND withdrawn_at IS NULL
             ORDER BY id"""
    return [_row(row) for row in many(db, sql, (user, now))]


def _row(row: dict[str, Any]) -> LimitRow:
    return LimitRow(
        row["id"], row["user"], row["subject"], _value(row["value_json"]), row["asked_at"], row["ripe_at"]
    )


def _text(value: Value) -> str:
    """Integers as decimal text, as everywhere in the ledger."""
    return dump(str(value) if isinstance(value, int) else None if value is None else sorted(value))


def _value(text: str) -> Value:
    value = json.loads(text)
    if value is None:
        return None
    return frozenset(value) if isinstance(value, list) else int(value)
