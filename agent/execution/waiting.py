"""Waiting for a nonce: whatever of ours is mined there settles it; what isn't is sent again, or replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from agent.chain.rpc_types import Receipt, Transaction
from agent.errors import Refused, Unavailable
from agent.execution import fees, find
from agent.execution.broadcast import NonceUsed, TooDear, broadcast
from agent.execution.flows import Mined, coin_of
from agent.execution.look import look, receipts
from agent.execution.nonces import external
from agent.execution.outputs import known
from agent.execution.parts import Parts, Signed
from agent.execution.points import Point, point
from agent.execution.replace import replaced
from agent.plans import Plan
from memory.rows import Attempt, AttemptKind, AttemptStatus

FIRST_POLL_SECONDS = 0.002
LAST_POLL_SECONDS = 0.5
TOLD_POLL_SECONDS = 4.0
"""How long to wait at the most where an endpoint tells of new blocks: it may be stuck."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One nonce that a step of a plan has: all that was ever signed there, in the order of its making.

    `why` says why it waits, where that is known.
    """

    plan: Plan
    index: int
    attempts: tuple[Attempt, ...]
    why: str = ""

    @property
    def nonce(self) -> int:
        return self.attempts[0].nonce

    @property
    def newest(self) -> Attempt:
        """The one that is to be mined: the open one, or the one that was mined before its block went away."""
        live = [each for each in self.attempts if each.open or each.mined]
        return (live or self.attempts)[-1]


async def recorded(
    parts: Parts, plan: Plan, index: int, nonce: int, signed: Signed, fee: fees.Fees, l1: Mapping[int, int]
) -> Attempt:
    """What was signed for a step, written down before the first byte leaves. `l1`: wei of L1's part by step."""
    return await parts.ledger.record_attempt(
        plan_id=plan.plan_id,
        step=index,
        account=plan.account,
        chain_id=plan.chain_id,
        nonce=nonce,
        hash=signed.hash,
        raw=signed.raw,
        max_fee_wei=plan.steps[index].gas * fee.max_fee_per_gas + l1.get(index, 0),
    )


async def send(parts: Parts, slot: Slot, before: Sequence[Mined]) -> Mined:
    """Sends what was just signed and written down, and waits for it. Raises as `broadcast` and `wait` do."""
    point(Point.RECORDED)
    nudge_after = parts.replace_seconds
    try:
        await broadcast(parts, slot.newest, first=True)
    except NonceUsed:
        nudge_after = 0
    point(Point.BROADCAST)
    return await wait(parts, slot, before, parts.receipt_seconds, nudge_after)


async def wait(parts: Parts, slot: Slot, before: Sequence[Mined], patience: float, nudge_after: float) -> Mined:
    """The step with the receipt of whatever of ours was mined at its nonce, written down.

    Asks often at first, and at once where an endpoint tells of a new block. Each `nudge_after` seconds without it the
    node is asked whether it still has the bytes, and they are sent again or replaced. `before` is what the plan's
    earlier steps gave. Raises Unavailable where it stays unknown, Refused where the nonce went to a stranger or a
    node refuses the bytes for good.
    """
    waited, pause, next_nudge = 0.0, FIRST_POLL_SECONDS, nudge_after
    while True:
        heard = parts.heard
        found = await receipts(parts.rpc, [each.hash for each in slot.attempts])
        if found:
            return await _noted(parts, slot, found[0])
        if waited >= next_nudge:
            slot, next_nudge = await _nudged(parts, slot, before), waited + max(nudge_after, LAST_POLL_SECONDS)
            if waited < patience:
                continue
        if waited >= patience:
            raise Unavailable("node", f"Transaction {slot.newest.hash} is sent but not mined yet.{slot.why}")
        waited += await parts.rest(pause, heard)
        if parts.heard > heard:
            pause = LAST_POLL_SECONDS  # the one that is asked may not have the block yet
        else:
            pause = min(pause * 1.5, TOLD_POLL_SECONDS if parts.is_told else LAST_POLL_SECONDS)


async def _noted(parts: Parts, slot: Slot, receipt: Receipt) -> Mined:
    point(Point.MINED)
    attempt = next(each for each in slot.attempts if each.hash == receipt.hash)
    if not attempt.mined or attempt.block_hash != receipt.block_hash:
        await parts.ledger.mark_attempt(
            receipt.hash,
            AttemptStatus.MINED if receipt.ok else AttemptStatus.REVERTED,
            block_number=receipt.block_number,
            block_hash=receipt.block_hash,
            gas_used=receipt.gas_used,
            fee_wei=receipt.fee,
        )
    point(Point.NOTED)
    cancelled, coin = attempt.kind is AttemptKind.CANCEL, coin_of(slot.plan, parts.coin)
    return Mined(slot.index, slot.plan.steps[slot.index], receipt, cancelled, coin)


async def _nudged(parts: Parts, slot: Slot, before: Sequence[Mined]) -> Slot:
    """The slot after what could be done for it."""
    newest = slot.newest
    seen = await look(parts.rpc, slot.plan.account, slot.plan.chain_id)
    if seen.latest > slot.nonce:
        return await _taken(parts, slot, before)
    if not newest.raw:
        return replace(slot, why=" Its bytes aren't here, so nothing can be sent again.")
    dear = fees.is_stuck(fees.of_raw(newest.raw), seen.head.base_fee)
    if await parts.rpc.transaction(newest.hash) is None:
        try:
            await broadcast(parts, newest, first=False)
        except NonceUsed:
            return await _taken(parts, slot, before)
        except TooDear:
            dear = True
        except Unavailable as error:
            if not parts.rpc.hides(newest.raw):
                raise
            return replace(slot, why=f" {error.message}")  # it may be on its way all the same
    if not dear:
        return replace(slot, why="")
    step = slot.plan.steps[slot.index]
    new, why = await replaced(parts, slot.plan, newest, seen.head.base_fee, known(slot.plan, step, before))
    return replace(slot, why=why) if new is None else Slot(slot.plan, slot.index, (*slot.attempts, new))


async def _taken(parts: Parts, slot: Slot, before: Sequence[Mined]) -> Slot:
    """The nonce is used on the chain: by something of ours that the ledger forgot, or by a stranger's transaction.

    Nothing is concluded without proof: a node that counts the nonce but finds no transaction there leaves it open.
    """
    plan, nonce = slot.plan, slot.nonce
    if await receipts(parts.rpc, [each.hash for each in slot.attempts]):
        return slot
    mark = await parts.ledger.chain_mark()
    found = await find.find_at_nonce(parts.rpc, plan.account, nonce, mark.last_block_number if mark else 0)
    if found is None and not await find.is_used_for_good(parts.rpc, plan.account, nonce, parts.final_blocks):
        raise Unavailable("node", f"Number {nonce} of this account is used, and the node doesn't say by what.")
    if found is not None and found.hash in {each.hash for each in slot.attempts}:
        return slot
    step = plan.steps[slot.index]
    if found is not None and find.does(found, step, known(plan, step, before)):
        return replace(slot, attempts=(*slot.attempts, await adopt(parts, plan, slot.index, found, slot.newest)))
    block = found.block_number if found else None
    at = (await parts.rpc.block(block)).timestamp if block is not None else None
    await parts.ledger.add_stranger(plan.account, plan.chain_id, nonce, found.hash if found else None, block, at)
    for each in slot.attempts:
        if each.open:
            await parts.ledger.mark_attempt(each.hash, AttemptStatus.REPLACED)
    refusal = external((nonce,))
    raise Refused(refusal.rule, f"Number {nonce} was used before mine was mined. {refusal.message}", refusal.remedy)


async def adopt(
    parts: Parts, plan: Plan, index: int, found: Transaction, instead_of: Attempt | None = None
) -> Attempt:
    """Writes down a transaction of the chain that is exactly a step of ours, as an attempt that is looked up next."""
    return await parts.ledger.record_attempt(
        plan_id=plan.plan_id,
        step=index,
        account=plan.account,
        chain_id=plan.chain_id,
        nonce=found.nonce,
        hash=found.hash,
        raw=await find.raw_of(parts.rpc, found.hash),
        max_fee_wei=0,
        replaces=instead_of.hash if instead_of is not None and instead_of.open else None,
    )
