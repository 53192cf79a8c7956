"""How venues were seen: by the hour for 90 days, then by the day for two years. What moves money is weighed with it,
so it is in the ledger: memory.db may be deleted without changing a verdict.

A row holds a venue's day as bytes, 56 an observation, since tens of thousands of them are read at once: seven signed
64-bit little-endian integers in the order of `Observation`, ascending in time. What couldn't be read has no row.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from agent.money import RAY
from agent.past import PARTS, UNKNOWN, Past
from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE observations (
      venue TEXT NOT NULL,
      day INTEGER NOT NULL,
      seen BLOB NOT NULL CHECK (length(seen) > 0 AND length(seen) % 56 = 0),
      UNIQUE (venue, day)
    ) STRICT;
    CREATE INDEX observations_on ON observations (day);
    CREATE INDEX observations_hourly ON observations (day) WHERE length(seen) > 56;
    CREATE TABLE looks (
      hour INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      block INTEGER NOT NULL,
      base_fee INTEGER
    ) STRICT;
"""

HOUR, DAY = 3_600, 86_400
HOURLY_DAYS, DAILY_DAYS = 90, 730


class Observation(NamedTuple):
    """A venue at one moment; the units are those of `Past`."""

    at: int
    rate: int
    usage: int
    supplied: int
    liquidity: int
    share: int
    price: int


_PACKED = struct.Struct("<7q")


@dataclass(frozen=True, slots=True)
class Look:
    """All venues of one block. `at` in Unix seconds; `base_fee` in wei per gas, None where it wasn't told."""

    at: int
    block: int
    base_fee: int | None
    venues: Mapping[str, Observation]

    @property
    def hour(self) -> int:
        return self.at // HOUR


class Observations(Part):
    async def observe(self, look: Look, *, now: int | None = None) -> bool:
        """Keeps a look, the first of its hour: False where there was one. With `now`, the look's own time for one at
        the head, what has become too old is let go.
        """

        def add(db: Database) -> bool:
            if not many(db, _CLAIM, (look.hour, look.at, look.block, look.base_fee)):
                return False
            day = look.at // DAY
            held = {str(row["venue"]): bytes(row["seen"]) for row in many(db, _OF_DAY, (day,))}
            rows = [(key, day, _with(held.get(key, b""), each)) for key, each in sorted(look.venues.items())]
            db.conn.executemany(_PUT, rows)
            if now is not None:
                _let_go(db, now)
            return True

        return await self._store.write(add)

    async def looked(self, since: int) -> dict[int, tuple[int, int]]:
        """The hours (Unix hours) since then in which there was a look, with its time and block."""
        sql = "SELECT hour, at, block FROM looks WHERE at >= ? ORDER BY hour"
        rows = await self._store.read(lambda db: many(db, sql, (since,)))
        return {int(row["hour"]): (int(row["at"]), int(row["block"])) for row in rows}

    async def base_fees(self, since: int, until: int) -> list[tuple[int, int]]:
        """(Unix seconds, wei per gas) as they were seen, the oldest first."""
        sql = "SELECT at, base_fee FROM looks WHERE at BETWEEN ? AND ? AND base_fee IS NOT NULL ORDER BY at"
        rows = await self._store.read(lambda db: many(db, sql, (since, until)))
        return [(int(row["at"]), int(row["base_fee"])) for row in rows]

    async def past(self, venue: str, since: int, until: int) -> Past:
        """How one venue was seen from `since` to `until`, both included; empty where it never was."""
        sql = "SELECT seen FROM observations WHERE venue = ? AND day BETWEEN ? AND ? ORDER BY day"
        days = (since // DAY, until // DAY)
        rows = await self._store.read(lambda db: db.execute(sql, (venue, *days)).fetchall())
        return _past((row[0] for row in rows), since, until)

    async def pasts(self, since: int, until: int) -> dict[str, Past]:
        """The same of all venues, by id, with one query; a venue that wasn't seen then isn't in it."""
        sql = "SELECT venue, seen FROM observations WHERE day BETWEEN ? AND ? ORDER BY day"
        days = (since // DAY, until // DAY)

        def read(db: Database) -> dict[str, Past]:
            found: dict[str, list[bytes]] = {}
            for venue, seen in db.execute(sql, days):
                found.setdefault(venue, []).append(seen)
            return {venue: _past(pages, since, until) for venue, pages in found.items()}

        pasts = await self._store.read(read)
        return {venue: past for venue, past in pasts.items() if len(past.at)}


_CLAIM = "INSERT INTO looks (hour, at, block, base_fee) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1"
_ALL = "SELECT venue, day, seen FROM observations"
_OF_DAY = "SELECT venue, seen FROM observations WHERE day = ?"
_PUT = """INSERT INTO observations (venue, day, seen) VALUES (?, ?, ?)
          ON CONFLICT (venue, day) DO UPDATE SET seen = excluded.seen"""


def _with(page: bytes, new: Observation) -> bytes:
    """The day's page with one observation more, in its place: an older one comes when the past is read afterwards."""
    packed, size = _PACKED.pack(*new), _PACKED.size
    place = sum(int.from_bytes(page[start : start + 8], "little") <= new.at for start in range(0, len(page), size))
    return page[: place * size] + packed + page[place * size :]


def _let_go(db: Database, now: int) -> None:
    """Of a day that is older than 90 its first observation stays, of one older than two years none."""
    hourly, daily = now // DAY - HOURLY_DAYS, now // DAY - DAILY_DAYS
    db.execute("UPDATE observations SET seen = substr(seen, 1, 56) WHERE day < ? AND length(seen) > 56", (hourly,))
    db.execute("DELETE FROM observations WHERE day < ?", (daily,))
    db.execute("DELETE FROM looks WHERE hour < ?", (daily * 24,))
    sql = """DELETE FROM looks WHERE hour < ? AND EXISTS (SELECT 1 FROM looks AS earlier
             WHERE earlier.hour < looks.hour AND earlier.hour >= looks.hour / 24 * 24)"""
    db.execute(sql, (hourly * 24,))


def _past(pages: Iterable[bytes], since: int, until: int) -> Past:
    """The columns as views into the bytes as they were stored."""
    width, seen = len(Observation._fields), b"".join(pages)
    values = memoryview(seen if sys.byteorder == "little" else _swapped(seen)).cast("q")
    first, last = 0, len(values) // width
    while first < last and values[first * width] < since:
        first += 1
    while first < last and values[(last - 1) * width] > until:
        last -= 1
    view = values[first * width : last * width]
    return Past(*(view[column::width] for column in range(width)))


def _swapped(seen: bytes) -> bytes:
    values = array("q", seen)
    values.byteswap()
    return values.tobytes()


def take_over(db: Database) -> None:
    """The rates that were written down at each user's look, before venues were observed by the hour; nothing else is
    known of those moments.
    """
    rows = db.execute("SELECT venue, at, ray FROM rates ORDER BY venue, at").fetchall()
    newest = max((int(at) for _, at, _ in rows), default=0)
    pages: dict[tuple[str, int], bytes] = {}
    taken = {(str(venue), int(day)): bytes(seen) for venue, day, seen in db.execute(_ALL)}
    for venue, at, ray in rows:
        key = str(venue), at // DAY
        page = pages.get(key) or taken.get(key, b"")
        hours = {each[0] // HOUR for each in _PACKED.iter_unpack(page)}
        if at // HOUR in hours or (hours and at < newest - HOURLY_DAYS * DAY) or at < newest - DAILY_DAYS * DAY:
            continue
        rate = min(int(ray) * PARTS // RAY, 2**63 - 1)
        pages[key] = _with(page, Observation(at, rate, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN))
    db.conn.executemany(_PUT, [(venue, day, page) for (venue, day), page in sorted(pages.items())])
