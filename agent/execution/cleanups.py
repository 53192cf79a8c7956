"""Clean-ups: what a plan that stopped has allowed to others is taken back, now or when gas has fallen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from agent.chain.rpc_types import Receipt
from agent.errors import Refused
from agent.execution import fees, for_l1
from agent.execution.flows import Mined
from agent.execution.parts import LATE_SECONDS, OnRecord, Parts, Signed
from agent.execution.points import Point, point
from agent.execution.replace import worst
from agent.execution.strangers import number
from agent.execution.waiting import Slot, recorded, send, wait
from agent.plans import Plan, Role, Step
from memory.rows import Owed

SIGNED_ELSEWHERE = "the signer signed that at a number that something else has used since"


class GivenUp(Refused):
    """A clean-up that can't be done any more: its owner is told what stays, and how to take it back."""


def revoking(step: Step) -> str:
    """What the owner says to take the allowance back, which the clean-up `step` was to."""
    if _hands_on(step):  # without the token's own allowance it is worth nothing
        return f"It ends by itself; `revoke` the token's allowance from {step.venue} to end it now."
    return f"Say `revoke {step.contract} from {step.venue}` to take it back."


def due(plan: Plan, mined: Sequence[Mined]) -> list[int]:
    """The clean-up steps whose approval was mined and wasn't spent behind it, or was but left a rest of it."""
    done = {each.index for each in mined if each.done}
    tried = {each.index for each in mined}
    found: dict[tuple[str, str, str], int] = {}
    for index, step in enumerate(plan.steps):
        if step.role is Role.CLEANUP and index not in tried and _stands(plan, index, done):
            found[_allowance(step)] = index
    return sorted(found.values())


def _stands(plan: Plan, cleanup: int, done: Collection[int]) -> bool:
    """Whether something of the allowance that a clean-up is for may stand."""
    key, steps = _allowance(plan.steps[cleanup]), plan.steps
    same = [
        index for index in range(cleanup) if steps[index].role is Role.APPROVAL and _allowance(steps[index]) == key
    ]
    given = [index for index in same if index in done and not takes_back(steps[index])]
    if not given:
        return False
    later, venue = range(given[-1] + 1, len(steps)), key[2]
    if not any(steps[each].role is Role.ACTION and steps[each].venue == venue for each in done if each in later):
        return True
    return any(each in same and takes_back(steps[each]) and each not in done for each in later)


def _allowance(step: Step) -> tuple[str, str, str]:
    """The contract that keeps it, who may take (of which token), and what for."""
    return step.to, " ".join(str(each) for each in step.args[: 2 if _hands_on(step) else 1]), step.venue


def takes_back(step: Step) -> bool:
    """Whether an approval is one of nothing."""
    return not step.outputs and int(str(step.args[2 if _hands_on(step) else 1])) == 0


def _hands_on(step: Step) -> bool:
    """Whether one contract lets another take of a token, `approve(token, spender, units, expiry)`, as Permit2 does;
    a token's own is `approve(spender, units)`.
    """
    return len(step.args) > 2


async def clean(parts: Parts, plan: Plan, index: int) -> Mined:
    """Takes one allowance back; it must be owed. Raises Refused where it can't be now, and then it stays owed."""
    point(Point.CLEANING)
    nonce, head = await number(parts, plan, cleaning=True)
    owed = await parts.ledger.owed_of(plan.plan_id, index) or Owed(plan.plan_id, index, None, None, None)
    l1 = await for_l1.kept(parts, plan)
    signed, offer = await _signed(parts, plan, owed, nonce, head.base_fee, l1)
    attempt = await recorded(parts, plan, index, nonce, signed, offer, l1)
    slot = Slot(plan, index, (attempt,))
    return await _ended(parts, slot, await send(parts, slot, ()))


async def finish(parts: Parts, slot: Slot) -> Mined:
    """Waits for a clean-up that was sent before, and ends what is owed."""
    return await _ended(parts, slot, await wait(parts, slot, (), min(parts.receipt_seconds, LATE_SECONDS), 0))


async def _ended(parts: Parts, slot: Slot, mined: Mined) -> Mined:
    if not mined.cancelled:
        await end(parts, slot.plan, slot.index, mined.receipt)
    point(Point.CLEANED)
    return mined


async def end(parts: Parts, plan: Plan, index: int, receipt: Receipt) -> None:
    """The clean-up was mined: the allowance is gone, or stands, which its owner is told."""
    reason = "done" if receipt.ok else "the call that was to take it back reverted"
    await parts.ledger.end_cleanup(plan.plan_id, index, reason, stands=not receipt.ok)


async def _signed(
    parts: Parts, plan: Plan, owed: Owed, nonce: int, base_fee: int, l1: Mapping[int, int]
) -> tuple[Signed, fees.Fees]:
    """The clean-up's bytes. What was asked for before a crash is asked for again first: the signer signs once."""
    attempts = await parts.ledger.attempts(plan.plan_id)
    record = await parts.signer.signed(plan.plan_id)
    budget = _budget(plan, owed.step, worst(attempts, record, l1), l1)
    gas = plan.steps[owed.step].gas
    before = _before(owed, record, nonce)
    if before is not None:
        try:
            signed = await _sign(parts, plan, owed.step, nonce, before)
        except Refused as refused:
            if refused.rule != "fees":
                raise
            offer = fees.first(base_fee, gas, budget, parts.habit)  # it wasn't signed for that
            return await _asked(parts, plan, owed, nonce, offer)
        if not fees.is_stuck(before, base_fee):
            return signed, before
        more = fees.bumped(before, base_fee, gas, budget, parts.habit)
        if more is None:
            fees.within(base_fee, gas, budget, parts.habit)
            return signed, before
        terms = (nonce, more.max_fee_per_gas, more.max_priority_fee_per_gas)
        again = await parts.signer.replacement(plan, owed.step, *terms, replaces=signed.hash, outputs={})
        return again, more
    return await _asked(parts, plan, owed, nonce, fees.first(base_fee, gas, budget, parts.habit))


def _before(owed: Owed, record: Sequence[OnRecord], nonce: int) -> fees.Fees | None:
    """What was asked for at this number before: by the ledger, or, where that lost it, by the signer's record."""
    if owed.nonce == nonce and owed.max_fee_per_gas is not None and owed.max_priority_fee_per_gas is not None:
        return fees.Fees(owed.max_fee_per_gas, owed.max_priority_fee_per_gas)
    there = [row for row in record if (row.step, row.nonce) == (owed.step, nonce)]
    return fees.Fees(there[-1].max_fee_per_gas, there[-1].max_priority_fee_per_gas) if there else None


async def _asked(parts: Parts, plan: Plan, owed: Owed, nonce: int, offer: fees.Fees) -> tuple[Signed, fees.Fees]:
    asked = replace(
        owed,
        nonce=nonce,
        max_fee_per_gas=offer.max_fee_per_gas,
        max_priority_fee_per_gas=offer.max_priority_fee_per_gas,
    )
    await parts.ledger.ask_for(asked)
    return await _sign(parts, plan, owed.step, nonce, offer), offer


async def _sign(parts: Parts, plan: Plan, index: int, nonce: int, offer: fees.Fees) -> Signed:
    try:
        point(Point.NONCE_READ)
        signed = await parts.signer.sign(
            plan, index, nonce, offer.max_fee_per_gas, offer.max_priority_fee_per_gas, {}
        )
    except Refused as refused:
        if refused.rule == "once":  # signed at a nonce that somebody else has used since
            await parts.ledger.end_cleanup(plan.plan_id, index, SIGNED_ELSEWHERE, stands=True)
            why = f"{SIGNED_ELSEWHERE[0].upper()}{SIGNED_ELSEWHERE[1:]}."
            raise GivenUp("cleanup", why, revoking(plan.steps[index])) from refused
        raise
    point(Point.SIGNED)
    return signed


def _budget(plan: Plan, index: int, signed_before: Mapping[int, int], l1: Mapping[int, int]) -> int:
    """All that the plan's other signed steps leave, less the shares of its other clean-ups."""
    others = [each for each, step in enumerate(plan.steps) if step.role is Role.CLEANUP and each != index]
    return fees.budget(plan, index, signed_before, others, l1)
