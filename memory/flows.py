"""What moved: written together with the end of its plan, and summed into positions' cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from agent.money import Address
from memory.part import many
from memory.plans import Plans, find_plan
from memory.rows import Flow, FlowKind, NetDeposit, PlanStatus

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
            db.table("flows").insert_all(
                {"plan_id": plan_id, **asdict(flow), "units": str(flow.units)} for flow in flows
            )
            if flows:
                body = {"plan_id": plan_id, "flows": [asdict(flow) for flow in flows]}
                self._audit(db, "flows", row.user, body)
            db.execute("UPDATE decisions SET outcome = ? WHERE plan_id = ?", (status, plan_id))
            self._move(db, row, status, reason)
            return True

        return await self._store.write(end)

    async def flows(self, account: Address, since: int, until: int) -> list[Flow]:
        """The account's flows of blocks with a time in [since, until], the oldest first."""
        sql = "SELECT * FROM flows WHERE holder = ? AND at BETWEEN ? AND ? ORDER BY at, id"
        return await self._store.read(lambda db: [_flow(row) for row in many(db, sql, (account, since, until))])

    async def flows_of_plan(self, plan_id: str) -> list[Flow]:
        sql = "SELECT * FROM flows WHERE plan_id = ? ORDER BY id"
        return await self._store.read(lambda db: [_flow(row) for row in many(db, sql, (plan_id,))])

    async def net_deposits(self, account: Address) -> dict[tuple[str, str], NetDeposit]:
        """Per (venue id, token): what went in and what came out since the beginning."""
        sql = "SELECT * FROM flows WHERE holder = ? AND venue IS NOT NULL AND kind IN ('deposit', 'withdraw')"
        totals: dict[tuple[str, str], NetDeposit] = {}
        for flow in await self._store.read(lambda db: [_flow(row) for row in many(db, sql, (account,))]):
            key = (flow.venue or "", flow.token)
            so_far = totals.get(key, NetDeposit())
            if flow.kind is FlowKind.DEPOSIT:  # a wallet loses what a venue gains
                totals[key] = NetDeposit(so_far.deposited - flow.units, so_far.withdrawn)
            else:
                totals[key] = NetDeposit(so_far.deposited, so_far.withdrawn + flow.units)
        return totals


def _flow(row: dict[str, Any]) -> Flow:
    del row["id"], row["plan_id"]
    return Flow(units=int(row.pop("units")), kind=FlowKind(row.pop("kind")), **row)
