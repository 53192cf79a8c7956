"""What a receipt really moved: exact integers from its logs, never from a balance that is read later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.chain.contracts.weth9 import UNWRAP, WRAP
from agent.chain.rpc_types import Receipt
from agent.chain.simulate import Simulated, changes, wrapped
from agent.money import Address
from agent.plans import MOVES, Plan, Role, Step
from memory.rows import Flow, FlowKind

NATIVE = "native"
_KINDS = {
    "deposit": "deposit",
    "provide": "deposit",
    "withdraw": "withdraw",
    "exit": "withdraw",
    "collect": "withdraw",
    "close": "withdraw",
    "transfer": "transfer",
}


@dataclass(frozen=True, slots=True)
class Mined:
    """A step (its place in the plan, and itself) with the receipt of its transaction.

    `cancelled`: what was mined at its nonce is a cancellation, so the step can't happen any more. `coin`: the wrapped
    form of the native coin, whose events tell what was wrapped.
    """

    index: int
    step: Step
    receipt: Receipt
    cancelled: bool = False
    coin: Address | None = None

    @property
    def done(self) -> bool:
        """Whether the step did what it is there for."""
        return self.receipt.ok and not self.cancelled


def coin_of(plan: Plan, coin: Address | None) -> Address | None:
    """The native coin's wrapped form where the plan is to change the coin's balance; else its events are others'.

    A router that unwraps on its way, as an aggregator's may, gives the account nothing by that.
    """
    return coin if any(change.token == NATIVE for change in plan.expected) else None


def account_changes(account: Address, mined: Sequence[Mined]) -> dict[str, int]:
    """Base units by token (native: value sent, without fees) that the transactions moved for `account`."""
    total: dict[str, int] = {}
    for each in mined:
        for token, delta in step_changes(account, each).items():
            total[token] = total.get(token, 0) + delta
    return {token: delta for token, delta in total.items() if delta}


def step_changes(account: Address, mined: Mined) -> dict[str, int]:
    """What one transaction moved for `account`: its Transfer logs, and what it sent or got of the native coin."""
    if not mined.done:
        return {}
    moved = changes([Simulated(True, mined.receipt.gas_used, mined.receipt.logs, b"")], account, mined.coin)
    native = moved.get(NATIVE, 0) + _native(mined, account)
    return {**moved, NATIVE: native} if native or NATIVE in moved else moved


def _native(mined: Mined, account: Address) -> int:
    """Wei that the account got, or with a minus gave: a receipt says it only by what was wrapped and unwrapped.

    The contract that is called unwraps for the account once, at its end, what it gives and what of the value it
    didn't need; or it wraps what it needs of the value and gives the rest back without a word. A call of which
    neither is true isn't signed (agent.policy.batch, .commands, .rules). What it unwrapped before was for somebody
    else, such as a token's own code on the way.
    """
    step, coin = mined.step, mined.coin
    holder = account if step.to == coin else step.to
    events = [wrapped(entry, holder, coin) for entry in mined.receipt.logs]
    used, given = sum(each for each in events if each > 0), next((-each for each in events[::-1] if each < 0), 0)
    silent = used and not given
    return given - (min(used, step.value) if silent else step.value)


def flows_of(plan: Plan, mined: Mined, timestamp: int) -> list[Flow]:
    """The ledger's rows of one transaction: what it moved, and its fee. `timestamp` is its block's."""
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
    if mined.step.typed:  # whoever fills an order pays for it
        return rows
    return [*rows, flow(None, "gas", NATIVE, -receipt.fee, FlowKind.FEE)]


def kind_of(plan: Plan, step: Step) -> str:
    """The kind of flow that a step makes, by what the user asked for."""
    if step.role is not Role.ACTION:
        return "other"
    action = str(plan.intent.get("action"))
    if step.function in (WRAP, UNWRAP) or (action == "sequence" and ":" not in step.venue):
        return "other"  # an exchange's name has no colon
    if action in MOVES:
        return _of_move(plan, step)
    if action in ("rebalance", "sequence"):  # what is entered was approved before; what is left needs no approval
        entered = {each.venue for each in plan.steps if each.role is Role.APPROVAL}
        return "deposit" if step.venue in entered else "withdraw"
    return _KINDS.get(action, "other")


def _of_move(plan: Plan, step: Step) -> str:
    """What opens a position stands last, at the contract that keeps positions; what was let it take goes in."""
    last = [each for each in plan.steps if each.role is Role.ACTION][-1]
    if step.to != last.to:
        return "other"  # the swap in between
    before = plan.steps[: plan.steps.index(step)]
    allowed = any(each.role is Role.APPROVAL and str(each.args[0]) == step.to for each in before)
    return "deposit" if allowed else "withdraw"
