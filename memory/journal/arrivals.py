"""What came into accounts from outside: each thing a row, each told once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.messages.inbox import Inbox
from memory.part import many, one
from memory.rows import NATIVE, OutboxRow

if TYPE_CHECKING:
    from sqlite_utils import Database

NATIVE_LOG = -1  # the native coin leaves no log: its rows have this index, and the block for a hash


@dataclass(frozen=True, slots=True)
class Arrival:
    """`kind` is token, native, or unknown (no token of the registry); `units` 0 where a log names no amount."""

    account: Address
    kind: str
    token: str
    units: int
    hash: str
    log_index: int
    block: int
    at: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The last block that was looked at, and when (Unix seconds) watching began."""

    block: int
    started_at: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An account's native coin at a block: what a later balance is compared with."""

    wei: int
    block: int


class Arrivals(Inbox):
    async def watch_mark(self) -> Mark | None:
        row = await self._store.read(lambda db: one(db, "SELECT block, started_at FROM watch_mark"))
        return None if row is None else Mark(**row)

    async def native_seen(self) -> dict[str, Seen]:
        """By account. An account that isn't in it was never looked at."""
        rows = await self._store.read(lambda db: many(db, "SELECT * FROM native_seen"))
        return {row["account"]: Seen(int(row["wei"]), row["block"]) for row in rows}

    async def native_moved(self, since: Mapping[str, int], until: int) -> dict[str, int]:
        """Per account the signed wei that our own transactions moved after block `since[account]`, to `until`."""
        first = min(since.values(), default=0)
        sql = "SELECT holder, units, block FROM flows WHERE token = ? AND block > ? AND block <= ?"
        moved: dict[str, int] = {}
        for row in await self._store.read(lambda db: many(db, sql, (NATIVE, first, until))):
            if row["block"] > since.get(row["holder"], row["block"]):
                moved[row["holder"]] = moved.get(row["holder"], 0) + int(row["units"])
        return moved

    async def at_work(self) -> set[str]:
        """Accounts with a plan under way: what moves there now isn't written down yet."""
        sql = "SELECT DISTINCT account FROM plans WHERE status IN ('confirmed', 'running')"
        return {row["account"] for row in await self._store.read(lambda db: many(db, sql))}

    async def our_hashes(self, hashes: Collection[str]) -> set[str]:
        """Those of the transactions that we signed ourselves."""
        marks = ", ".join("?" * len(hashes))
        sql = f"SELECT hash FROM attempts WHERE hash IN ({marks})"  # noqa: S608  (question marks only)
        return {row["hash"] for row in await self._store.read(lambda db: many(db, sql, list(hashes)))}

    async def arrived(self, block: int, arrivals: Sequence[Arrival], native: Mapping[str, Seen]) -> None:
        """Writes down all that a look up to `block` found, in one transaction; what was known stays as it was."""

        def add(db: Database) -> None:
            for each in arrivals:
                row: dict[str, Any] = {**asdict(each), "units": str(each.units)}
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                sql = f"INSERT INTO arrivals ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
                db.execute(sql, list(row.values()))
            db.table("native_seen").upsert_all(
                ({"account": account, "wei": str(seen.wei), "block": seen.block} for account, seen in native.items()),
                pk="account",
            )
            sql = """INSERT INTO watch_mark (id, block, started_at) VALUES (1, ?, ?)
                     ON CONFLICT (id) DO UPDATE SET block = excluded.block"""
            db.execute(sql, (block, self._now()))

        await self._store.write(add)

    async def untold_arrivals(self) -> list[tuple[int, str, Arrival]]:
        """(row's number, the person whose account it is now, what came), the oldest first."""
        sql = """SELECT arrivals.*, coalesce(merges.into_user, accounts.user) AS person FROM arrivals
                 JOIN accounts ON accounts.address = arrivals.account
                 LEFT JOIN merges ON merges.user = accounts.user
                 WHERE told_at IS NULL ORDER BY arrivals.id"""
        rows = await self._store.read(lambda db: many(db, sql))
        return [(row.pop("id"), row.pop("person"), _arrival(row)) for row in rows]

    async def told_since(self, account: str, kind: str, since: int) -> int:
        """How many arrivals of that kind the account's person was told of since then."""
        sql = "SELECT count(*) AS told FROM arrivals WHERE account = ? AND kind = ? AND told_at > ?"
        row = await self._store.read(lambda db: one(db, sql, (account, kind, since)))
        return 0 if row is None else int(row["told"])

    async def tell_arrival(
        self, number: int, user: str, places: Sequence[tuple[str, str]], body: Mapping[str, Any]
    ) -> list[OutboxRow]:
        """Queues the message in each (platform, channel) and marks it told, together: never twice, never lost."""

        def tell(db: Database) -> list[OutboxRow]:
            sql = "UPDATE arrivals SET told_at = ? WHERE id = ? AND told_at IS NULL"
            if not db.execute(sql, (self._now(), number)).rowcount:
                return []
            return [self._queue(db, platform, user, channel, body, None, {}) for platform, channel in places]

        return await self._store.write(tell)

    async def keep_quiet(self, number: int) -> None:
        """Keeps an arrival without telling of it: there were too many of its kind today."""
        sql = "UPDATE arrivals SET told_at = 0 WHERE id = ?"
        await self._store.write(lambda db: db.execute(sql, (number,)).rowcount)


def _arrival(row: dict[str, Any]) -> Arrival:
    del row["told_at"]
    return Arrival(units=int(row.pop("units")), **row)
