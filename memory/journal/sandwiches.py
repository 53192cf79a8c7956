"""What a sandwich took of each trade, as its block told it: for `why`, and for the reply that ends the trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE sandwiches (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      hash TEXT NOT NULL,
      found TEXT NOT NULL CHECK (found IN ('none', 'taken', 'unknown')),
      token TEXT NOT NULL,
      units TEXT NOT NULL,
      front TEXT NOT NULL,
      back TEXT NOT NULL,
      why TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (plan_id, hash)
    ) STRICT, WITHOUT ROWID;
"""

Found = Literal["none", "taken", "unknown"]


@dataclass(frozen=True, slots=True)
class Sandwich:
    """Of the transaction `hash` of a plan: `units` base units of `token` were taken, by `front` and `back` around it.

    `why` says why it is unknown, '' otherwise.
    """

    plan_id: str
    hash: str
    found: Found
    token: str = ""
    units: int = 0
    front: str = ""
    back: str = ""
    why: str = ""


class SandwichBook(Part):
    async def note_sandwich(self, row: Sandwich) -> None:
        """Keeps what was found; what is known stays, and what was unknown may become known."""
        facts = (row.plan_id, row.hash, row.found, row.token, str(row.units), row.front, row.back, row.why)

        def write(db: Database) -> None:
            db.execute(
                """INSERT INTO sandwiches (plan_id, hash, found, token, units, front, back, why, at)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                   ON CONFLICT (plan_id, hash) DO UPDATE SET found = excluded.found, token = excluded.token,
                   units = excluded.units, front = excluded.front, back = excluded.back, why = excluded.why,
                   at = excluded.at WHERE sandwiches.found = 'unknown'""",
                (*facts, self._now()),
            )

        await self._store.write(write)

    async def sandwiches(self, plan_id: str) -> list[Sandwich]:
        """What is known of the plan's trades, in the order in which it was found."""
        sql = """SELECT plan_id, hash, found, token, units, front, back, why FROM sandwiches
                 WHERE plan_id = ? ORDER BY at, hash"""
        rows = await self._store.read(lambda db: many(db, sql, (plan_id,)))
        return [Sandwich(**{**row, "units": int(row["units"])}) for row in rows]
