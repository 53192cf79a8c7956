"""What books are kept from: each flow with its transaction, and how a block stood: what tokens were worth, what
accounts held. A block is known by its hash, so that what was seen of one that is gone counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.money import Address
from agent.plans import Plan, from_canonical
from memory.journal.arrivals import Arrival
from memory.journal.flows import flow_of
from memory.part import Part, dump, many, one
from memory.rows import AttemptKind, AttemptStatus, Flow

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE block_prices (
      block_hash TEXT NOT NULL,
      token TEXT NOT NULL,
      block INTEGER NOT NULL,
      price TEXT,
      source TEXT NOT NULL,
      PRIMARY KEY (block_hash, token)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE holdings (
      account TEXT NOT NULL REFERENCES accounts(address),
      block_hash TEXT NOT NULL,
      block INTEGER NOT NULL,
      at INTEGER NOT NULL,
      units_json TEXT NOT NULL,
      PRIMARY KEY (account, block_hash)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX holdings_of ON holdings (account, block);
"""


@dataclass(frozen=True, slots=True)
class Price:
    """USD with 8 decimals of one whole token, None where the block told none; `source` says which feed, or why."""

    usd: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """What an account held once `block` was over: base units by token ('native': wei); `at` is the block's time."""

    account: Address
    block: int
    block_hash: str
    at: int
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Sight:
    """A block as it was read: prices and an account's holdings."""

    held: Held
    prices: Mapping[str, Price] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookedFlow:
    """A flow with the transaction that it is of: the plan's action, the step's role and function.

    `block_hash` is '' where no attempt is known; `failed`: it was mined and reverted; `cancelled`: it did nothing.
    """

    flow: Flow
    plan_id: str
    action: str
    role: str
    function: str
    block_hash: str
    failed: bool
    cancelled: bool


_FLOWS = """SELECT flows.*, attempts.step, attempts.block_hash, attempts.status, attempts.kind AS attempt_kind
            FROM flows LEFT JOIN attempts ON attempts.hash = flows.hash
            WHERE flows.holder = ? ORDER BY flows.block, flows.id"""
_BLOCKS = """SELECT DISTINCT flows.block, attempts.block_hash FROM flows
             JOIN attempts ON attempts.hash = flows.hash
             WHERE flows.holder = ? AND attempts.block_hash IS NOT NULL AND NOT EXISTS (
               SELECT 1 FROM holdings WHERE account = flows.holder AND holdings.block_hash = attempts.block_hash)
             ORDER BY flows.block"""
_LOOKS = """SELECT block, block_hash FROM holdings WHERE account = ? AND block_hash NOT IN (
              SELECT block_hash FROM attempts WHERE account = ? AND block_hash IS NOT NULL) ORDER BY block"""


class Booked(Part):
    async def keep_seen(self, seen: Sight) -> None:
        """Writes down how a block stood, in one transaction; what is known of it stays as it was."""

        def keep(db: Database) -> None:
            held = seen.held
            for token, price in seen.prices.items():
                usd = None if price.usd is None else str(price.usd)
                row = (held.block_hash, token, held.block, usd, price.source)
                db.execute("INSERT INTO block_prices VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
            units = dump({token: str(units) for token, units in held.units.items()})
            sql = "INSERT INTO holdings VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            db.execute(sql, (held.account, held.block_hash, held.block, held.at, units))

        await self._store.write(keep)

    async def unseen_blocks(self, account: Address) -> list[tuple[int, str]]:
        """Blocks (number, hash) in which the account's flows are and that nobody has read, the oldest first."""
        rows = await self._store.read(lambda db: many(db, _BLOCKS, (account,)))
        return [(row["block"], row["block_hash"]) for row in rows]

    async def blocks_seen(self, account: Address) -> set[int]:
        """The numbers of the blocks that were read."""
        sql = "SELECT block FROM holdings WHERE account = ?"
        return {row["block"] for row in await self._store.read(lambda db: many(db, sql, (account,)))}

    async def first_flow_block(self, account: Address) -> int | None:
        """The block of the account's first transaction, None before it."""
        sql = "SELECT min(block) AS block FROM flows WHERE holder = ?"
        row = await self._store.read(lambda db: one(db, sql, (account,)))
        return None if row is None else row["block"]

    async def blocks_besides(self, account: Address, since: int) -> set[int]:
        """Blocks from `since` on in which something came in, and all in which a position was found."""
        sql = """SELECT block FROM arrivals WHERE account = ? AND kind <> 'unknown' AND block >= ?
                 UNION SELECT block FROM adoptions WHERE account = ?"""
        rows = await self._store.read(lambda db: many(db, sql, (account, since, account)))
        return {row["block"] for row in rows}

    async def tokens_moved(self, account: Address) -> set[str]:
        """Every token that a transaction of the account moved."""
        sql = "SELECT DISTINCT token FROM flows WHERE holder = ?"
        return {row["token"] for row in await self._store.read(lambda db: many(db, sql, (account,)))}

    async def other_blocks_seen(self, account: Address) -> list[tuple[int, str]]:
        """Blocks (number, hash) that were read and that hold no transaction of ours, the oldest first."""
        rows = await self._store.read(lambda db: many(db, _LOOKS, (account, account)))
        return [(row["block"], row["block_hash"]) for row in rows]

    async def forget_blocks(self, account: Address, hashes: Collection[str]) -> None:
        """These blocks are gone: what was seen of them counts for nothing."""

        def forget(db: Database) -> None:
            for each in hashes:
                db.execute("DELETE FROM holdings WHERE account = ? AND block_hash = ?", (account, each))
                sql = "DELETE FROM block_prices WHERE block_hash = ? AND NOT EXISTS "
                sql += "(SELECT 1 FROM holdings WHERE block_hash = ?)"
                db.execute(sql, (each, each))

        await self._store.write(forget)

    async def booked_flows(self, account: Address) -> list[BookedFlow]:
        """Every flow of the account with its transaction, in the order of the chain."""

        def read(db: Database) -> list[BookedFlow]:
            sql = "SELECT plan_id, body FROM plans WHERE plan_id IN (SELECT plan_id FROM flows WHERE holder = ?)"
            plans = {row["plan_id"]: from_canonical(json.loads(row["body"])) for row in many(db, sql, (account,))}
            return [_booked(row, plans[row["plan_id"]]) for row in many(db, _FLOWS, (account,))]

        return await self._store.read(read)

    async def holdings(self, account: Address) -> list[Held]:
        """What the account held at the blocks that were read, the oldest first."""
        sql = "SELECT * FROM holdings WHERE account = ? ORDER BY block"
        return await self._store.read(lambda db: [_held(row) for row in many(db, sql, (account,))])

    async def prices_at(self, account: Address) -> dict[tuple[str, str], Price]:
        """By (block hash, token), of all blocks that the account was read at."""
        sql = """SELECT * FROM block_prices
                 WHERE block_hash IN (SELECT block_hash FROM holdings WHERE account = ?)"""
        rows = await self._store.read(lambda db: many(db, sql, (account,)))
        return {(row["block_hash"], row["token"]): _price(row) for row in rows}

    async def arrivals_of(self, account: Address) -> list[Arrival]:
        """What was seen to come in from outside, the oldest first."""
        sql = """SELECT account, kind, token, units, hash, log_index, block, at FROM arrivals
                 WHERE account = ? AND kind <> 'unknown' ORDER BY block, id"""
        rows = await self._store.read(lambda db: many(db, sql, (account,)))
        return [Arrival(units=int(row.pop("units")), **row) for row in rows]

    async def strangers_seen(self, account: Address) -> Sequence[tuple[int, str]]:
        """(block, hash) of what somebody else sent from the account, as far as a node told it."""
        sql = "SELECT block, hash FROM strangers WHERE account = ? AND block IS NOT NULL AND hash IS NOT NULL"
        rows = await self._store.read(lambda db: many(db, sql, (account,)))
        return [(row["block"], row["hash"]) for row in rows]


def _booked(row: dict[str, Any], plan: Plan) -> BookedFlow:
    index, plan_id = row.pop("step"), row["plan_id"]
    block_hash, status, kind = row.pop("block_hash"), row.pop("status"), row.pop("attempt_kind")
    step = plan.steps[index] if index is not None else None
    return BookedFlow(
        flow=flow_of(row),
        plan_id=plan_id,
        action=str(plan.intent.get("action")),
        role="" if step is None else str(step.role),
        function="" if step is None else step.function.partition("(")[0],
        block_hash=block_hash or "",
        failed=status == AttemptStatus.REVERTED,
        cancelled=kind == AttemptKind.CANCEL,
    )


def _price(row: dict[str, Any]) -> Price:
    return Price(None if row["price"] is None else int(row["price"]), row["source"])


def _held(row: dict[str, Any]) -> Held:
    units = {token: int(text) for token, text in json.loads(row.pop("units_json")).items()}
    return Held(units=units, **row)
