"""What people want to hear of once: when a rate, a price, a health factor, their worth or gas passes a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import Refused
from memory.part import Part, many, one

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE alerts (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      number INTEGER NOT NULL,
      metric TEXT NOT NULL CHECK (metric IN ('rate', 'price', 'health', 'worth', 'gas')),
      subject TEXT,
      op TEXT NOT NULL CHECK (op IN ('below', 'above')),
      value TEXT NOT NULL,
      at INTEGER NOT NULL,
      rung_at INTEGER,
      seen TEXT,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX alerts_of ON alerts (user, number);
    CREATE INDEX alerts_set ON alerts (id) WHERE rung_at IS NULL;
    CREATE INDEX alerts_untold ON alerts (id) WHERE rung_at IS NOT NULL AND told_at IS NULL;
"""
MOST = 50
"""Alerts that one person may have set."""

Metric = Literal["rate", "price", "health", "worth", "gas"]
Op = Literal["below", "above"]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """`number` counts a person's own, from 1. `value` is decimal text; `seen` what was measured when it rang."""

    id: int
    user: str
    number: int
    metric: Metric
    subject: str | None
    op: Op
    value: str
    seen: str | None = None


_ROWS = "SELECT id, user, number, metric, subject, op, value, seen FROM alerts"
_SAME = _ROWS + " WHERE user = ? AND rung_at IS NULL AND metric = ? AND subject IS ? AND op = ? AND value = ?"
_SET = _ROWS + " WHERE rung_at IS NULL AND user = coalesce(?, user) ORDER BY id"
_UNTOLD = _ROWS + " WHERE rung_at IS NOT NULL AND told_at IS NULL ORDER BY id"
_PUT = """INSERT INTO alerts (user, number, metric, subject, op, value, at) VALUES (?, ?, ?, ?, ?, ?, ?)
          RETURNING id, user, number, metric, subject, op, value, seen"""


class AlertBook(Part):
    async def set_alert(self, user: str, metric: Metric, subject: str | None, op: Op, value: str) -> AlertRow:
        """The alert, new, or the same one that is set already. Raises Refused("alerts") for one too many."""

        def add(db: Database) -> AlertRow:
            known = one(db, _SAME, (user, metric, subject, op, value))
            if known is not None:
                return AlertRow(**known)
            count = "SELECT count(*) AS set_now FROM alerts WHERE user = ? AND rung_at IS NULL"
            if (one(db, count, (user,)) or {})["set_now"] >= MOST:
                raise Refused("alerts", f"You have {MOST} alerts, and that is the most.", "Cancel one: `my alerts`.")
            last = one(db, "SELECT max(number) AS number FROM alerts WHERE user = ?", (user,)) or {}
            given = (user, (last["number"] or 0) + 1, metric, subject, op, value, self._now())
            return AlertRow(**(one(db, _PUT, given) or {}))

        return await self._store.write(add)

    async def alerts(self, user: str | None = None) -> list[AlertRow]:
        """Those that are set and didn't ring, of one person or of all, the oldest first."""
        return await self._read_alerts(_SET, (user,))

    async def cancel_alerts(self, user: str, number: int | None) -> int:
        """Takes away one, or all; how many that were."""
        sql = "DELETE FROM alerts WHERE user = ? AND rung_at IS NULL AND number = coalesce(?, number)"
        return await self._store.write(lambda db: db.execute(sql, (user, number)).rowcount)

    async def alert_rang(self, number: int, seen: str) -> None:
        """It holds: from now on it is to be told, once, whatever happens to the program."""
        sql = "UPDATE alerts SET rung_at = ?, seen = ? WHERE id = ? AND rung_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), seen, number)).rowcount)

    async def untold_alerts(self) -> list[AlertRow]:
        """Those that rang and weren't told, the oldest first."""
        return await self._read_alerts(_UNTOLD, ())

    async def told_alert(self, number: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE alerts SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), number)).rowcount)

    async def _read_alerts(self, sql: str, parameters: tuple[Any, ...]) -> list[AlertRow]:
        return [AlertRow(**row) for row in await self._store.read(lambda db: many(db, sql, parameters))]
