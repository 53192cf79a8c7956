"""How pools were seen: the tick and the fees that a unit of liquidity ever earned, by the hour for 90 days.

A range for liquidity is chosen from it. It is nobody's own: in the ledger since what moves money is weighed with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from agent.money import Address
from agent.ranges import PoolGrowth, PoolSeen
from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE pool_looks (
      pool TEXT NOT NULL,
      hour INTEGER NOT NULL,
      at INTEGER NOT NULL,
      tick INTEGER NOT NULL,
      growth0 TEXT NOT NULL,
      growth1 TEXT NOT NULL,
      PRIMARY KEY (pool, hour)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX pool_looks_on ON pool_looks (hour);
"""
HOUR, KEPT_HOURS = 3_600, 90 * 24
_WORD = 1 << 256
_PUT = (
    "INSERT INTO pool_looks (pool, hour, at, tick, growth0, growth1) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


class PoolLooks(Part):
    async def saw_pools(self, at: int, pools: Iterable[PoolGrowth]) -> None:
        """Keeps how pools are at a moment (Unix seconds of the chain), where it is the first look of its hour."""
        rows = [(each.pool, at // HOUR, at, each.tick, str(each.growth0), str(each.growth1)) for each in pools]

        def add(db: Database) -> None:
            db.conn.executemany(_PUT, rows)
            db.execute("DELETE FROM pool_looks WHERE hour < ?", (at // HOUR - KEPT_HOURS,))

        if rows:
            await self._store.write(add)

    async def pools_seen(self, since: int, until: int) -> dict[Address, PoolSeen]:
        """What was seen of each pool in between, both included; one with less than two looks isn't in it."""
        sql = "SELECT * FROM pool_looks WHERE hour BETWEEN ? AND ? AND at BETWEEN ? AND ? ORDER BY pool, hour"
        hours = (since // HOUR, until // HOUR, since, until)
        found: dict[Address, list[Mapping[str, Any]]] = {}
        for row in await self._store.read(lambda db: many(db, sql, hours)):
            found.setdefault(Address(row["pool"]), []).append(row)
        return {pool: seen(rows) for pool, rows in found.items() if len(rows) > 1}


def seen(rows: list[Mapping[str, Any]]) -> PoolSeen:
    """The sum of a pool's looks, in the order of time."""
    first, last = rows[0], rows[-1]
    grown = ((int(last[name]) - int(first[name])) % _WORD for name in ("growth0", "growth1"))
    moved = sum((int(b["tick"]) - int(a["tick"])) ** 2 for a, b in pairwise(rows))
    return PoolSeen(len(rows), int(last["at"]) - int(first["at"]), moved, *grown)
