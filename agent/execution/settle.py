"""Settle: a plan's receipts become rows of the ledger, and what moved is held against what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Receipt
from agent.errors import MonetaError, Unavailable
from agent.execution.flows import Mined, account_changes, flows_of
from agent.execution.look import blocks
from agent.execution.outcome import End, Outcome, Sent
from agent.execution.points import Point, point
from agent.money import text_from_units
from agent.plans import Change, Plan, Role, Step
from memory.ledger import Ledger
from memory.rows import Flow, PlanStatus


async def settle(
    rpc: Rpc, ledger: Ledger, plan: Plan, mined: Sequence[Mined], stopped: MonetaError | None = None
) -> Outcome:
    """Writes flows and the plan's end in one transaction of the ledger, and returns what became of the plan."""
    outcome = outcome_of(plan, mined, stopped)
    flows = await flows_of_all(rpc, plan, mined)
    await ledger.settle(plan.plan_id, flows, PlanStatus(outcome.end.value), outcome.reason)
    point(Point.SETTLED)
    if mined:
        await remember_block(ledger, mined[-1].receipt)
    return outcome


def outcome_of(plan: Plan, mined: Sequence[Mined], stopped: MonetaError | None = None) -> Outcome:
    """What became of a plan, by its receipts: settled only where the changes keep to what was confirmed."""
    changes = account_changes(plan.account, mined)
    off = outside(changes, plan.expected) if stopped is None else str(stopped)
    anything = any(each.done and each.step.role is Role.ACTION for each in mined)
    end = End.SETTLED if not off else End.PARTIAL if anything or mined else End.VOID
    return Outcome(
        end=end,
        reason=off,
        txs=tuple(_sent(each) for each in mined),
        done=tuple(_name(each.step) for each in mined if each.done),
        undone=_undone(plan, mined),
        changes=changes,
    )


async def flows_of_all(rpc: Rpc, plan: Plan, mined: Sequence[Mined]) -> list[Flow]:
    """The ledger's rows of these transactions. Raises Unavailable where the node lacks one of their blocks."""
    found = await blocks(rpc, {each.receipt.block_number for each in mined})
    flows: list[Flow] = []
    for each in mined:
        block = found.get(each.receipt.block_number)
        if block is None or block.hash != each.receipt.block_hash:
            raise Unavailable("node", f"The node doesn't have block {each.receipt.block_number} as it was.")
        flows += flows_of(plan, each, block.timestamp)
    return flows


async def remember_block(ledger: Ledger, receipt: Receipt) -> None:
    """Moves the ledger's mark to a block that it has seen, so that another chain is told from this one."""
    mark = await ledger.chain_mark()
    if mark is not None and receipt.block_number > mark.last_block_number:
        moved = replace(mark, last_block_number=receipt.block_number, last_block_hash=receipt.block_hash)
        await ledger.mark_chain(moved)


def outside(changes: Mapping[str, int], bounds: Iterable[Change]) -> str:
    """'' where the changes keep to the bounds, else a sentence that names the first one that doesn't."""
    left = dict(changes)
    for bound in bounds:
        delta = left.pop(bound.token, 0)
        if not bound.min <= delta <= bound.max:
            texts = [text_from_units(units, bound.decimals) for units in (delta, bound.min, bound.max)]
            return f"{bound.symbol} changes by {texts[0]}, outside of {texts[1]} to {texts[2]}"
    extra = next((token for token, delta in left.items() if delta), "")
    return f"{extra} changes, which nobody expected" if extra else ""


def _sent(mined: Mined) -> Sent:
    receipt = mined.receipt
    status = "cancelled" if mined.cancelled else "mined" if receipt.ok else "reverted"
    used = None if mined.step.typed else receipt.gas_used  # of what an order took somebody else pays
    return Sent(receipt.hash, status, receipt.block_number, used)


def _undone(plan: Plan, mined: Sequence[Mined]) -> tuple[str, ...]:
    done = {each.index for each in mined if each.done}
    return tuple(
        _name(step) for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP and index not in done
    )


def _name(step: Step) -> str:
    if step.role is Role.CLEANUP:
        return f"the allowance of {step.contract} taken back"
    return f"{step.function.partition('(')[0] or 'transfer'} of {step.contract}"
