"""What a venue's rules were set to, and what they were before: curves, fees, caps, the people who may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE parameters (
      venue TEXT NOT NULL,
      name TEXT NOT NULL,
      value TEXT NOT NULL,
      before TEXT,
      since INTEGER NOT NULL,
      PRIMARY KEY (venue, name)
    ) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """`since`: when this value was seen first, in Unix seconds; `before` None for one that never was another."""

    venue: str
    name: str
    value: int
    before: int | None
    since: int


class ParameterBook(Part):
    async def parameters(self) -> list[Parameter]:
        """All that is known."""
        rows = await self._store.read(lambda db: many(db, "SELECT * FROM parameters ORDER BY venue, name"))
        return [
            Parameter(
                row["venue"],
                row["name"],
                int(row["value"]),
                None if row["before"] is None else int(row["before"]),
                row["since"],
            )
            for row in rows
        ]

    async def note_parameters(self, seen: Mapping[tuple[str, str], int], at: int) -> None:
        """Keeps what is new by (venue, name), with what it was until then."""
        rows = [(venue, name, str(value), at) for (venue, name), value in sorted(seen.items())]

        def note(db: Database) -> None:
            db.conn.executemany(
                """INSERT INTO parameters (venue, name, value, since) VALUES (?, ?, ?, ?)
                   ON CONFLICT (venue, name) DO UPDATE SET before = value, value = excluded.value,
                   since = excluded.since WHERE value != excluded.value""",
                rows,
            )

        await self._store.write(note)
