"""A replacement: the same step, or the same cancellation, at the same nonce for more, under what was confirmed."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from agent.errors import Refused
from agent.execution import fees, for_l1
from agent.execution.broadcast import NonceUsed, TooDear, broadcast
from agent.execution.fees import Fees
from agent.execution.parts import OnRecord, Parts, Signed
from agent.execution.points import Point, point
from agent.execution.stops import check_stops
from agent.plans import Plan, Role
from memory.rows import Attempt, AttemptKind

CAP = " Gas rose above what was confirmed, so I can't offer more: I wait for it to fall."
CANCEL_CAP = " Gas rose above what a cancellation may cost here, so I can't offer more: I wait for it to fall."


def worst(
    attempts: Iterable[Attempt], record: Iterable[OnRecord] = (), l1: Mapping[int, int] = fees.NO_L1
) -> dict[int, int]:
    """The most that each signed step may cost, wei by its index: of all that was signed for it one is mined.

    The signer's record counts, too: it may know of a signature that a crash kept from the ledger. It knows nothing of
    what is kept for L1 (`l1`).
    """
    most: dict[int, int] = {}
    for each in attempts:
        if each.kind is AttemptKind.STEP:
            most[each.step] = max(most.get(each.step, 0), each.max_fee_wei)
    for row in record:
        most[row.step] = max(most.get(row.step, 0), row.gas * row.max_fee_per_gas + l1.get(row.step, 0))
    return most


async def replaced(
    parts: Parts, plan: Plan, old: Attempt, base_fee: int, outputs: Mapping[int, int]
) -> tuple[Attempt | None, str]:
    """The replacement of `old`, written down and sent; None and why where there can't be one now."""
    nothing_in = old.kind is AttemptKind.CANCEL or plan.leaves or plan.steps[old.step].role is Role.CLEANUP
    try:
        await check_stops(parts.ledger, leaving=nothing_in)
        await parts.rpc.agree(old.account, "latest")
    except Refused as refused:
        return None, f" {refused.message} Nothing more is signed for it."
    steps = old.kind is AttemptKind.STEP
    gas, l1 = fees.gas_of_raw(old.raw), await for_l1.kept(parts, plan)
    offer = await (_for_step(parts, plan, old, base_fee, l1) if steps else _for_cancel(parts, old, base_fee))
    if offer is None:
        return None, CAP if steps else CANCEL_CAP
    try:
        signed = await _signed(parts, plan, old, offer, outputs)
    except Refused as refused:
        return None, f" The signer makes no replacement: {refused.message}"
    most = gas * offer.max_fee_per_gas + l1.get(old.step, 0)
    attempt = await recorded(parts, old, signed, most, old.kind)
    with contextlib.suppress(TooDear, NonceUsed):  # it waits, as the one before it: one of them is mined
        await broadcast(parts, attempt, first=False)
    return attempt, ""


async def recorded(
    parts: Parts, old: Attempt, signed: Signed, max_fee_wei: int, kind: AttemptKind, *, replaces: bool = True
) -> Attempt:
    """Writes down what was just signed at the number of `old`, before anything of it is sent."""
    point(Point.REPLACING)
    attempt = await parts.ledger.record_attempt(
        plan_id=old.plan_id,
        step=old.step,
        account=old.account,
        chain_id=old.chain_id,
        nonce=old.nonce,
        hash=signed.hash,
        raw=signed.raw,
        max_fee_wei=max_fee_wei,
        kind=kind,
        replaces=old.hash if replaces else None,
    )
    point(Point.REPLACED)
    return attempt


async def _for_cancel(parts: Parts, old: Attempt, base_fee: int) -> Fees | None:
    gas, (_, l1) = fees.gas_of_raw(old.raw), await for_l1.cancelling(parts, base_fee)
    return fees.bumped(fees.of_raw(old.raw), base_fee, gas, parts.most_fee_wei() - l1, parts.habit)


async def _for_step(parts: Parts, plan: Plan, old: Attempt, base_fee: int, l1: Mapping[int, int]) -> Fees | None:
    attempts = await parts.ledger.attempts(plan.plan_id)
    record = await parts.signer.signed(plan.plan_id)
    budget = fees.budget(plan, old.step, worst(attempts, record, l1), range(len(plan.steps)), l1)
    lost = forgotten(old, attempts, record)
    if lost is not None and not fees.is_stuck(lost, base_fee):
        return lost  # signed just before a crash: asked for again, in the same bytes
    return fees.bumped(lost or fees.of_raw(old.raw), base_fee, plan.steps[old.step].gas, budget, parts.habit)


def forgotten(old: Attempt, attempts: Collection[Attempt], record: Sequence[OnRecord]) -> Fees | None:
    """The highest fees of a replacement of `old` that the signer has signed and the ledger doesn't know."""
    known, before = {each.hash for each in attempts}, fees.of_raw(old.raw)
    found = [
        Fees(row.max_fee_per_gas, row.max_priority_fee_per_gas)
        for row in record
        if (row.step, row.nonce) == (old.step, old.nonce) and row.hash not in known
    ]
    fitting = [each for each in found if fees.replaces(each, before)]
    return max(fitting, key=lambda each: each.max_fee_per_gas, default=None)


async def _signed(parts: Parts, plan: Plan, old: Attempt, offer: Fees, outputs: Mapping[int, int]) -> Signed:
    terms = (old.nonce, offer.max_fee_per_gas, offer.max_priority_fee_per_gas)
    if old.kind is AttemptKind.CANCEL:
        return await parts.signer.cancel(old.account, *terms, fees.gas_of_raw(old.raw))
    return await parts.signer.replacement(plan, old.step, *terms, replaces=old.hash, outputs=outputs)
