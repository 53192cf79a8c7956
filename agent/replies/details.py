"""The Details button: every step of a plan in words, and as it will be signed."""

from __future__ import annotations

import json

from agent.plans import Role, plain
from agent.replies.reply import Reply, Table
from memory.rows import PlanRow


def details(row: PlanRow) -> Reply:
    """What the digest covers, for those who want to read it all."""
    plan = row.plan
    clear = [*row.preview.get("clear", ()), *("" for _ in plan.steps)]  # a forgotten preview has none
    rows = tuple(
        (
            str(number),
            clear[number - 1],
            f"{step.contract} {step.to}",
            step.function or "transfer of the native coin",
            json.dumps(plain(step.args)),
            "only if a step before it fails" if step.role is Role.CLEANUP else str(step.value),
        )
        for number, step in enumerate(plan.steps, 1)
    )
    text = f"Plan {plan.plan_id}, digest {row.digest}, from {plan.account}: {row.status}."
    columns = ("step", "says", "contract", "function", "arguments", "wei sent along")
    return Reply(text, Table(columns, rows), private=True)
