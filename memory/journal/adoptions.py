"""Positions that somebody else's program made: adopted at what they were worth when they were found, and told.

What was adopted counts as put in, so that what a position earned begins at its adoption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.money import Address
from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE adoptions (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL REFERENCES accounts(address),
      venue TEXT NOT NULL,
      token TEXT NOT NULL,
      units TEXT NOT NULL,
      at INTEGER NOT NULL,
      block INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX adoptions_of ON adoptions (account);
    CREATE INDEX adoptions_untold ON adoptions (account) WHERE told_at IS NULL;
    CREATE TABLE positions_seen (
      account TEXT NOT NULL REFERENCES accounts(address),
      venue TEXT NOT NULL,
      own TEXT NOT NULL,
      put_in TEXT NOT NULL,
      block INTEGER NOT NULL,
      PRIMARY KEY (account, venue)
    ) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Adoption:
    """`units` base units of `token` (its address) at a venue that no plan put there; `at` in Unix seconds."""

    account: Address
    venue: str
    token: str
    units: int
    at: int
    block: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class PositionSeen:
    """How a position stood at `block`: `own` in the venue's own unit, which interest leaves as it is; `put_in` is
    what the ledger's flows said of it then.
    """

    own: int
    put_in: str
    block: int


class AdoptionBook(Part):
    async def adoptions(self, account: Address, *, untold: bool = False) -> list[Adoption]:
        """An account's, the oldest first."""
        sql = """SELECT id, account, venue, token, units, at, block FROM adoptions
                 WHERE account = ? AND (NOT ? OR told_at IS NULL) ORDER BY id"""
        return await self._store.read(lambda db: [_of(row) for row in many(db, sql, (account, untold))])

    async def untold_adoptions(self, user: str | None = None) -> list[tuple[str, Adoption]]:
        """What is to be told, each with its user, to one person or to all."""
        sql = """SELECT user, adoptions.id, account, venue, token, units, adoptions.at, block FROM adoptions
                 JOIN accounts ON address = account
                 WHERE told_at IS NULL AND user = coalesce(?, user) ORDER BY adoptions.id"""
        rows = await self._store.read(lambda db: many(db, sql, (user,)))
        return [(str(row.pop("user")), _of(row)) for row in rows]

    async def told_adoption(self, number: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE adoptions SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), number)).rowcount)

    async def positions_seen(self, account: Address) -> dict[str, PositionSeen]:
        """By venue, as they were looked at last."""
        sql = "SELECT venue, own, put_in, block FROM positions_seen WHERE account = ?"
        rows = await self._store.read(lambda db: many(db, sql, (account,)))
        return {row["venue"]: PositionSeen(int(row["own"]), row["put_in"], row["block"]) for row in rows}

    async def saw_positions(
        self, account: Address, seen: Mapping[str, PositionSeen], found: Sequence[Adoption]
    ) -> None:
        """Keeps how positions stand, and what of them is adopted, in one transaction."""

        def keep(db: Database) -> None:
            sql = """INSERT INTO positions_seen (account, venue, own, put_in, block) VALUES (?, ?, ?, ?, ?)
                     ON CONFLICT (account, venue) DO UPDATE SET own = excluded.own, put_in = excluded.put_in,
                       block = excluded.block"""
            for venue, each in seen.items():
                db.execute(sql, (account, venue, str(each.own), each.put_in, each.block))
            for one in found:
                db.execute(
                    "INSERT INTO adoptions (account, venue, token, units, at, block) VALUES (?, ?, ?, ?, ?, ?)",
                    (account, one.venue, one.token, str(one.units), one.at, one.block),
                )

        await self._store.write(keep)


def _of(row: dict[str, object]) -> Adoption:
    return Adoption(
        account=Address(str(row["account"])),
        venue=str(row["venue"]),
        token=str(row["token"]),
        units=int(str(row["units"])),
        at=int(str(row["at"])),
        block=int(str(row["block"])),
        id=int(str(row["id"])),
    )
