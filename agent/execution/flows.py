"""What a receipt really moved, as rows for the ledger: exact integers from the logs, never from a balance read later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.chain.rpc import Receipt
from agent.chain.simulate import changes_in_logs
from agent.money import Address
from agent.plans import Plan, Role, Step

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class Mined:
    """A step with the receipt of its transaction."""

    step: Step
    receipt: Receipt


def account_changes(account: Address, mined: Sequence[Mined]) -> dict[str, int]:
    """Base units by token (native: value sent, without fees) that the transactions moved for `account`."""
    total: dict[str, int] = {}
    for each in mined:
        for token, delta in step_changes(account, each).items():
            total[token] = total.get(token, 0) + delta
    return {token: delta for token, delta in total.items() if delta}


def step_changes(account: Address, mined: Mined) -> dict[str, int]:
    """What one transaction moved for `account`: its Transfer logs, and the value that it sent."""
    if not mined.receipt.ok:
        return {}
    moved: dict[str, int] = dict(changes_in_logs(mined.receipt.logs, account))
    if mined.step.value:
        moved[NATIVE] = moved.get(NATIVE, 0) - mined.step.value
    return moved


def kind_of(plan: Plan, step: Step) -> str:
    """The kind of flow that a step makes, by what the user asked for."""
    if step.role is not Role.ACTION:
        return "other"
    action = str(plan.intent.get("action"))
    return {"deposit": "deposit", "withdraw": "withdraw", "exit": "withdraw", "transfer": "transfer"}.get(action, "other")
