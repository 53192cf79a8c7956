"""A replacement: the same step, or the same cancellation, at the same nonce for more, under what was confirmed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping

from agent.errors import Refused
from agent.execution import fees
from agent.execution.broadcast import NonceUsed, TooDear, broadcast
from agent.execution.fees import Fees
from agent.execution.parts import Parts, Signed
from agent.execution.points import Point, point
from agent.plans import Plan
from memory.rows import Attempt, AttemptKind

CAP = " Gas rose above what was confirmed, so I can't offer more: I wait for it to fall."


def worst(attempts: Iterable[Attempt]) -> dict[int, int]:
    """The most that each signed step may cost, wei by its index: of all that was signed for it one is mined."""
    most: dict[int, int] = {}
    for each in attempts:
        if each.kind is AttemptKind.STEP:
            most[each.step] = max(most.get(each.step, 0), each.max_fee_wei)
    return most


async def replaced(
    parts: Parts, plan: Plan, old: Attempt, base_fee: int, outputs: Mapping[int, int]
) -> tuple[Attempt | None, str]:
    """The replacement of `old`, written down and sent; None and why where there can't be one now."""
    if await parts.ledger.frozen():
        return None, " The operator has frozen everything, so nothing more is signed for it."
    signed_before = worst(await parts.ledger.attempts(plan.plan_id))
    gas = plan.steps[old.step].gas if old.kind is AttemptKind.STEP else fees.CANCEL_GAS
    budget = fees.budget(plan, old.step, signed_before, range(len(plan.steps)))
    offer = fees.bumped(fees.of_raw(old.raw), base_fee, gas, budget)
    if offer is None:
        return None, CAP
    try:
        signed = await _signed(parts, plan, old, offer, outputs)
    except Refused as refused:
        return None, f" The signer makes no replacement: {refused.message}"
    point(Point.REPLACING)
    attempt = await parts.ledger.record_attempt(
        plan_id=plan.plan_id,
        step=old.step,
        account=old.account,
        chain_id=old.chain_id,
        nonce=old.nonce,
        hash=signed.hash,
        raw=signed.raw,
        max_fee_wei=gas * offer.max_fee_per_gas,
        kind=old.kind,
        replaces=old.hash,
    )
    point(Point.REPLACED)
    with contextlib.suppress(TooDear, NonceUsed):  # it waits, as the one before it: one of them is mined
        await broadcast(parts, attempt, first=False)
    return attempt, ""


async def _signed(parts: Parts, plan: Plan, old: Attempt, offer: Fees, outputs: Mapping[int, int]) -> Signed:
    terms = (old.nonce, offer.max_fee_per_gas, offer.max_priority_fee_per_gas)
    if old.kind is AttemptKind.CANCEL:
        return await parts.signer.cancel(old.account, *terms)
    return await parts.signer.replacement(plan, old.step, *terms, replaces=old.hash, outputs=outputs)
