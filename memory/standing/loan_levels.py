"""How near each loan is to its liquidation, and what of that is to be told: each level once, until it recovers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from memory.part import Part, many, one

if TYPE_CHECKING:
    from sqlite_utils import Database

Level = Literal["safe", "low", "near"]
LEVELS: tuple[Level, ...] = ("safe", "low", "near")
"""From the best to the worst."""


@dataclass(frozen=True, slots=True)
class LoanNews:
    """What is to be told: the level that a loan has come to; `health` in ray, None where nothing is owed any more."""

    id: int
    user: str
    lender: str
    level: Level
    health: int | None


class LoanBook(Part):
    async def loans_known(self) -> list[tuple[str, str, Level]]:
        """User, lender and level of every loan that was seen and isn't known to be paid."""
        sql = "SELECT user, lender, level FROM loan_levels ORDER BY user, lender"
        rows = await self._store.read(lambda db: many(db, sql))
        return [(row["user"], row["lender"], row["level"]) for row in rows]

    async def saw_loan(self, user: str, lender: str, level: Level, health: int | None) -> None:
        """A loan's level now. What is worse than all since it was safe is to be told, and that it is safe again."""

        def see(db: Database) -> None:
            sql = "SELECT level FROM loan_levels WHERE user = ? AND lender = ?"
            row = one(db, sql, (user, lender))
            before: Level = row["level"] if row is not None else "safe"
            if row is not None and before == level:
                return
            better = LEVELS.index(level) < LEVELS.index(before)
            if better and level != "safe":
                return
            keep = """INSERT INTO loan_levels (user, lender, level, at) VALUES (?, ?, ?, ?)
                      ON CONFLICT (user, lender) DO UPDATE SET level = excluded.level, at = excluded.at"""
            db.execute(keep, (user, lender, level, self._now()))
            if level != before:
                _note(db, user, lender, level, health, self._now())

        await self._store.write(see)

    async def loan_is_paid(self, user: str, lender: str) -> None:
        """Nothing is owed there any more; where it was near its liquidation, that is to be told."""

        def end(db: Database) -> None:
            sql = "DELETE FROM loan_levels WHERE user = ? AND lender = ? RETURNING level"
            row = one(db, sql, (user, lender))
            if row is not None and row["level"] != "safe":
                _note(db, user, lender, "safe", None, self._now())

        await self._store.write(end)

    async def loan_news(self, user: str | None = None) -> list[LoanNews]:
        """What is to be told, to one person or to all, the oldest first."""
        sql = """SELECT id, user, lender, level, health FROM loan_news
                 WHERE told_at IS NULL AND user = coalesce(?, user) ORDER BY id"""
        rows: list[dict[str, Any]] = await self._store.read(lambda db: many(db, sql, (user,)))
        return [LoanNews(**{**row, "health": int(row["health"]) if row["health"] else None}) for row in rows]

    async def told_loan_news(self, number: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE loan_news SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), number)).rowcount)


def _note(db: Database, user: str, lender: str, level: Level, health: int | None, now: int) -> None:
    sql = "INSERT INTO loan_news (user, lender, level, health, at) VALUES (?, ?, ?, ?, ?)"
    db.execute(sql, (user, lender, level, "" if health is None else str(health), now))
