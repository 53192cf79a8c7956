"""What is signed while the ledger's file can't be used stands in the exit log, and comes into the ledger later."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from agent.errors import Unavailable
from memory.journal.attempts import Attempts
from memory.journal.exit_log import ExitLog
from memory.journal.plans import Plans, find_plan
from memory.part import many, one
from memory.rows import Attempt, AttemptStatus, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database

REASON = "it was carried out while the ledger couldn't be written"


class Emergency(Attempts, Plans):
    """`exit_log` is set by whoever holds the executor's lock; without it a broken ledger signs nothing."""

    exit_log: ExitLog | None = None

    @property
    def broken(self) -> str:
        """Why the ledger's file can't be used, '' while it can. What is kept is then in memory and the exit log."""
        return self._store.broken

    @property
    def lost(self) -> tuple[str, ...]:
        """The tables of a broken file of which not every row could be read."""
        return self._store.lost

    @property
    def unsure(self) -> str:
        """Which stop can't be read any more, in words; '' where all can, be it from the audit log."""
        lost = set(self.lost)
        found = ["whether the operator has frozen everything"] if {"freeze", "audit"} <= lost else []
        return " and ".join((*found, *(["whether you paused me"] if "users" in lost else [])))

    @property
    def trouble(self) -> str:
        """Why the file isn't used, and what of it is lost, for the operator; '' while it is."""
        rows = f"; not every row can be read of: {', '.join(self.lost)}" if self.lost else ""
        return f"{self.broken}{rows}"

    async def record_attempt(self, **attempt: Any) -> Attempt:
        """As Attempts does it; with a broken ledger also in the exit log, before this returns."""
        recorded = await super().record_attempt(**attempt)
        if self.broken:
            if self.exit_log is None:
                raise Unavailable("exit-log", "There is no exit log to write a transaction into: nothing is sent.")
            entry = await self._store.read(lambda db: _entry(db, recorded))
            await asyncio.to_thread(self.exit_log.append, entry)
        return recorded

    async def merge_exits(self) -> int:
        """Brings what the exit log holds into the ledger, as plans under way, and empties it; how many came in.

        Recovery then learns their fate from the chain. What is in the ledger already stays as it is.
        """
        if self.exit_log is None or self.broken:
            return 0
        entries = await asyncio.to_thread(self.exit_log.entries)
        if entries:

            def merge(db: Database) -> None:
                for entry in entries:
                    self._merge(db, entry)

            await self._store.write(merge)
            await asyncio.to_thread(self.exit_log.clear)
        return len(entries)

    def _merge(self, db: Database, entry: dict[str, Any]) -> None:
        plan, attempt = entry["plan"], entry["attempt"]
        if one(db, "SELECT 1 FROM attempts WHERE hash = ?", (attempt["hash"],)) is not None:
            return
        known = find_plan(db, plan["plan_id"])
        if known is None:
            for table in ("users", "accounts"):
                _insert(db, table, entry[table])
            _insert(db, "plans", plan)
            body = {"digest": plan["digest"], "account": plan["account"]}
            self._record_plan(db, plan["user"], plan["plan_id"], PlanStatus.PROPOSED, body)
        sql = """UPDATE plans SET status = 'running', reason = ?, settled_at = NULL,
                   confirmed_at = coalesce(confirmed_at, ?) WHERE plan_id = ?"""
        db.execute(sql, (REASON, self._now(), plan["plan_id"]))
        self._record_plan(db, plan["user"], plan["plan_id"], PlanStatus.RUNNING, {"reason": REASON})
        same = "SELECT hash FROM attempts WHERE plan_id = ? AND step = ? AND status IN ('signed', 'broadcast')"
        for row in many(db, same, (attempt["plan_id"], attempt["step"])):  # the one that this one took the place of
            db.execute("UPDATE attempts SET status = 'replaced' WHERE hash = ?", (row["hash"],))
            self._record_status(db, plan["user"], row["hash"], AttemptStatus.REPLACED, {})
        _insert(db, "attempts", attempt)
        more = {name: attempt[name] for name in ("plan_id", "step", "nonce")}
        self._record_status(db, plan["user"], attempt["hash"], AttemptStatus.SIGNED, more)


def _entry(db: Database, attempt: Attempt) -> dict[str, Any]:
    """The attempt's row with all that it hangs on: a ledger put back from a copy may know none of it."""
    row = one(db, "SELECT * FROM attempts WHERE hash = ?", (attempt.hash,)) or {}
    plan = one(db, "SELECT * FROM plans WHERE plan_id = ?", (attempt.plan_id,)) or {}
    user = one(db, "SELECT * FROM users WHERE id = ?", (plan["user"],)) or {}
    account = one(db, "SELECT * FROM accounts WHERE user = ?", (plan["user"],)) or {}
    del row["id"]  # of the copy in memory
    return {"plan": plan | {"decision_id": None}, "attempt": row, "users": user, "accounts": account}


def _insert(db: Database, table: str, row: dict[str, Any]) -> None:
    if row:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        sql = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  (tables of our own)
        db.execute(sql, list(row.values()))
