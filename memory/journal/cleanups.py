"""Allowances that are still to be taken back: owed from the moment that a plan stops until they are."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.journal.given_up import give_up
from memory.journal.plans import must_plan
from memory.part import Part, many, one
from memory.rows import Owed

if TYPE_CHECKING:
    from sqlite_utils import Database


class Cleanups(Part):
    async def owe(self, plan_id: str, steps: Collection[int]) -> None:
        """From now on these steps of the plan are owed; those that are or were stay as they are."""

        def add(db: Database) -> None:
            for step in steps:
                sql = "INSERT INTO cleanups (plan_id, step, owed_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
                db.execute(sql, (plan_id, step, self._now()))

        await self._store.write(add)

    async def ask_for(self, owed: Owed) -> None:
        """Keeps the terms before the signer is asked: asked the same after a crash, it gives the same bytes."""
        terms = (owed.nonce, str(owed.max_fee_per_gas), str(owed.max_priority_fee_per_gas))
        sql = """UPDATE cleanups SET nonce = ?, max_fee_per_gas = ?, max_priority_fee_per_gas = ?
                 WHERE plan_id = ? AND step = ?"""
        await self._store.write(lambda db: db.execute(sql, (*terms, owed.plan_id, owed.step)).rowcount)

    async def end_cleanup(self, plan_id: str, step: int, reason: str, *, stands: bool = False) -> None:
        """The clean-up is done, or can't be done any more; `reason` says which. `stands`: the allowance may still be
        there, which is told to its owner.
        """

        def end(db: Database) -> None:
            sql = "UPDATE cleanups SET ended_at = ? WHERE plan_id = ? AND step = ? AND ended_at IS NULL RETURNING 1"
            if one(db, sql, (self._now(), plan_id, step)) is not None:
                body = {"plan_id": plan_id, "step": str(step), "reason": reason}
                self._audit(db, "cleanup.ended", must_plan(db, plan_id).user, body)
                if stands:
                    give_up(db, plan_id, step, reason, self._now())

        await self._store.write(end)

    async def owed(self, account: Address) -> list[Owed]:
        """What the account still owes, the oldest first."""
        sql = """SELECT cleanups.plan_id, step, nonce, max_fee_per_gas, max_priority_fee_per_gas
                 FROM cleanups JOIN plans USING (plan_id) WHERE ended_at IS NULL AND account = ?
                 ORDER BY owed_at, cleanups.plan_id, step"""
        return await self._store.read(lambda db: [_owed(row) for row in many(db, sql, (account,))])

    async def owed_of(self, plan_id: str, step: int) -> Owed | None:
        """One that is owed, with the terms that the signer was last asked for."""
        sql = """SELECT plan_id, step, nonce, max_fee_per_gas, max_priority_fee_per_gas FROM cleanups
                 WHERE plan_id = ? AND step = ? AND ended_at IS NULL"""
        row = await self._store.read(lambda db: one(db, sql, (plan_id, step)))
        return None if row is None else _owed(row)


def _owed(row: dict[str, Any]) -> Owed:
    fee, tip = row.pop("max_fee_per_gas"), row.pop("max_priority_fee_per_gas")
    return Owed(
        **row,
        max_fee_per_gas=None if fee is None else int(fee),
        max_priority_fee_per_gas=None if tip is None else int(tip),
    )
