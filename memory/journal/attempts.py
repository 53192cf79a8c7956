"""Signed transactions, written down before they leave. Several may share a nonce; one of them at most is mined."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.money import Address
from memory.journal.plans import must_plan
from memory.part import Part, many, one
from memory.rows import Attempt, AttemptKind, AttemptStatus, PlanRow, PlanStatus

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
        kind: AttemptKind = AttemptKind.STEP,
        replaces: str | None = None,
    ) -> Attempt:
        """Writes a signed transaction down; on the disk when this returns. `max_fee_wei` is gas limit times price.

        With `replaces` the one of that hash becomes 'replaced' in the same transaction. Bytes that a node refused
        before are open again. Raises Refused('exactly-once') where the step or the nonce has a live attempt or there
        is nothing open to replace, Refused('unconfirmed') where its plan is neither confirmed nor running; a clean-up
        that is owed and a cancellation may come later.
        """

        def add(db: Database) -> Attempt:
            plan = must_plan(db, plan_id)
            if kind is AttemptKind.STEP and not _may_be_sent(db, plan, step):
                raise Refused("unconfirmed", f"Plan {plan_id} is {plan.status}: nothing of it may be sent.")
            now = self._now()
            row = {
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
                "kind": kind,
                "replaces": replaces,
            }
            try:
                if replaces is not None:
                    self._replace(db, replaces, row)
                if _lost_before(db, row):
                    db.execute("UPDATE attempts SET status = 'signed', updated_at = ? WHERE hash = ?", (now, hash))
                else:
                    db.table("attempts").insert(row)
            except sqlite3.IntegrityError as error:
                raise Refused(
                    "exactly-once",
                    f"Step {step} of plan {plan_id}, or nonce {nonce}, has an attempt already ({error}).",
                ) from error
            more = {"plan_id": plan_id, "step": step, "nonce": nonce}
            more |= {} if replaces is None else {"replaces": replaces}
            more |= {} if kind is AttemptKind.STEP else {"kind": str(kind)}
            self._record_status(db, plan.user, hash, AttemptStatus.SIGNED, more)
            return _must_attempt(db, hash)

        return await self._store.write(add)

    def _replace(self, db: Database, old_hash: str, row: dict[str, Any]) -> None:
        old = _must_attempt(db, old_hash)
        same = all(getattr(old, name) == row[name] for name in ("plan_id", "step", "account", "chain_id", "nonce"))
        if not same or not old.open:
            raise Refused("exactly-once", f"{old_hash} isn't open at nonce {row['nonce']}: it can't be replaced.")
        self._set_status(db, old, AttemptStatus.REPLACED)

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
        """Writes down what became of it, with its receipt's figures where it has one. Raises LookupError.

        One that is mined or reverted has taken its nonce: whatever else is open there is 'replaced' from then on.
        """

        def change(db: Database) -> Attempt:
            attempt = _must_attempt(db, hash)
            if status in (AttemptStatus.MINED, AttemptStatus.REVERTED):
                for other in _at_nonce(db, attempt.account, attempt.chain_id, attempt.nonce):
                    if other.hash != hash and (other.open or other.mined):
                        self._set_status(db, other, AttemptStatus.REPLACED)
            fee = None if fee_wei is None else str(fee_wei)
            db.execute(
                """UPDATE attempts SET status = ?, block_number = ?, block_hash = ?, gas_used = ?, fee_wei = ?,
                     updated_at = ? WHERE hash = ?""",
                (status, block_number, block_hash, gas_used, fee, self._now(), hash),
            )
            receipt = {
                "block_number": block_number,
                "block_hash": block_hash,
                "gas_used": gas_used,
                "fee_wei": fee_wei,
            }
            self._record_status(db, must_plan(db, attempt.plan_id).user, hash, status, receipt)
            return _must_attempt(db, hash)

        return await self._store.write(change)

    async def attempt(self, hash: str) -> Attempt | None:
        return await self._store.read(lambda db: _find_attempt(db, hash))

    async def attempts(self, plan_id: str) -> list[Attempt]:
        """All attempts of a plan in the order of their making, replaced and lost ones too."""
        sql = "SELECT * FROM attempts WHERE plan_id = ? ORDER BY id"
        return await self._store.read(lambda db: [attempt_of(row) for row in many(db, sql, (plan_id,))])

    async def attempts_at(self, account: Address, chain_id: int, nonce: int) -> list[Attempt]:
        """All that was ever signed at one nonce, in the order of their making."""
        return await self._store.read(lambda db: _at_nonce(db, account, chain_id, nonce))

    async def open_attempts(self, account: Address | None = None) -> list[Attempt]:
        """Attempts whose fate isn't known, of one account or of all, by nonce."""
        sql = """SELECT * FROM attempts WHERE status IN ('signed', 'broadcast') AND account = coalesce(?, account)
                 ORDER BY account, nonce, id"""
        return await self._store.read(lambda db: [attempt_of(row) for row in many(db, sql, (account,))])

    async def mined_blocks(self, account: Address, since: int) -> list[tuple[int, str]]:
        """Number and hash of each block from `since` on that one of the account's attempts stands in, by number."""
        sql = """SELECT DISTINCT block_number, block_hash FROM attempts WHERE account = ? AND block_number >= ?
                 AND status IN ('mined', 'reverted') ORDER BY block_number, block_hash"""
        rows = await self._store.read(lambda db: many(db, sql, (account, since)))
        return [(row["block_number"], row["block_hash"]) for row in rows]

    async def mined_in(self, account: Address, blocks: Collection[str]) -> list[str]:
        """The hashes of the account's attempts that stand in these blocks, in the order of their nonces."""
        sql = """SELECT hash FROM attempts WHERE account = ? AND status IN ('mined', 'reverted')
                 AND block_hash IN (SELECT value FROM json_each(?)) ORDER BY nonce"""
        wanted = json.dumps(list(blocks))
        return await self._store.read(lambda db: [row["hash"] for row in many(db, sql, (account, wanted))])

    async def last_mined(self, account: Address) -> Attempt | None:
        """The account's attempt in the highest block; None where none is mined."""
        sql = """SELECT * FROM attempts WHERE account = ? AND status IN ('mined', 'reverted')
                 ORDER BY block_number DESC, nonce DESC LIMIT 1"""
        row = await self._store.read(lambda db: one(db, sql, (account,)))
        return None if row is None else attempt_of(row)

    async def without_flows(self, account: Address) -> list[Attempt]:
        """Attempts of ended plans that are in a block and of which no flow was written, not even their fee."""
        sql = """SELECT attempts.* FROM attempts JOIN plans USING (plan_id)
                 WHERE attempts.account = ? AND attempts.status IN ('mined', 'reverted')
                   AND plans.status IN ('settled', 'partial', 'void')
                   AND NOT EXISTS (SELECT 1 FROM flows WHERE plan_id = attempts.plan_id AND hash = attempts.hash)
                 ORDER BY nonce"""
        return await self._store.read(lambda db: [attempt_of(row) for row in many(db, sql, (account,))])

    async def restless(self, since: int) -> list[str]:
        """Users (ids) with a plan under way, an attempt without a fate or mined since then, or a clean-up owed."""
        sql = """SELECT user FROM plans WHERE status IN ('confirmed', 'running')
                 UNION SELECT user FROM attempts JOIN plans USING (plan_id)
                   WHERE attempts.status IN ('signed', 'broadcast')
                     OR (attempts.status IN ('mined', 'reverted') AND attempts.updated_at >= ?)
                 UNION SELECT user FROM cleanups JOIN plans USING (plan_id) WHERE ended_at IS NULL"""
        return await self._store.read(lambda db: [str(row["user"]) for row in many(db, sql, (since,))])

    async def highest_nonce(self, account: Address) -> int | None:
        """The highest nonce that was ever signed for and isn't lost; None before the first."""
        sql = "SELECT max(nonce) AS nonce FROM attempts WHERE account = ? AND status != 'lost'"
        row = await self._store.read(lambda db: one(db, sql, (account,)))
        return None if row is None else row["nonce"]

    def _set_status(self, db: Database, attempt: Attempt, status: AttemptStatus) -> None:
        """Moves an attempt that isn't in a block (any more)."""
        db.execute(
            """UPDATE attempts SET status = ?, block_number = NULL, block_hash = NULL, gas_used = NULL,
                 fee_wei = NULL, updated_at = ? WHERE hash = ?""",
            (status, self._now(), attempt.hash),
        )
        self._record_status(db, must_plan(db, attempt.plan_id).user, attempt.hash, status, {})

    def _record_status(self, db: Database, user: str, hash: str, status: AttemptStatus, more: dict[str, Any]) -> None:
        self._audit(db, f"attempt.{status}", user, {"hash": hash, "status": str(status), **more})


def _may_be_sent(db: Database, plan: PlanRow, step: int) -> bool:
    if plan.status in (PlanStatus.CONFIRMED, PlanStatus.RUNNING):
        return True
    sql = "SELECT 1 FROM cleanups WHERE plan_id = ? AND step = ? AND ended_at IS NULL"
    return one(db, sql, (plan.plan_id, step)) is not None


def _lost_before(db: Database, row: dict[str, Any]) -> bool:
    known = _find_attempt(db, row["hash"])
    return (
        known is not None
        and known.status is AttemptStatus.LOST
        and (known.plan_id, known.step, known.nonce) == (row["plan_id"], row["step"], row["nonce"])
    )


def _at_nonce(db: Database, account: Address, chain_id: int, nonce: int) -> list[Attempt]:
    sql = "SELECT * FROM attempts WHERE account = ? AND chain_id = ? AND nonce = ? ORDER BY id"
    return [attempt_of(row) for row in many(db, sql, (account, chain_id, nonce))]


def _find_attempt(db: Database, hash: str) -> Attempt | None:
    row = one(db, "SELECT * FROM attempts WHERE hash = ?", (hash,))
    return None if row is None else attempt_of(row)


def _must_attempt(db: Database, hash: str) -> Attempt:
    attempt = _find_attempt(db, hash)
    if attempt is None:
        raise LookupError(f"no attempt {hash}")
    return attempt


def attempt_of(row: dict[str, Any]) -> Attempt:
    """A row of `attempts`, which is used up. Raises ValueError, TypeError for what is none."""
    fee = row.pop("fee_wei")
    return Attempt(
        raw=bytes.fromhex(row.pop("raw")),
        max_fee_wei=int(row.pop("max_fee_wei")),
        fee_wei=None if fee is None else int(fee),
        status=AttemptStatus(row.pop("status")),
        kind=AttemptKind(row.pop("kind")),
        **row,
    )
