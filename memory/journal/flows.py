"""What moved: written together with the end of its plan, and summed into positions' cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.journal.plans import Plans, find_plan, must_plan
from memory.part import many, one
from memory.rows import ChainMark, Flow, FlowKind, NetDeposit, PlanRow, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database


class Flows(Plans):
    async def settle(self, plan_id: str, flows: Sequence[Flow], status: PlanStatus, reason: str = "") -> bool:
        """Ends a confirmed or running plan, frees its funds and writes its flows, in one transaction.

        False, and nothing written, where the plan stands elsewhere: a settlement is never counted twice.
        Raises ValueError for a status other than settled, partial or void.
        """
        if status not in (PlanStatus.SETTLED, PlanStatus.PARTIAL, PlanStatus.VOID):
            raise ValueError(f"a plan doesn't settle as {status}")

        def end(db: Database) -> bool:
            row = find_plan(db, plan_id)
            if row is None or row.status not in (PlanStatus.CONFIRMED, PlanStatus.RUNNING):
                return False
            if flows:
                self._add_flows(db, row, flows)
            db.execute("UPDATE decisions SET outcome = ? WHERE plan_id = ?", (status, plan_id))
            self._move(db, row, status, reason)
            return True

        return await self._store.write(end)

    async def add_flows(self, plan_id: str, flows: Sequence[Flow]) -> None:
        """What a transaction moved that came after its plan's end: a clean-up that had to wait, a cancellation."""

        def add(db: Database) -> None:
            self._add_flows(db, must_plan(db, plan_id), flows)

        await self._store.write(add)

    async def unsettle(
        self, hashes: Collection[str], mark: ChainMark, reason: str, filled: Collection[str] = ()
    ) -> list[str]:
        """The blocks of these attempts are gone: they are open again, and their plans run again, in one transaction.

        Flows are taken out and funds held again; what the audit log says of them stays, and says this, too. `mark` is
        the last block that is seen now. `filled` are plans (ids) of which an order's fill is gone; it is open again.
        Returns the plans' ids.
        """

        def undo(db: Database) -> list[str]:
            plans: dict[str, PlanRow] = {}
            for hash in hashes:
                row = one(db, "SELECT plan_id, step FROM attempts WHERE hash = ?", (hash,))
                if row is None:
                    raise LookupError(f"no attempt {hash}")
                plans.setdefault(row["plan_id"], must_plan(db, row["plan_id"]))
                self._open_again(db, plans[row["plan_id"]], hash)
                sql = "UPDATE cleanups SET ended_at = NULL WHERE plan_id = ? AND step = ?"
                db.execute(sql, (row["plan_id"], row["step"]))
            for plan_id in filled:
                plans.setdefault(plan_id, must_plan(db, plan_id))
                sql = """UPDATE signed_orders SET status = 'posted', hash = NULL, block_number = NULL,
                         block_hash = NULL WHERE plan_id = ? AND status = 'filled'"""
                db.execute(sql, (plan_id,))
            for plan in plans.values():
                self._reopen(db, plan, reason)
                if db.execute("DELETE FROM flows WHERE plan_id = ?", (plan.plan_id,)).rowcount:
                    self._audit(db, "flows", plan.user, {"plan_id": plan.plan_id, "flows": []})
                db.execute("UPDATE decisions SET outcome = NULL WHERE plan_id = ?", (plan.plan_id,))
            sql = "UPDATE chain_mark SET last_block_number = ?, last_block_hash = ?"
            db.execute(sql, (mark.last_block_number, mark.last_block_hash))
            return list(plans)

        return await self._store.write(undo)

    def _open_again(self, db: Database, plan: PlanRow, hash: str) -> None:
        db.execute(
            """UPDATE attempts SET status = 'signed', block_number = NULL, block_hash = NULL, gas_used = NULL,
                 fee_wei = NULL, updated_at = ? WHERE hash = ?""",
            (self._now(), hash),
        )
        body = {"hash": hash, "status": "signed", "reason": "its block is gone"}
        self._audit(db, "attempt.signed", plan.user, body)

    def _add_flows(self, db: Database, row: PlanRow, flows: Sequence[Flow]) -> None:
        sql = "SELECT * FROM flows WHERE plan_id = ? ORDER BY id"
        before = [flow_of(each) for each in many(db, sql, (row.plan_id,))]
        db.table("flows").insert_all(
            {"plan_id": row.plan_id, **asdict(flow), "units": str(flow.units)} for flow in flows
        )
        body = {"plan_id": row.plan_id, "flows": [asdict(flow) for flow in (*before, *flows)]}
        self._audit(db, "flows", row.user, body)

    async def flows(self, account: Address, since: int, until: int) -> list[Flow]:
        """The account's flows of blocks with a time in [since, until], the oldest first."""
        sql = "SELECT * FROM flows WHERE holder = ? AND at BETWEEN ? AND ? ORDER BY at, id"
        return await self._store.read(lambda db: [flow_of(row) for row in many(db, sql, (account, since, until))])

    async def flows_of_plan(self, plan_id: str) -> list[Flow]:
        sql = "SELECT * FROM flows WHERE plan_id = ? ORDER BY id"
        return await self._store.read(lambda db: [flow_of(row) for row in many(db, sql, (plan_id,))])

    async def net_deposits(self, account: Address) -> dict[tuple[str, str], NetDeposit]:
        """Per (venue id, token): what went in and what came out since the beginning; what was adopted went in."""
        totals = await self.flows_net(account)
        sql = "SELECT venue, token, units FROM adoptions WHERE account = ?"
        for row in await self._store.read(lambda db: many(db, sql, (account,))):
            so_far = totals.get((row["venue"], row["token"]), NetDeposit())
            more = NetDeposit(so_far.deposited + int(row["units"]), so_far.withdrawn)
            totals[row["venue"], row["token"]] = more
        return totals

    async def last_flow_block(self, account: Address) -> int:
        """The block of the account's latest flow, 0 without any."""
        sql = "SELECT max(block) AS block FROM flows WHERE holder = ?"
        row = await self._store.read(lambda db: one(db, sql, (account,)))
        return int((row or {})["block"] or 0)

    async def flows_net(self, account: Address) -> dict[tuple[str, str], NetDeposit]:
        """The same of our own transactions alone."""
        sql = "SELECT * FROM flows WHERE holder = ? AND venue IS NOT NULL AND kind IN ('deposit', 'withdraw')"
        return net(await self._store.read(lambda db: [flow_of(row) for row in many(db, sql, (account,))]))


def net(flows: Iterable[Flow]) -> dict[tuple[str, str], NetDeposit]:
    """Per (venue id, token): what deposits put in and withdrawals took out."""
    totals: dict[tuple[str, str], NetDeposit] = {}
    for flow in flows:
        if flow.venue is None or flow.kind not in (FlowKind.DEPOSIT, FlowKind.WITHDRAW):
            continue
        so_far = totals.get((flow.venue, flow.token), NetDeposit())
        if flow.kind is FlowKind.DEPOSIT:  # a wallet loses what a venue gains
            so_far = NetDeposit(so_far.deposited - flow.units, so_far.withdrawn)
        else:
            so_far = NetDeposit(so_far.deposited, so_far.withdrawn + flow.units)
        totals[flow.venue, flow.token] = so_far
    return totals


def flow_of(row: dict[str, Any]) -> Flow:
    """A row of `flows`, which is used up. Raises ValueError, TypeError for what is none."""
    del row["id"], row["plan_id"]
    return Flow(units=int(row.pop("units")), kind=FlowKind(row.pop("kind")), **row)
