"""Which nonces of an account this ledger answers for, and those that somebody else used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.part import Part, many, one
from memory.rows import Stranger

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_MISSING = 64
"""How many unknown nonces are looked into at once; the rest comes with the next look."""

_ACCOUNTED = """SELECT nonce FROM attempts WHERE account = :account AND chain_id = :chain_id
                  AND status IN ('mined', 'reverted') AND nonce >= :first AND nonce < :below
                UNION SELECT nonce FROM strangers WHERE account = :account AND chain_id = :chain_id
                  AND nonce >= :first AND nonce < :below"""


@dataclass(frozen=True, slots=True)
class Nonces:
    """What the ledger knows of an account's nonces below a count that the chain gave.

    `first`: the first one that it answers for, None before the first look. `next`: the one after the highest that is
    open, mined or a stranger's. `open` wait to be looked up; `missing` are used on the chain and known to nobody.
    `strangers` are those that nobody has acknowledged.
    """

    first: int | None
    next: int
    open: tuple[int, ...]
    missing: tuple[int, ...]
    strangers: tuple[Stranger, ...] = ()


class NonceBook(Part):
    async def nonces(self, account: Address, chain_id: int, below: int) -> Nonces:
        """What is known of the account where the chain counts `below` transactions."""
        return await self._store.read(lambda db: _nonces(db, account, chain_id, below))

    async def answer_from(self, account: Address, chain_id: int, first: int) -> None:
        """From nonce `first` on this ledger answers for the account; every one before it is settled."""

        def write(db: Database) -> None:
            db.execute(
                """INSERT INTO nonce_marks (account, chain_id, first, at) VALUES (?, ?, ?, ?)
                   ON CONFLICT (account, chain_id) DO UPDATE SET first = max(first, excluded.first)""",
                (account, chain_id, first, self._now()),
            )

        await self._store.write(write)

    async def add_stranger(
        self, account: Address, chain_id: int, nonce: int, hash: str | None, block: int | None, at: int | None
    ) -> bool:
        """Writes down that somebody else used a nonce; says whether that is new."""

        def add(db: Database) -> bool:
            row = one(
                db,
                """INSERT INTO strangers (account, chain_id, nonce, hash, block, at, found_at)
                   VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1""",
                (account, chain_id, nonce, hash, block, at, self._now()),
            )
            if row is not None:
                body = {"account": account, "nonce": nonce, "hash": hash, "block": block}
                self._audit(db, "stranger.found", _owner(db, account), body)
            return row is not None

        return await self._store.write(add)

    async def untold_strangers(self, account: Address) -> list[Stranger]:
        """Those that the account's owner hasn't been told of."""
        sql = "SELECT * FROM strangers WHERE account = ? AND told_at IS NULL ORDER BY nonce"
        return await self._store.read(lambda db: [Stranger(**row) for row in many(db, sql, (account,))])

    async def strangers(self, account: Address) -> list[Stranger]:
        """Those that nobody has acknowledged: nothing is sent from the account meanwhile."""
        return await self._store.read(lambda db: _unacknowledged(db, account))

    async def told_strangers(self, found: Sequence[Stranger]) -> None:
        def change(db: Database) -> None:
            for each in found:
                sql = "UPDATE strangers SET told_at = ? WHERE account = ? AND chain_id = ? AND nonce = ?"
                db.execute(sql, (self._now(), each.account, each.chain_id, each.nonce))

        await self._store.write(change)

    async def acknowledge_strangers(self, account: Address, user: str) -> list[Stranger]:
        """The account's owner says that they know of them; those that it was said of."""

        def change(db: Database) -> list[Stranger]:
            found = _unacknowledged(db, account)
            sql = "UPDATE strangers SET acknowledged_at = ?, told_at = coalesce(told_at, ?) WHERE account = ?"
            db.execute(f"{sql} AND acknowledged_at IS NULL", (self._now(), self._now(), account))
            if found:
                body = {"account": account, "nonces": [str(each.nonce) for each in found]}
                self._audit(db, "stranger.acknowledged", user, body)
            return found

        return await self._store.write(change)

    async def stranger_since(self, account: Address, at: int) -> bool:
        """Whether somebody else sent from the account in a block of that Unix second or later."""
        sql = "SELECT 1 FROM strangers WHERE account = ? AND coalesce(at, found_at) >= ?"
        return await self._store.read(lambda db: one(db, sql, (account, at))) is not None


def _nonces(db: Database, account: Address, chain_id: int, below: int) -> Nonces:
    mark = one(db, "SELECT first FROM nonce_marks WHERE account = ? AND chain_id = ?", (account, chain_id))
    first = None if mark is None else int(mark["first"])
    sql = """SELECT DISTINCT nonce FROM attempts WHERE account = ? AND chain_id = ?
             AND status IN ('signed', 'broadcast') ORDER BY nonce"""
    open_ones = tuple(row["nonce"] for row in many(db, sql, (account, chain_id)))
    sql = """SELECT max(nonce) AS nonce FROM (
               SELECT max(nonce) AS nonce FROM attempts WHERE account = :account AND chain_id = :chain_id
                 AND status NOT IN ('lost', 'replaced')
               UNION ALL SELECT max(nonce) FROM strangers WHERE account = :account AND chain_id = :chain_id)"""
    highest = next(iter(db.query(sql, {"account": account, "chain_id": chain_id})))["nonce"]
    following = max(first or 0, 0 if highest is None else highest + 1)
    unacknowledged = tuple(_unacknowledged(db, account))
    if first is None:
        return Nonces(None, following, open_ones, (), unacknowledged)
    where: dict[str, Any] = {"account": account, "chain_id": chain_id, "first": first, "below": below}
    accounted = next(iter(db.query(f"SELECT count(*) AS n FROM ({_ACCOUNTED})", where)))["n"]  # noqa: S608
    missing: tuple[int, ...] = ()
    if accounted < below - first:
        known = {row["nonce"] for row in db.query(_ACCOUNTED, where)} | set(open_ones)
        missing = tuple(nonce for nonce in range(first, below) if nonce not in known)[:MOST_MISSING]
    return Nonces(first, following, open_ones, missing, unacknowledged)


def _unacknowledged(db: Database, account: Address) -> list[Stranger]:
    sql = "SELECT * FROM strangers WHERE account = ? AND acknowledged_at IS NULL ORDER BY nonce"
    return [Stranger(**row) for row in many(db, sql, (account,))]


def _owner(db: Database, account: Address) -> str | None:
    row = one(db, "SELECT user FROM accounts WHERE address = ?", (account,))
    return None if row is None else str(row["user"])
