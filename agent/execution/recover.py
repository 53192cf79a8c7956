"""The fate of all that was signed: looked up by hash and nonce, sent again in the same bytes, never signed anew."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from agent.errors import MonetaError, Refused
from agent.execution import fees, for_l1
from agent.execution.broadcast import NonceUsed, broadcast
from agent.execution.cancel import signed_off
from agent.execution.cleanups import GivenUp, clean, due, end, finish, revoking, takes_back
from agent.execution.flows import Mined, coin_of
from agent.execution.look import Seen, receipts
from agent.execution.parts import LATE_SECONDS, Parts
from agent.execution.settle import flows_of_all
from agent.execution.waiting import Slot, wait
from agent.money import Address
from agent.plans import Plan, Role
from memory.rows import Attempt, AttemptKind


def slots(plan: Plan, attempts: Sequence[Attempt]) -> list[Slot]:
    """What was signed for a plan, a nonce each, in their order; without those of which nothing can be mined."""
    found: dict[tuple[int, int], list[Attempt]] = {}
    for each in attempts:
        found.setdefault((each.nonce, each.step), []).append(each)
    return [
        Slot(plan, step, tuple(group))
        for (_, step), group in sorted(found.items())
        if any(each.open or each.mined for each in group)
    ]


async def fates(parts: Parts, plan: Plan) -> tuple[list[Mined], Refused | None]:
    """Every step of the plan that the chain has, and why one of those that were signed can't be mined any more.

    Raises Unavailable where one's fate is unknown.
    """
    mined: list[Mined] = []
    problem: Refused | None = None
    for slot in slots(plan, await parts.ledger.attempts(plan.plan_id)):
        try:
            mined.append(await wait(parts, slot, mined, min(parts.receipt_seconds, LATE_SECONDS), 0))
        except Refused as refused:  # the others may be mined all the same
            problem = problem or refused
    return mined, problem


async def tidy(parts: Parts, account: Address) -> list[tuple[Plan, Mined]]:
    """What ended plans of the account left behind: transactions without a fate, allowances that are still owed.

    Each is added to its plan's flows. What can't be done now stays for the next time. Raises Unavailable.
    """
    done = await _booked(parts, account) if account not in parts.booked else []
    parts.booked.discard(account)  # until all of it is done: a stop in the middle leaves flows to be written
    whole = True
    for attempt in await parts.ledger.open_attempts(account):
        row = await parts.ledger.plan(attempt.plan_id)
        if row is not None and row.status.final:
            group = [each for each in await parts.ledger.attempts(row.plan_id) if each.nonce == attempt.nonce]
            slot = Slot(row.plan, attempt.step, tuple(group))
            done.append((row.plan, await _late(parts, slot)))
    for owed in await parts.ledger.owed(account):
        row = await parts.ledger.plan(owed.plan_id)
        if row is None or not row.status.final:
            continue  # its own recovery sees to it
        try:
            mined = await clean(parts, row.plan, owed.step)
        except Refused:
            whole = False
            continue
        await parts.ledger.add_flows(row.plan_id, await flows_of_all(parts.rpc, row.plan, [mined]))
        done.append((row.plan, mined))
    if whole:
        parts.booked.add(account)
    return done


async def _booked(parts: Parts, account: Address) -> list[tuple[Plan, Mined]]:
    """Transactions that were noted as mined behind their plan's end, and then the process ended: their flows."""
    done: list[tuple[Plan, Mined]] = []
    for attempt in await parts.ledger.without_flows(account):
        row = await parts.ledger.plan(attempt.plan_id)
        found = await receipts(parts.rpc, [attempt.hash])
        if row is None or not found:
            continue  # its block is gone: it is put back, and looked up then
        cancelled = attempt.kind is AttemptKind.CANCEL
        mined = Mined(attempt.step, row.plan.steps[attempt.step], found[0], cancelled, coin_of(row.plan, parts.coin))
        await parts.ledger.add_flows(row.plan_id, await flows_of_all(parts.rpc, row.plan, [mined]))
        if not cancelled:
            await end(parts, row.plan, attempt.step, found[0])
        done.append((row.plan, mined))
    return done


async def _late(parts: Parts, slot: Slot) -> Mined:
    mined = await finish(parts, slot)
    await parts.ledger.add_flows(slot.plan.plan_id, await flows_of_all(parts.rpc, slot.plan, [mined]))
    return mined


async def fill_gaps(parts: Parts, account: Address, chain_id: int, seen: Seen) -> None:
    """A nonce that is missing below one that waits holds that one up: it is used up by a cancellation.

    Raises Refused("nonce-gap") where that can't be signed, Refused("endpoints") where they disagree.
    """
    waiting = {each.nonce for each in await parts.ledger.open_attempts(account) if each.chain_id == chain_id}
    gaps = [nonce for nonce in range(seen.latest, max(waiting, default=0)) if nonce not in waiting]
    if gaps:
        await parts.rpc.agree(account, "latest")
    for nonce in gaps:
        await _cancel(parts, account, chain_id, nonce, seen)


async def _cancel(parts: Parts, account: Address, chain_id: int, nonce: int, seen: Seen) -> None:
    offer = fees.offered(seen.head.base_fee, parts.habit)
    before = await parts.ledger.attempts_at(account, chain_id, nonce)
    try:
        if not before:
            raise Refused("nonce", "Nothing of mine was ever signed there.")
        attempt = await signed_off(
            parts, before[-1], offer, await for_l1.cancelling(parts, seen.head.base_fee), replaces=False
        )
        with contextlib.suppress(NonceUsed):
            await broadcast(parts, attempt, first=True)
    except Refused as refused:
        raise Refused(
            "nonce-gap",
            f"Transaction number {nonce} of your account is missing, and later ones wait for it: {refused.message}",
            f"Send anything as number {nonce} from the wallet that sent it, or wait until the node forgets the rest.",
        ) from refused


async def take_back(parts: Parts, plan: Plan, mined: list[Mined], error: MonetaError) -> MonetaError:
    """Runs the clean-ups of a plan that stopped; `mined` grows by them. What to say of the end.

    One that is refused, for gas or by the signer, stays owed and is tried again later. Raises Unavailable.
    """
    todo = due(plan, mined)
    if todo:
        await parts.ledger.owe(plan.plan_id, todo)
    for index in todo:
        try:
            mined.append(await clean(parts, plan, index))
            raise_if_reverted(mined[-1])
        except GivenUp as second:
            error = Refused("cleanup", f"{error} And an allowance could not be taken back: {second}")
        except Refused as second:
            error = Refused("cleanup", f"{error} And an allowance isn't taken back yet: {second} I try again later.")
        except StepFailed as second:
            how = revoking(plan.steps[index])
            error = Refused("cleanup", f"{error} And an allowance could not be taken back: {second} {how}")
    return error


class StepFailed(MonetaError):
    """A transaction was mined and reverted, or its nonce was used up by a cancellation."""


def raise_if_reverted(mined: Mined) -> None:
    """Raises StepFailed unless the step did what it is there for."""
    if mined.cancelled:
        raise StepFailed(f"The call of {mined.step.contract} was cancelled before it was mined; nothing moved in it.")
    if not mined.receipt.ok:
        raise StepFailed(f"The call of {mined.step.contract} was mined and reverted; nothing moved in it.")


def is_whole(plan: Plan, mined: Sequence[Mined]) -> bool:
    """Whether every step but the clean-ups is done."""
    wanted = {index for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP}
    return wanted <= {each.index for each in mined if each.done}


def is_swapped(plan: Plan, mined: Sequence[Mined]) -> bool:
    """Whether all is done but what takes back the rest of a filled order's allowance, which a clean-up does, too."""
    done = {each.index for each in mined if each.done}
    wanted = {index for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP}
    ordered = any(plan.steps[index].typed for index in done)
    left = [plan.steps[index] for index in wanted - done]
    return ordered and bool(left) and all(step.role is Role.APPROVAL and takes_back(step) for step in left)
