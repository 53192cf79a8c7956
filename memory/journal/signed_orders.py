"""Orders that were signed as messages, written down before anybody hears of them; one of a step of a plan at most."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import Refused
from agent.money import Address
from memory.journal.plans import must_plan
from memory.part import Part, many, one
from memory.rows import PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE signed_orders (
      plan_id TEXT NOT NULL REFERENCES plans(plan_id),
      step INTEGER NOT NULL,
      account TEXT NOT NULL,
      book TEXT NOT NULL,
      uid TEXT NOT NULL UNIQUE,
      signature TEXT NOT NULL,
      token TEXT NOT NULL,
      valid_to INTEGER NOT NULL,
      since_block INTEGER NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('signed', 'posted', 'filled', 'expired', 'cancelled')),
      hash TEXT,
      block_number INTEGER,
      block_hash TEXT,
      signed_at INTEGER NOT NULL,
      cancel_at INTEGER,
      PRIMARY KEY (plan_id, step)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX signed_orders_of ON signed_orders (account, valid_to);
"""

Fate = Literal["signed", "posted", "filled", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """The order of a step. `book` is where it is posted, `uid` its own name there and on the chain (0x-text).

    `token` is the contract of what it gives, `valid_to` the last second (Unix) in which it may be filled,
    `since_block` one before which it wasn't. `hash` and the block are those of the transaction that filled it.
    `cancel_at`: since when its user wants it no more.
    """

    plan_id: str
    step: int
    account: Address
    book: str
    uid: str
    signature: bytes
    token: str
    valid_to: int
    since_block: int
    status: Fate
    hash: str | None
    block_number: int | None
    block_hash: str | None
    signed_at: int
    cancel_at: int | None

    @property
    def ended(self) -> bool:
        """Whether its end was seen on the chain."""
        return self.status not in ("signed", "posted")


class SignedOrders(Part):
    async def record_order(
        self,
        *,
        plan_id: str,
        step: int,
        account: Address,
        book: str,
        uid: str,
        signature: bytes,
        token: str,
        valid_to: int,
        since_block: int,
    ) -> SignedOrder:
        """Writes a signed order down; on the disk when this returns.

        Raises Refused('unconfirmed') where its plan isn't carried out, Refused('exactly-once') for a second one.
        """

        def add(db: Database) -> SignedOrder:
            plan = must_plan(db, plan_id)
            if plan.status not in (PlanStatus.CONFIRMED, PlanStatus.RUNNING):
                raise Refused("unconfirmed", f"Plan {plan_id} is {plan.status}: no order of it may be posted.")
            row = {
                "plan_id": plan_id,
                "step": step,
                "account": account,
                "book": book,
                "uid": uid,
                "signature": signature.hex(),
                "token": token,
                "valid_to": valid_to,
                "since_block": since_block,
                "status": "signed",
                "signed_at": self._now(),
            }
            try:
                db.table("signed_orders").insert(row)
            except sqlite3.IntegrityError as error:
                raise Refused("exactly-once", f"Step {step} of plan {plan_id} has an order already.") from error
            self._audit(db, "order.signed", plan.user, {"plan_id": plan_id, "uid": uid})
            return _must(db, plan_id, step)

        return await self._store.write(add)

    async def mark_order(
        self,
        plan_id: str,
        step: int,
        status: Fate,
        *,
        hash: str | None = None,
        block_number: int | None = None,
        block_hash: str | None = None,
    ) -> SignedOrder:
        """Writes down where it is, with the transaction that filled it. Raises LookupError."""

        def change(db: Database) -> SignedOrder:
            sql = """UPDATE signed_orders SET status = ?, hash = ?, block_number = ?, block_hash = ?
                     WHERE plan_id = ? AND step = ?"""
            db.execute(sql, (status, hash, block_number, block_hash, plan_id, step))
            found = _must(db, plan_id, step)
            body = {"plan_id": plan_id, "uid": found.uid, "hash": hash}
            self._audit(db, f"order.{status}", must_plan(db, plan_id).user, body)
            return found

        return await self._store.write(change)

    async def unwant_order(self, plan_id: str, step: int) -> None:
        """Its user wants it no more: from now on it is taken back, whatever happens to this process."""
        sql = "UPDATE signed_orders SET cancel_at = ? WHERE plan_id = ? AND step = ? AND cancel_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), plan_id, step)).rowcount)

    async def signed_orders(self, plan_id: str) -> list[SignedOrder]:
        """The orders of a plan, by their steps."""
        sql = "SELECT * FROM signed_orders WHERE plan_id = ? ORDER BY step"
        return await self._store.read(lambda db: [order_of(row) for row in many(db, sql, (plan_id,))])

    async def open_orders(self, account: Address) -> list[SignedOrder]:
        """The account's orders whose plan is still under way and whose end wasn't seen, the oldest first."""
        sql = """SELECT signed_orders.* FROM signed_orders JOIN plans USING (plan_id)
                 WHERE signed_orders.account = ? AND plans.status IN ('confirmed', 'running')
                   AND signed_orders.status IN ('signed', 'posted') ORDER BY signed_at, plan_id, step"""
        return await self._store.read(lambda db: [order_of(row) for row in many(db, sql, (account,))])

    async def valid_orders(self, account: Address, now: int) -> list[SignedOrder]:
        """The account's orders that somebody could still fill at `now`, were they allowed what it gives: those that
        weren't filled, taken back ones too.
        """
        sql = """SELECT * FROM signed_orders WHERE account = ? AND valid_to >= ? AND status != 'filled'
                 ORDER BY signed_at, plan_id, step"""
        return await self._store.read(lambda db: [order_of(row) for row in many(db, sql, (account, now))])

    async def filled_in(self, account: Address, blocks: Collection[str]) -> list[str]:
        """Plans (ids) of which an order was filled in these blocks."""
        sql = """SELECT DISTINCT plan_id FROM signed_orders WHERE account = ? AND status = 'filled'
                 AND block_hash IN (SELECT value FROM json_each(?)) ORDER BY plan_id"""
        wanted = json.dumps(list(blocks))
        return await self._store.read(lambda db: [row["plan_id"] for row in many(db, sql, (account, wanted))])

    async def fill_blocks(self, account: Address, since: int) -> list[tuple[int, str]]:
        """Number and hash of each block from `since` on in which an order of the account was filled."""
        sql = """SELECT DISTINCT block_number, block_hash FROM signed_orders
                 WHERE account = ? AND status = 'filled' AND block_number >= ? ORDER BY block_number"""
        rows = await self._store.read(lambda db: many(db, sql, (account, since)))
        return [(row["block_number"], row["block_hash"]) for row in rows]


def _must(db: Database, plan_id: str, step: int) -> SignedOrder:
    row = one(db, "SELECT * FROM signed_orders WHERE plan_id = ? AND step = ?", (plan_id, step))
    if row is None:
        raise LookupError(f"no order of step {step} of plan {plan_id}")
    return order_of(row)


def order_of(row: dict[str, Any]) -> SignedOrder:
    """A row of `signed_orders`, which is used up. Raises ValueError, TypeError for what is none."""
    return SignedOrder(signature=bytes.fromhex(row.pop("signature")), **row)
