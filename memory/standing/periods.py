"""Claims on periods, what is untold of them, and what users' money came to over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memory.journal.decisions import Decisions, _decision
from memory.messages.inbox import Inbox
from memory.part import many, one
from memory.rows import DecisionRow, OutboxRow

if TYPE_CHECKING:
    from sqlite_utils import Database

TOLD = "told"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a user's money came to at a time, and what it would have come to untouched; USD with 8 decimals."""

    at: int
    worth: int
    held: int


class Periods(Decisions, Inbox):
    async def claim(self, kind: str, user: str, period: int) -> bool:
        """Takes a period for itself; False where it was taken before, by whomever."""
        return await self._store.write(lambda db: self._claim(db, kind, user, period))

    async def post_once(
        self, kind: str, period: int, platform: str, user: str, channel: str, body: Mapping[str, Any]
    ) -> OutboxRow | None:
        """Takes the period and queues what is said of it, together: never twice, never lost. None: taken before."""

        def say(db: Database) -> OutboxRow | None:
            if not self._claim(db, kind, user, period):
                return None
            return self._queue(db, platform, user, channel, body, None, {})

        return await self._store.write(say)

    def _claim(self, db: Database, kind: str, user: str, period: int) -> bool:
        sql = "INSERT INTO claims (kind, user, period, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1"
        return one(db, sql, (kind, user, period, self._now())) is not None

    async def last_claim(self, kind: str, user: str) -> int | None:
        """The latest period of that kind that was taken."""
        sql = "SELECT max(period) AS period FROM claims WHERE kind = ? AND user = ?"
        row = await self._store.read(lambda db: one(db, sql, (kind, user)))
        return None if row is None or row["period"] is None else int(row["period"])

    async def last_claims(self, kind: str) -> dict[str, int]:
        """The same of everybody, by user."""
        sql = "SELECT user, max(period) AS period FROM claims WHERE kind = ? GROUP BY user"
        return await self._store.read(lambda db: {str(r["user"]): int(r["period"]) for r in many(db, sql, (kind,))})

    async def claims(self, kind: str, user: str) -> list[int]:
        sql = "SELECT period FROM claims WHERE kind = ? AND user = ? ORDER BY period"
        return await self._store.read(lambda db: [int(row["period"]) for row in many(db, sql, (kind, user))])

    async def untold(self, user: str, kind: str) -> list[DecisionRow]:
        """Decisions of that kind that did something, or failed to, and that the user hasn't been told, oldest first.

        One without an outcome is still under way.
        """
        sql = """SELECT * FROM decisions AS d WHERE user = ? AND kind = ? AND outcome IS NOT NULL
                 AND outcome <> 'kept' AND NOT EXISTS
                   (SELECT 1 FROM claims WHERE claims.kind = ? AND claims.user = d.user AND period = d.id)
                 ORDER BY id"""
        return await self._store.read(lambda db: [_decision(row) for row in many(db, sql, (user, kind, TOLD))])

    async def users_untold(self, kind: str) -> set[str]:
        """The users (ids) who have some of them."""
        sql = """SELECT DISTINCT user FROM decisions AS d WHERE kind = ? AND outcome IS NOT NULL
                 AND outcome <> 'kept' AND NOT EXISTS
                   (SELECT 1 FROM claims WHERE claims.kind = ? AND claims.user = d.user AND period = d.id)"""
        return await self._store.read(lambda db: {str(row["user"]) for row in many(db, sql, (kind, TOLD))})

    async def decisions_of(self, user: str, kind: str, since: int) -> list[DecisionRow]:
        sql = "SELECT * FROM decisions WHERE user = ? AND kind = ? AND at >= ? ORDER BY id"
        return await self._store.read(lambda db: [_decision(row) for row in many(db, sql, (user, kind, since))])

    async def record_worth(self, user: str, worth: Worth, keep_since: int) -> None:
        def add(db: Database) -> None:
            sql = "INSERT OR REPLACE INTO worth (user, at, worth_usd, held_usd) VALUES (?, ?, ?, ?)"
            db.execute(sql, (user, worth.at, str(worth.worth), str(worth.held)))
            db.execute("DELETE FROM worth WHERE user = ? AND at < ?", (user, keep_since))

        await self._store.write(add)

    async def worth(self, user: str, since: int) -> list[Worth]:
        sql = "SELECT * FROM worth WHERE user = ? AND at >= ? ORDER BY at"
        rows = await self._store.read(lambda db: many(db, sql, (user, since)))
        return [Worth(int(row["at"]), int(row["worth_usd"]), int(row["held_usd"])) for row in rows]
