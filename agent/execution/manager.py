"""The transaction manager: carries a confirmed plan out, once. Sign → journal → broadcast → receipt → settle.

Unknown is not failed: a transaction whose fate can't be learnt now leaves its plan running, and `recover` looks
its hash up later and sends the same bytes again; it never signs a step anew.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from agent.errors import MonetaError, Refused, Unavailable
from agent.execution import confirmations, fees, for_l1
from agent.execution.cancel import cancel_stuck
from agent.execution.confirmations import Shallow
from agent.execution.flows import Mined
from agent.execution.look import suggested_tip
from agent.execution.ordered import OPEN, closed, place, resume
from agent.execution.outcome import End, Outcome, Sent
from agent.execution.outputs import known
from agent.execution.parts import Parts
from agent.execution.points import Point, point
from agent.execution.recover import fates, fill_gaps, is_swapped, is_whole, raise_if_reverted, take_back, tidy
from agent.execution.reorgs import undo_lost_blocks
from agent.execution.replace import worst
from agent.execution.settle import outcome_of, settle
from agent.execution.stops import check_stops
from agent.execution.strangers import account_for, number
from agent.execution.waiting import Slot, recorded, send
from agent.money import Address
from agent.plans import Plan, Role
from memory.rows import Attempt, PlanStatus

Progress = Callable[[str], Awaitable[None]]
"""Shows how far a long plan is."""


async def silent(_: str) -> None:
    """No progress is shown."""


@dataclass
class Manager(Parts):
    """One sequence of transactions an account, whoever asks."""

    moves: int = 0
    """Grows as a plan begins and as it ends: what was read of the chain before that isn't how it is now."""

    def __post_init__(self) -> None:
        self._one_at_a_time: dict[Address, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, plan: Plan, progress: Progress = silent) -> Outcome:
        """Carries out a plan whose row is confirmed, and returns what became of it.

        Raises Refused("single-use") for a plan in any other state, Unavailable("ledger") for a broken ledger.
        """
        async with self._one_at_a_time[plan.account]:
            if not await self.ledger.set_status(plan.plan_id, PlanStatus.CONFIRMED, PlanStatus.RUNNING):
                raise Refused("single-use", "That plan isn't waiting to be carried out: a confirmation counts once.")
            point(Point.RUNNING)
            self.moves += 1
            try:
                return await self._carried_out(plan, progress)
            finally:
                self.moves += 1

    async def _carried_out(self, plan: Plan, progress: Progress) -> Outcome:
        mined: list[Mined] = []
        steps = sum(1 for step in plan.steps if step.role is not Role.CLEANUP)
        try:
            for index, step in enumerate(plan.steps):
                if step.role is not Role.CLEANUP:
                    await check_stops(self.ledger, leaving=plan.leaves)  # also between two steps
                    mined.append(await (place(self, plan, index) if step.typed else self._step(plan, index, mined)))
                    raise_if_reverted(mined[-1])
                    await progress(f"{len(mined)} of {steps} transactions are mined…")
        except MonetaError as error:
            return await self._stopped(plan, mined, error)
        return await self._settle(plan, mined)

    async def recover(self, plan: Plan) -> Outcome:
        """Learns the fate of a plan that was under way and brings it to its end."""
        async with self._one_at_a_time[plan.account]:
            point(Point.RECOVERING)
            patience = 0 if plan.plan_id in self.shallow else self.depth_seconds  # it was waited for once
            self.shallow.discard(plan.plan_id)
            self.ordered.discard(plan.plan_id)
            try:
                mined, problem = await fates(self, plan)
                problem = problem or await resume(self, plan, mined)
            except MonetaError as error:
                return await self._pending(plan, error)
            if problem is None and is_swapped(plan, mined):
                return await self._filled_late(plan, mined, patience)
            if is_whole(plan, mined):
                return await self._settle(plan, mined, patience=patience)
            return await self._stopped(plan, mined, problem or _why(mined))

    async def catch_up(self, account: Address, chain_id: int) -> None:
        """What the chain did without us: blocks that are gone, nonces that we don't know, gaps in their sequence.

        Plans that it puts back are for `recover`. Raises Refused: another-chain, nonce-gap; Unavailable.
        """
        async with self._one_at_a_time[account]:
            seen = await undo_lost_blocks(self, account, chain_id)
            await account_for(self, account, chain_id, seen)
            await fill_gaps(self, account, chain_id, seen)

    async def tidy(self, account: Address) -> list[tuple[Plan, Mined]]:
        """What ended plans left behind is brought to its end. Raises Unavailable."""
        async with self._one_at_a_time[account]:
            done = await tidy(self, account)
            if done:
                await self.settled(account)
            return done

    async def cancel_stuck(self, account: Address, chain_id: int) -> tuple[Attempt, Attempt]:
        """Offers a cancellation for what isn't mined: that one and the cancellation. `recover` tells their end.

        Raises Refused: nothing-pending, freeze, endpoints, fee, or a rule of the signer; Unavailable.
        """
        async with self._one_at_a_time[account]:
            return await cancel_stuck(self, account, chain_id)

    async def _step(self, plan: Plan, index: int, mined: Sequence[Mined]) -> Mined:
        step = plan.steps[index]
        outputs = known(plan, step, mined)
        signed_before = worst(await self.ledger.attempts(plan.plan_id)) if mined else {}
        nonce, head = await number(self, plan)
        for each in plan.steps[index:]:  # an approval isn't signed for a swap that can't be sent
            await self.rpc.ready_for(each.to)
        later = range(index + 1, len(plan.steps))
        l1 = await for_l1.kept(self, plan)
        budget = fees.budget(plan, index, signed_before, later, l1)
        for_l1.check(budget, index, l1)
        tip = await suggested_tip(self.rpc, self.habit.most_tip - self.habit.tip)
        fee = fees.first(head.base_fee, step.gas, budget, self.habit, tip)
        point(Point.NONCE_READ)
        signed = await self.signer.sign(
            plan, index, nonce, fee.max_fee_per_gas, fee.max_priority_fee_per_gas, outputs
        )
        point(Point.SIGNED)
        attempt = await recorded(self, plan, index, nonce, signed, fee, l1)
        return await send(self, Slot(plan, index, (attempt,)), mined)

    async def _stopped(self, plan: Plan, mined: list[Mined], error: MonetaError) -> Outcome:
        """A plan that can't go on: known to have failed, or not known. Clean-ups run only for what is known."""
        if isinstance(error, Unavailable) and await self.ledger.attempts(plan.plan_id):
            return await self._pending(plan, error)
        try:
            left = await closed(self, plan, mined, await take_back(self, plan, mined, error))
        except Unavailable as unknown:
            return await self._pending(plan, unknown)
        return await self._settle(plan, mined, left)

    async def _filled_late(self, plan: Plan, mined: list[Mined], patience: float) -> Outcome:
        """The end of a plan whose order was filled behind its reply: what it left of its allowance is taken back."""
        stands = Refused("interrupted", "I was stopped before what was left of an allowance was taken back")
        try:
            error = await take_back(self, plan, mined, stands)
        except Unavailable as unknown:
            return await self._pending(plan, unknown)
        gone = any(each.done and each.step.role is Role.CLEANUP for each in mined)
        return await self._settle(plan, mined, None if gone else error, patience)

    async def _settle(
        self, plan: Plan, mined: list[Mined], stopped: MonetaError | None = None, patience: float | None = None
    ) -> Outcome:
        try:
            await confirmations.wait_for(self, mined, self.depth_seconds if patience is None else patience)
            point(Point.SETTLING)
            outcome = await settle(self.rpc, self.ledger, plan, mined, stopped)
        except Shallow as error:
            self.shallow.add(plan.plan_id)
            return replace(outcome_of(plan, mined, stopped), end=End.PENDING, shallow=error.message)
        except Unavailable as error:
            return await self._pending(plan, error)
        if mined:
            await self.settled(plan.account)
        return outcome

    async def _pending(self, plan: Plan, error: MonetaError) -> Outcome:
        """The plan stays running: recovery goes on with it."""
        sent = [each for each in await self.ledger.attempts(plan.plan_id) if each.open or each.mined]
        ordered = isinstance(error, Unavailable) and error.dependency == OPEN
        if ordered:
            self.ordered.add(plan.plan_id)
        return Outcome(End.PENDING, str(error), tuple(map(_sent, sent)), ordered=ordered)


def _sent(attempt: Attempt) -> Sent:
    return Sent(
        attempt.hash, str(attempt.status) if attempt.mined else "pending", attempt.block_number, attempt.gas_used
    )


def _why(mined: Sequence[Mined]) -> MonetaError:
    for each in mined:
        try:
            raise_if_reverted(each)
        except MonetaError as error:
            return error
    what = "the rest" if mined else "anything"
    return Refused("interrupted", f"I was stopped before {what} was sent")
