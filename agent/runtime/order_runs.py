"""Orders that are due: each period is taken in the ledger first, then goes the way of every swap, once.

A run that was cut off is known by its row. Where it has no plan, or one of whose trade nothing was ever signed, it is
done now, unless it is too late for it; where something was, recovery tells its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from agent.chain.snapshot import Snapshot
from agent.chain.snapshot_json import to_json
from agent.errors import NeedsAnswer, Refused, Unavailable
from agent.execution.outcome import End, Outcome
from agent.execution.points import Point, point
from agent.execution.stops import check_stops
from agent.gate.charges import spending_of
from agent.gate.choices import RouteChoice
from agent.gate.desk import Resolved
from agent.gate.moves import Swap
from agent.gate.open_doors import check_ledger
from agent.gate.orders import price as order_price
from agent.gate.orders.due import Due, due
from agent.gate.orders.terms import Terms
from agent.gate.propose import Proposal, Request
from agent.gate.step_up import needs
from agent.gate.trades import offered
from agent.intents import as_json
from agent.money import Amount
from agent.plans import Plan
from agent.policy.spending import VENUES
from agent.runtime import sandwiched
from agent.runtime.deciding import decided
from agent.runtime.desk import desk, horizon_of
from agent.runtime.offering import Asking, asking, passing
from agent.runtime.recovering import check_strangers
from agent.runtime.world import World
from memory.rows import PlanStatus, User
from memory.standing.orders import OrderRow, RunRow

MOST_TRIES = 3
"""How often what was sent for a limit or a stop may fail before the order ends."""
MOST_CUT_OFF = 10
"""How often one run is begun that is cut off before its trade is signed."""
FIRST_WAIT, LONGEST_WAIT = 60, 900
"""Seconds until what was refused is tried again while the price is there: so long once, twice, … at the most."""

log = structlog.get_logger()


class Waits(Exception):
    """Nothing can be done for the order now, and nothing is used up."""


@dataclass(frozen=True, slots=True)
class Todo:
    """An order with its last run, and the period that is due; `due` None: it goes by a price."""

    order: OrderRow
    terms: Terms
    last: RunRow | None
    due: Due | None = None


@dataclass(frozen=True, slots=True)
class OrderRuns:
    """`todo` says what is due now, from the ledger and one read of prices; `run` does one of it."""

    world: World

    async def todo(self) -> list[Todo]:
        """What is due, the oldest order first. Orders whose time is over end here. Raises Unavailable."""
        ledger, now = self.world.ledger, self.world.now()
        orders, last = await ledger.orders(), await ledger.last_runs()
        await self._drop({row.id for row in orders})
        found, waiting = [], []
        for row in orders:
            terms, run = Terms.from_json(row.terms), last.get(row.id)
            open_run = run is not None and run.outcome is None
            if terms.times is not None:
                latest = due(terms.times, terms.until, run.period if run else None, now)
                if open_run or latest is not None:
                    found.append(Todo(row, terms, run, latest))
                elif now > terms.until:
                    await ledger.end_order(row.id, "over")
            elif open_run:
                found.append(Todo(row, terms, run))
            elif run is not None and run.outcome == "settled":
                await ledger.end_order(row.id, "done")
            elif now > terms.until:
                await ledger.end_order(row.id, "over")
            elif run is None or now - run.at >= min(FIRST_WAIT * run.tries, LONGEST_WAIT):
                waiting.append(Todo(row, terms, run))
        prices = await self._prices(waiting[0]) if waiting else {}
        return [*found, *(each for each in waiting if each.terms.holds(prices))]

    async def run(self, todo: Todo) -> None:
        """Takes the period and does it. Whatever comes of it stands in the ledger, to be told."""
        user = await self.world.ledger.user(todo.order.user)
        if user is None:
            return
        run = await self._taken(todo)
        if run is None:
            return
        point(Point.CLAIMED)
        if self._too_late(todo, run):
            await self.world.ledger.end_run(run.id, "missed", "late")
            return
        account = await self.world.account(user)
        async with self.world.executing[account]:
            try:
                plan = await self._confirmed(todo, run, user)
                outcome = await self.world.manager.run(plan)
            except Waits:
                await self._let_go(todo, run)
                return
            except Unavailable as error:  # nothing is used up: it is done at the next look, where that isn't too late
                log.warning("an order could not be run", order=todo.order.id, error=str(error))
                return
            except Refused as error:
                await self.world.ledger.end_run(run.id, "refused", error.rule, str(error))
                return
            except NeedsAnswer as error:
                await self.world.ledger.end_run(run.id, "refused", "question", error.question)
                return
        if outcome.end in (End.SETTLED, End.PARTIAL):
            await sandwiched.look(self.world, plan)  # while its block can be read; `why` tells it
        await self._ended(todo, run, outcome)

    async def _taken(self, todo: Todo) -> RunRow | None:
        """The run that this process may do now; None where it was taken, or its fate isn't known yet."""
        ledger, last = self.world.ledger, todo.last
        if last is not None and last.outcome is None:
            return await self._taken_up(todo, last)
        if todo.due is not None:
            return await ledger.claim_run(todo.order.id, todo.due.period, todo.due.missed)
        if last is None:
            return await ledger.claim_run(todo.order.id, 1)
        again = await ledger.try_again(last.id) if last.outcome in ("refused", "void") else None
        if again is not None:
            return again
        failed = sum(1 for each in await ledger.runs_of(todo.order.id) if each.outcome in ("partial", "void"))
        if failed >= MOST_TRIES:
            await ledger.end_order(todo.order.id, "failed")
            return None
        return await ledger.claim_run(todo.order.id, last.period + 1)

    async def _taken_up(self, todo: Todo, run: RunRow) -> RunRow | None:
        """A run that was cut off, or failed for what is outside: done anew where surely nothing was sent for it."""
        ledger = self.world.ledger
        plan = await ledger.plan(run.plan_id) if run.plan_id is not None else None
        if plan is None:
            return run
        match plan.status:
            case PlanStatus.CONFIRMED | PlanStatus.RUNNING:
                return None  # recovery brings it to its end
            case PlanStatus.SETTLED:
                await self._settled(todo, run)
                return None
        again = await ledger.try_again(run.id) if run.tries < MOST_CUT_OFF else None
        if again is None:
            stopped = "partial" if plan.status is PlanStatus.PARTIAL else "void"
            await ledger.end_run(run.id, stopped, "execution", plan.reason)
        return again

    async def _confirmed(self, todo: Todo, run: RunRow, user: User) -> Plan:
        """The run's plan, through every check, confirmed under the order. Raises Waits, Refused, Unavailable."""
        world, ledger = self.world, self.world.ledger
        await check_stops(ledger, leaving=False)
        fresh = await ledger.user(user.id)
        if fresh is None or fresh.paused:
            raise Refused("pause", "You paused me: I only take money out.", "Say `resume` first.")
        account = await world.account(user)
        await world.refresh()
        await world.manager.catch_up(account, world.registry.chain_id)
        if any(each.account == account for each in await ledger.unsettled()):
            raise Unavailable("chain", "an earlier transaction isn't settled yet")
        async with asking(world, account, todo.terms.trade) as asked:
            snapshot = await world.priced_snapshot(account)
            if todo.terms.times is None and not todo.terms.holds(snapshot.prices):
                raise Waits
            proposal, decisions = await self._proposed(todo, run, fresh, snapshot, asked)
        plan = proposal.plan
        await check_strangers(world, plan)
        moved = needs(world.policy, plan)
        if moved is not None:
            threshold = Amount(world.policy.step_up[moved.token.symbol], moved.token)
            raise Refused(
                "step-up",
                f"{moved} at once needs a code, as it is above {threshold}, and an order has nobody to give one.",
                "Swap it yourself, or set an order over less.",
            )
        await ledger.propose_run(
            run,
            plan,
            preview=proposal.preview.as_json(),
            decisions=decisions,
            simulated=proposal.simulated.as_json(),
        )
        point(Point.PROPOSED)
        point(Point.CONFIRMING)
        spending = spending_of(world.policy, plan, snapshot.prices)
        row = await ledger.confirm_by_order(plan.plan_id, todo.order, run, plan.digest, world.now(), spending)
        point(Point.CONFIRMED)
        check_ledger(ledger.broken, "swap")  # it may have broken just now
        return row.plan

    async def _proposed(
        self, todo: Todo, run: RunRow, user: User, snapshot: Snapshot, asked: Asking
    ) -> tuple[Proposal, list[int]]:
        world, trade = self.world, todo.terms.trade
        standing = await world.standing(user.id)
        horizon = horizon_of(world, trade, snapshot, standing)
        at = desk(world, snapshot, standing, {}, horizon)
        at = replace(at, offers=await asked.offers(at))

        async def built(resolved: Resolved) -> Proposal:
            request = Request(
                draft=world.draft(user, as_json(trade)),
                seconds=world.settings.plan_seconds,
                contacts=frozenset(),
                paused=user.paused,
                notes=resolved.notes,
                standing=standing,
            )
            held, _ = self._held(todo, resolved, snapshot)
            return await world.gate.propose(request, (held, *resolved.moves[1:]), snapshot)

        at, resolved, proposal = await passing(trade, at, built)
        held, bound = self._held(todo, resolved, snapshot)
        facts = to_json(snapshot) | standing.as_json(VENUES) | {"horizon": horizon.as_json()}
        facts |= {"intent": as_json(trade), "order": todo.order.number, "period": str(run.period)}
        facts |= {"bound": None if bound is None else str(bound)} | offered.as_json(at.offers)
        choices = [replace(each, swap=held) if isinstance(each, RouteChoice) else each for each in resolved.choices]
        return proposal, [await decided(world.ledger, user.id, each, facts) for each in choices]

    def _held(self, todo: Todo, resolved: Resolved, snapshot: Snapshot) -> tuple[Swap, int | None]:
        """The swap under the order's price, and that price as its bound. Raises Refused("limit-price", "oracle")."""
        move = resolved.moves[0]
        if not isinstance(move, Swap):
            raise TypeError("an order's trade is a swap")
        bound = order_price.bound_of(todo.terms, move, snapshot.prices, self.world.registry)
        return move if bound is None else order_price.held_to(move, bound), bound

    async def _ended(self, todo: Todo, run: RunRow, outcome: Outcome) -> None:
        match outcome.end:
            case End.SETTLED:
                await self._settled(todo, run)
            case End.PARTIAL:
                await self.world.ledger.end_run(run.id, "partial", "execution", outcome.reason)
            case End.VOID:
                sent = "void" if outcome.txs else "refused"
                await self.world.ledger.end_run(run.id, sent, "execution", outcome.reason)
            case End.PENDING:
                return  # it is looked up again; nothing is sent twice

    async def _settled(self, todo: Todo, run: RunRow) -> None:
        await self.world.ledger.end_run(run.id, "settled", ends="done" if todo.terms.times is None else None)

    async def _let_go(self, todo: Todo, run: RunRow) -> None:
        """The price went away before anything was planned: the try never was."""
        await self.world.ledger.drop_run(run.id)

    def _too_late(self, todo: Todo, run: RunRow) -> bool:
        times = todo.terms.times
        return times is not None and times.too_late(run.period, self.world.now())

    async def _drop(self, in_force: set[int]) -> None:
        """Runs of orders that ended meanwhile: what was sent for them is told, what wasn't planned never was."""
        ledger = self.world.ledger
        for run in await ledger.open_runs():
            if run.order_id in in_force:
                continue
            order = await ledger.order(run.order_id)
            plan = await ledger.plan(run.plan_id) if run.plan_id is not None else None
            if order is None or plan is None:
                await ledger.drop_run(run.id)
            elif plan.status is PlanStatus.SETTLED:
                await ledger.end_run(run.id, "settled")
            elif plan.status.final or plan.status is PlanStatus.PROPOSED:
                await ledger.end_run(run.id, "void", "orders", "The order had ended by then.")

    async def _prices(self, todo: Todo) -> Mapping[str, int]:
        """Chainlink's, in USD with 8 decimals: the same for everybody. Raises Unavailable."""
        account = await self.world.ledger.account(todo.order.user)
        return {} if account is None else (await self.world.snapshot(account.address)).prices
