"""Allowances that the plan which left them can't take back any more: told to their owner on every channel, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE given_up (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL CHECK (step >= 0),
      reason TEXT NOT NULL,
      at INTEGER NOT NULL,
      told_at INTEGER,
      UNIQUE (plan_id, step)
    ) STRICT;
    CREATE INDEX given_up_untold ON given_up (plan_id) WHERE told_at IS NULL;
"""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A clean-up `step` (its index) of a plan that wasn't done and won't be; `reason` is a sentence."""

    id: int
    user: str
    plan_id: str
    step: int
    reason: str


class GivenUpBook(Part):
    async def given_up(self, user: str | None = None) -> list[GivenUp]:
        """What is to be told, to one person or to all, the oldest first."""
        sql = """SELECT given_up.id, user, plan_id, step, given_up.reason FROM given_up JOIN plans USING (plan_id)
                 WHERE told_at IS NULL AND user = coalesce(?, user) ORDER BY given_up.id"""
        rows = await self._store.read(lambda db: many(db, sql, (user,)))
        return [GivenUp(**row) for row in rows]

    async def told_given_up(self, number: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE given_up SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), number)).rowcount)


def give_up(db: Database, plan_id: str, step: int, reason: str, now: int) -> None:
    """Writes down, in the transaction that ends it, that it is to be told."""
    sql = """INSERT INTO given_up (plan_id, step, reason, at) VALUES (?, ?, ?, ?)
             ON CONFLICT (plan_id, step) DO UPDATE SET reason = excluded.reason, at = excluded.at, told_at = NULL"""
    db.execute(sql, (plan_id, step, reason, now))
