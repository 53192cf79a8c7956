"""Orders: what a user confirmed for later, and its runs, each period of which is taken once, whatever happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.intents import Origin
from agent.plans import Plan, Role
from agent.policy.spending import Spending
from memory.journal.plans import NO_SPENDING, _refusal, _stopped, find_plan, must_plan
from memory.part import dump, many, one, raised
from memory.people.limits import count
from memory.rows import PlanRow, PlanStatus
from memory.standing.in_place import InPlace, is_confirmed

if TYPE_CHECKING:
    from sqlite_utils import Database

CHANNEL = "order:"
"""What the channel of a plan under an order begins with; the order's id follows."""
MOST = 20
"""Orders of one person at a time."""
AGAIN_SECONDS = 86_400
"""How long after it was told a refusal for the same reason isn't told again."""
RULE = "orders"
REPLACES = "replaces"
"""Of an order's plan: the `id` of the order whose place it takes, and the state of its last `run` then."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """`number` counts a person's orders from 1; `terms` is JSON data (agent/gate/orders/terms.py)."""

    id: int
    user: str
    number: int
    plan_id: str
    channel: str
    terms: Mapping[str, Any]
    created_at: int
    ended_at: int | None
    why_ended: str | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """`outcome` None: under way. `plan_id` None: nothing was planned yet, so nothing can have been sent."""

    id: int
    order_id: int
    period: int
    missed: int
    at: int
    tries: int
    plan_id: str | None
    outcome: str | None
    rule: str
    reason: str
    told: int


_RUNS = "SELECT id, order_id, period, missed, at, tries, plan_id, outcome, rule, reason, told FROM order_runs"
_ORDERS = """SELECT id, user, number, orders.plan_id, channel, terms_json, created_at, ended_at, why_ended
             FROM orders"""


class OrderBook(InPlace):
    async def grant_order(self, plan_id: str, user: str, digest: str, now: int) -> OrderRow:
        """A previewed order comes into force, once, in one transaction; with it the one ends that it replaces.

        Raises Refused: unknown-plan, owner, digest, single-use, expired, freeze, pause, and orders for one too many,
        or where the one to be replaced has ended, or something of it was run since the preview.
        """

        def change(db: Database) -> OrderRow | Refused:
            plan = find_plan(db, plan_id)
            if plan is None:
                return Refused("unknown-plan", f"There is no plan {plan_id}.")
            refusal = self.not_intact(plan) or _refusal(plan, user, digest, now) or _stopped(db, plan)
            replaces = plan.intent.get(REPLACES)
            refusal = refusal or (_changed(db, user, replaces) if replaces else _too_many(db, user))
            if refusal is not None:
                return refusal
            self._agreed(db, plan)
            last = one(db, "SELECT max(number) AS number FROM orders WHERE user = ?", (user,)) or {}
            terms = plan.intent["terms"]
            row = {
                "user": user,
                "number": (last["number"] or 0) + 1,
                "plan_id": plan_id,
                "channel": plan.channel,
                "terms_json": dump(terms),
                "created_at": self._now(),
            }
            db.table("orders").insert(row)
            self._audit(db, "order.given", user, {"plan_id": plan_id, "order": row["number"], "terms": terms})
            new = _order(one(db, f"{_ORDERS} WHERE orders.plan_id = ?", (plan_id,)) or {})
            if replaces:
                self._take_place(db, int(replaces["id"]), new)
            return new

        return raised(await self._store.write(change))

    def _take_place(self, db: Database, old: int, new: OrderRow) -> None:
        now = self._now()
        sql = """UPDATE orders SET ended_at = ?, why_ended = 'cancelled', told_at = ?, replaced_by = ? WHERE id = ?
                 RETURNING number"""
        ended = one(db, sql, (now, now, new.id, old)) or {}
        why = {"order": ended["number"], "why": "replaced", "by": new.number}
        self._audit(db, "order.ended", new.user, why)

    async def orders(self, user: str | None = None) -> list[OrderRow]:
        """Those in force, of one person or of all, the oldest first."""
        return await self._store.read(lambda db: _in_force(db, user))

    async def order(self, order_id: int) -> OrderRow | None:
        """The order of that id, whether it is in force or not."""
        row = await self._store.read(lambda db: one(db, f"{_ORDERS} WHERE id = ?", (order_id,)))
        return None if row is None else _order(row)

    async def cancel_orders(self, user: str, number: int | None) -> int:
        """Ends one, or all; how many that were. What one of them has under way goes on to its end."""

        def end(db: Database) -> int:
            sql = "SELECT id FROM orders WHERE user = ? AND ended_at IS NULL AND number = coalesce(?, number)"
            found = [int(row["id"]) for row in many(db, sql, (user, number))]
            for order_id in found:
                self._end(db, order_id, "cancelled", told=True)
            return len(found)

        return await self._store.write(end)

    async def end_order(self, order_id: int, why: str) -> bool:
        """Ends it: 'done', 'over' or 'failed'; says whether that was left to do. It is told, once."""
        return await self._store.write(lambda db: self._end(db, order_id, why))

    def _end(self, db: Database, order_id: int, why: str, told: bool = False) -> bool:
        now = self._now()
        sql = """UPDATE orders SET ended_at = ?, why_ended = ?, told_at = ? WHERE id = ? AND ended_at IS NULL
                 RETURNING user, number"""
        ended = one(db, sql, (now, why, now if told else None, order_id))
        if ended is not None:
            self._audit(db, "order.ended", ended["user"], {"order": ended["number"], "why": why})
        return ended is not None

    async def claim_run(self, order_id: int, period: int, missed: int = 0) -> RunRow | None:
        """Takes a period for a run. None: it, or a later one, was taken, another is under way, or the order ended."""

        def claim(db: Database) -> RunRow | None:
            live = one(db, "SELECT 1 FROM orders WHERE id = ? AND ended_at IS NULL", (order_id,))
            taken = "SELECT 1 FROM order_runs WHERE order_id = ? AND (period >= ? OR outcome IS NULL) LIMIT 1"
            if live is None or one(db, taken, (order_id, period)) is not None:
                return None
            sql = "INSERT INTO order_runs (order_id, period, missed, at) VALUES (?, ?, ?, ?)"
            db.execute(sql, (order_id, period, missed, self._now()))
            return _run(db, order_id, period)

        return await self._store.write(claim)

    async def last_runs(self) -> dict[int, RunRow]:
        """The latest run of each order in force, by the order's id."""
        sql = f"""{_RUNS} WHERE id IN (SELECT max(order_runs.id) FROM order_runs JOIN orders ON orders.id = order_id
                  WHERE ended_at IS NULL GROUP BY order_id)"""  # noqa: S608  (a constant of this file)
        rows = await self._store.read(lambda db: many(db, sql))
        return {int(row["order_id"]): RunRow(**row) for row in rows}

    async def open_runs(self) -> list[RunRow]:
        """Those under way, or cut off, the oldest first."""
        sql = f"{_RUNS} WHERE outcome IS NULL ORDER BY id"
        return await self._store.read(lambda db: [RunRow(**row) for row in many(db, sql)])

    async def runs_of(self, order_id: int) -> list[RunRow]:
        sql = f"{_RUNS} WHERE order_id = ? ORDER BY period"
        return await self._store.read(lambda db: [RunRow(**row) for row in many(db, sql, (order_id,))])

    async def try_again(self, run_id: int) -> RunRow | None:
        """A run that came to nothing is under way again, for the same period. None where its order ended, another
        run is under way, or a trade was signed for it.
        """

        def change(db: Database) -> RunRow | None:
            row = one(db, f"{_RUNS} WHERE id = ?", (run_id,))
            if row is None or not _nothing_traded(db, row):
                return None
            sql = "SELECT 1 FROM orders WHERE id = ? AND ended_at IS NULL"
            other = "SELECT 1 FROM order_runs WHERE order_id = ? AND outcome IS NULL AND id <> ?"
            live = one(db, sql, (row["order_id"],)) is not None
            if not live or one(db, other, (row["order_id"], run_id)) is not None:
                return None
            plan = find_plan(db, row["plan_id"]) if row["plan_id"] else None
            if plan is not None and not plan.status.final:
                self._move(db, plan, PlanStatus.CANCELLED, "I was stopped before it was confirmed")
            sql = """UPDATE order_runs SET outcome = NULL, plan_id = NULL, rule = '', reason = '', to_tell = 0,
                     tries = tries + 1, at = ? WHERE id = ?"""
            db.execute(sql, (self._now(), run_id))
            return _run(db, int(row["order_id"]), int(row["period"]))

        return await self._store.write(change)

    async def propose_run(
        self,
        run: RunRow,
        plan: Plan,
        *,
        preview: Mapping[str, Any],
        decisions: list[int],
        simulated: Mapping[str, Any],
    ) -> None:
        """Writes a run's plan down and joins the two in one transaction. Raises Refused("orders") where the run isn't
        under way, or has a plan.
        """

        def link(db: Database) -> None:
            sql = """UPDATE order_runs SET plan_id = ? WHERE id = ? AND plan_id IS NULL AND outcome IS NULL
                     RETURNING 1"""
            if one(db, sql, (plan.plan_id, run.id)) is None:
                raise Refused(RULE, "That period of the order was taken by another run.")

        origins: dict[str, Origin] = {}
        await self.propose(
            plan,
            origins=origins,
            preview=preview,
            decisions=decisions,
            channel=f"{CHANNEL}{run.order_id}",
            simulated=simulated,
            beside=link,
        )

    async def confirm_by_order(
        self, plan_id: str, order: OrderRow, run: RunRow, digest: str, now: int, spending: Spending = NO_SPENDING
    ) -> PlanRow:
        """Confirms a plan in the user's place. Whether that is allowed is looked at in the same transaction.

        Raises Refused: orders, freeze, pause, and what `confirm` raises.
        """

        def change(db: Database) -> PlanRow | Refused:
            plan = must_plan(db, plan_id)
            barred = _barred(db, order, run, plan) or self.not_intact(plan)
            barred = barred or _refusal(plan, order.user, digest, now) or _stopped(db, plan)
            barred = barred or count(db, order.user, plan_id, spending, now)
            return self._confirm_in_place(db, plan, barred, f"order {order.number}")

        return raised(await self._store.write(change))

    async def end_run(
        self, run_id: int, outcome: str, rule: str = "", reason: str = "", ends: str | None = None
    ) -> None:
        """How a run under way ended. It is told, but for what was told the same way not long ago. `ends`: why its
        order ends with it, in the same transaction; that isn't told beside it.
        """

        def change(db: Database) -> None:
            sql = "SELECT order_id, told_rule, told_at FROM order_runs WHERE id = ? AND outcome IS NULL"
            row = one(db, sql, (run_id,))
            if row is None:
                return
            lately = row["told_at"] is not None and self._now() - row["told_at"] < AGAIN_SECONDS
            tell = not (outcome == "refused" and lately and row["told_rule"] == rule)
            sql = "UPDATE order_runs SET outcome = ?, rule = ?, reason = ?, to_tell = ? WHERE id = ?"
            db.execute(sql, (outcome, rule, reason, int(tell), run_id))
            if ends is not None:
                self._end(db, int(row["order_id"]), ends, told=True)

        await self._store.write(change)

    async def drop_run(self, run_id: int) -> None:
        """A run under way that has no plan never was: its period is free again. One of which something was told
        rests instead, so that the same isn't told again and again.
        """

        def change(db: Database) -> None:
            rests = """UPDATE order_runs SET outcome = 'refused', rule = coalesce(told_rule, '')
                       WHERE id = ? AND plan_id IS NULL AND outcome IS NULL AND told > 0"""
            db.execute(rests, (run_id,))
            db.execute("DELETE FROM order_runs WHERE id = ? AND plan_id IS NULL AND outcome IS NULL", (run_id,))

        await self._store.write(change)

    async def untold_runs(self) -> list[RunRow]:
        """Those whose outcome waits to be said, the oldest first."""
        sql = f"{_RUNS} WHERE to_tell = 1 ORDER BY id"
        return await self._store.read(lambda db: [RunRow(**row) for row in many(db, sql)])

    async def told_run(self, run: RunRow) -> None:
        """It was said wherever it could be."""
        sql = """UPDATE order_runs SET to_tell = 0, told = told + 1, told_rule = ?, told_at = ?
                 WHERE id = ? AND told = ?"""
        await self._store.write(lambda db: db.execute(sql, (run.rule, self._now(), run.id, run.told)).rowcount)

    async def untold_ends(self) -> list[OrderRow]:
        """Orders that ended by themselves, untold, the oldest first."""
        sql = f"{_ORDERS} WHERE ended_at IS NOT NULL AND told_at IS NULL ORDER BY id"
        return await self._store.read(lambda db: [_order(row) for row in many(db, sql)])

    async def told_end(self, order_id: int) -> None:
        sql = "UPDATE orders SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), order_id)).rowcount)


def _changed(db: Database, user: str, replaces: Mapping[str, str]) -> Refused | None:
    """Why an order can't be replaced by what was shown: it stands no more, or was run since, or is being run."""
    old = int(replaces["id"])
    if old not in {each.id for each in _in_force(db, user)}:
        return Refused(RULE, "That order stands no more, so nothing was changed.", "`my orders` lists what does.")
    row = one(db, f"{_RUNS} WHERE order_id = ? ORDER BY id DESC LIMIT 1", (old,))
    last = None if row is None else RunRow(**row)
    if state_of(last) == replaces["run"] and (last is None or last.outcome is not None):
        return None
    return Refused(
        RULE,
        "That order was run since you saw this, or is being run, so nothing was changed.",
        "Say the change again.",
    )


def state_of(last: RunRow | None) -> str:
    """What changes with every run of an order, and every try of one: from its last."""
    return "0" if last is None else f"{last.id}.{last.tries}"


def _too_many(db: Database, user: str) -> Refused | None:
    sql = "SELECT count(*) AS live FROM orders WHERE user = ? AND ended_at IS NULL"
    if (one(db, sql, (user,)) or {"live": 0})["live"] < MOST:
        return None
    return Refused(RULE, f"You have {MOST} orders, and that is the most.", "Cancel one: `my orders`.")


def _run(db: Database, order_id: int, period: int) -> RunRow:
    row = one(db, f"{_RUNS} WHERE order_id = ? AND period = ?", (order_id, period))
    return RunRow(**(row or {}))


def _nothing_traded(db: Database, run: Mapping[str, Any]) -> bool:
    """Whether a run has no plan, or one that isn't under way and of whose trade nothing was ever signed: at most an
    approval was, and taken back.
    """
    if run["plan_id"] is None:
        return True
    plan = must_plan(db, run["plan_id"])
    if plan.status in (PlanStatus.CONFIRMED, PlanStatus.RUNNING, PlanStatus.SETTLED):
        return False
    signed = many(db, "SELECT DISTINCT step FROM attempts WHERE plan_id = ?", (plan.plan_id,))
    return all(plan.plan.steps[int(each["step"])].role is not Role.ACTION for each in signed)


def _barred(db: Database, order: OrderRow, run: RunRow, plan: PlanRow) -> Refused | None:
    if order.id not in {each.id for each in _in_force(db, order.user)}:
        return Refused(RULE, "The order is in force no more.", "Give it again.")
    row = one(db, "SELECT plan_id FROM order_runs WHERE id = ? AND outcome IS NULL", (run.id,))
    if row is None or row["plan_id"] != plan.plan_id or plan.channel != f"{CHANNEL}{order.id}":
        return Refused(RULE, "That plan was not made under this order.", "Confirm it yourself.")
    return None


def _in_force(db: Database, user: str | None) -> list[OrderRow]:
    """The orders that haven't ended, and whose terms are those that their user confirmed: a row that was edited in
    the file is in force no more.
    """
    sql = """SELECT orders.*, plans.body, plans.digest FROM orders JOIN plans USING (plan_id)
             WHERE ended_at IS NULL AND orders.user = coalesce(?, orders.user) ORDER BY orders.id"""
    found = []
    for row in many(db, sql, (user,)):
        body, digest = str(row.pop("body")), row.pop("digest")
        row.pop("told_at")
        row.pop("replaced_by")
        order = _order(row)
        if is_confirmed(body, digest, order.user, "terms", order.terms):
            found.append(order)
    return found


def _order(row: dict[str, Any]) -> OrderRow:
    return OrderRow(terms=json.loads(row.pop("terms_json")), **row)
