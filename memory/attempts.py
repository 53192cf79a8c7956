"""Signed transactions, written down before they leave."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.money import Address
from memory.part import Part, many, one
from memory.plans import must_plan
from memory.rows import Attempt, AttemptStatus, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database


class Attempts(Part):
    async def record_attempt(
        self,
        *,
        plan_id: str,
        step: int,
        account: Address,
        chain_id: int,
        nonce: int,
        hash: str,
        raw: bytes,
        max_fee_wei: int,
    ) -> Attempt:
        """Writes a signed transaction down; on the disk when this returns. `max_fee_wei` is gas limit times price.

        Raises Refused('exactly-once') where the step or the nonce has a live attempt, Refused('unconfirmed') where
        its plan is neither confirmed nor running.
        """

        def add(db: Database) -> Attempt:
            plan = must_plan(db, plan_id)
            if plan.status not in (PlanStatus.CONFIRMED, PlanStatus.RUNNING):
                raise Refused("unconfirmed", f"Plan {plan_id} is {plan.status}: nothing of it may be sent.")
            now = self._now()
            try:
                db.table("attempts").insert(
                    {
                        "plan_id": plan_id,
                        "step": step,
                        "account": account,
                        "chain_id": chain_id,
                        "nonce": nonce,
                        "hash": hash,
                        "raw": raw.hex(),
                        "max_fee_wei": str(max_fee_wei),
                        "status": AttemptStatus.SIGNED,
                        "created_at": now,
                        "updated_at": now,
                    }
                )
            except sqlite3.IntegrityError as error:
                raise Refused(
                    "exactly-once",
                    f"Step {step} of plan {plan_id}, or nonce {nonce}, has an attempt already ({error}).",
                ) from error
            self._record_status(
                db, plan.user, hash, AttemptStatus.SIGNED, {"plan_id": plan_id, "step": step, "nonce": nonce}
            )
            return _must_attempt(db, hash)

        return await self._store.write(add)

    async def mark_attempt(
        self,
        hash: str,
        status: AttemptStatus,
        *,
        block_number: int | None = None,
        block_hash: str | None = None,
        gas_used: int | None = None,
        fee_wei: int | None = None,
    ) -> Attempt:
        """Writes down what became of it, with its receipt's figures where it has one. Raises LookupError."""

        def change(db: Database) -> Attempt:
            attempt = _must_attempt(db, hash)
            fee = None if fee_wei is None else str(fee_wei)
            db.execute(
                """UPDATE attempts SET status = ?, block_number = ?, block_hash = ?, gas_used = ?, fee_wei = ?,
                     updated_at = ? WHERE hash = ?""",
                (status, block_number, block_hash, gas_used, fee, self._now(), hash),
            )
            receipt = {"block_number": block_number, "block_hash": block_hash, "fee_wei": fee_wei}
            self._record_status(db, must_plan(db, attempt.plan_id).user, hash, status, receipt)
            return _must_attempt(db, hash)

        return await self._store.write(change)

    async def attempt(self, hash: str) -> Attempt | None:
        return await self._store.read(lambda db: _find_attempt(db, hash))

    async def attempts(self, plan_id: str) -> list[Attempt]:
        """All attempts of a plan in the order of their making, replaced and lost ones too."""
        sql = "SELECT * FROM attempts WHERE plan_id = ? ORDER BY id"
        return await self._store.read(lambda db: [_attempt(row) for row in many(db, sql, (plan_id,))])

    async def open_attempts(self, account: Address | None = None) -> list[Attempt]:
        """Attempts whose fate isn't known, of one account or of all, by nonce."""
        sql = """SELECT * FROM attempts WHERE status IN ('signed', 'broadcast') AND account = coalesce(?, account)
                 ORDER BY account, nonce, id"""
        return await self._store.read(lambda db: [_attempt(row) for row in many(db, sql, (account,))])

    async def highest_nonce(self, account: Address) -> int | None:
        """The highest nonce that was ever signed for and isn't lost; None before the first."""
        sql = "SELECT max(nonce) AS nonce FROM attempts WHERE account = ? AND status != 'lost'"
        row = await self._store.read(lambda db: one(db, sql, (account,)))
        return None if row is None else row["nonce"]

    def _record_status(self, db: Database, user: str, hash: str, status: AttemptStatus, more: dict[str, Any]) -> None:
        self._audit(db, f"attempt.{status}", user, {"hash": hash, "status": str(status), **more})


def _find_attempt(db: Database, hash: str) -> Attempt | None:
    row = one(db, "SELECT * FROM attempts WHERE hash = ?", (hash,))
    return None if row is None else _attempt(row)


def _must_attempt(db: Database, hash: str) -> Attempt:
    attempt = _find_attempt(db, hash)
    if attempt is None:
        raise LookupError(f"no attempt {hash}")
    return attempt


def _attempt(row: dict[str, Any]) -> Attempt:
    fee = row.pop("fee_wei")
    return Attempt(
        raw=bytes.fromhex(row.pop("raw")),
        max_fee_wei=int(row.pop("max_fee_wei")),
        fee_wei=None if fee is None else int(fee),
        status=AttemptStatus(row.pop("status")),
        **row,
    )
