"""Settle: a plan's receipts become rows of the ledger, and what moved is held against what was expected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agent.chain.rpc import Rpc
from agent.chain.rpc_types import Receipt
from agent.errors import MonetaError
from agent.execution.flows import NATIVE, Mined, account_changes, kind_of, step_changes
from agent.execution.outcome import End, Outcome, Sent
from agent.execution.points import Point, point
from agent.money import text_from_units
from agent.plans import Change, Plan, Role, Step
from memory.ledger import Ledger
from memory.rows import Flow, FlowKind, PlanStatus


async def settle(
    rpc: Rpc, ledger: Ledger, plan: Plan, mined: Sequence[Mined], stopped: MonetaError | None = None
) -> Outcome:
    """Writes flows and the plan's end in one transaction of the ledger, and returns what became of the plan."""
    changes = account_changes(plan.account, mined)
    off = outside(changes, plan.expected) if stopped is None else str(stopped)
    anything = any(each.receipt.ok and each.step.role is Role.ACTION for each in mined)
    end = End.SETTLED if not off else End.PARTIAL if anything or mined else End.VOID
    times = {each.receipt.block_number: (await rpc.block(each.receipt.block_number)).timestamp for each in mined}
    flows = [flow for each in mined for flow in _flows(plan, each, times[each.receipt.block_number])]
    await ledger.settle(plan.plan_id, flows, PlanStatus(end.value), off)
    point(Point.SETTLED)
    if mined:
        await remember_block(ledger, mined[-1].receipt)
    return Outcome(
        end=end,
        reason=off,
        txs=tuple(_sent(each) for each in mined),
        done=tuple(_words(each) for each in mined if each.receipt.ok),
        undone=_undone(plan, mined),
        changes=changes,
    )


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


def _flows(plan: Plan, mined: Mined, timestamp: int) -> list[Flow]:
    receipt, symbols = mined.receipt, {change.token: change.symbol for change in plan.expected}

    def flow(venue: str | None, symbol: str, token: str, units: int, kind: FlowKind) -> Flow:
        return Flow(
            hash=receipt.hash,
            venue=venue,
            symbol=symbol,
            token=token,
            holder=plan.account,
            units=units,
            kind=kind,
            at=timestamp,
            block=receipt.block_number,
        )

    kind, venue = FlowKind(kind_of(plan, mined.step)), mined.step.venue or None
    moved = step_changes(plan.account, mined)
    rows = [flow(venue, symbols.get(token, ""), token, delta, kind) for token, delta in moved.items() if delta]
    fee = receipt.gas_used * receipt.gas_price
    return [*rows, flow(None, "gas", NATIVE, -fee, FlowKind.FEE)]


def _sent(mined: Mined) -> Sent:
    receipt = mined.receipt
    return Sent(receipt.hash, "mined" if receipt.ok else "reverted", receipt.block_number, receipt.gas_used)


def _words(mined: Mined) -> str:
    return _name(mined.step)


def _undone(plan: Plan, mined: Sequence[Mined]) -> tuple[str, ...]:
    done = {each.index for each in mined if each.receipt.ok}
    return tuple(
        _name(step) for index, step in enumerate(plan.steps) if step.role is not Role.CLEANUP and index not in done
    )


def _name(step: Step) -> str:
    if step.role is Role.CLEANUP:
        return f"the allowance of {step.contract} taken back"
    return f"{step.function.partition('(')[0] or 'transfer'} of {step.contract}"
