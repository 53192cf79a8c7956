"""What earlier steps of a plan gave: the amounts that a later step leaves open, read from their receipts."""

from __future__ import annotations

from collections.abc import Sequence

from agent.errors import Refused
from agent.execution.flows import Mined, step_changes
from agent.plans import Plan, Step
from agent.policy.outputs import RULE, check_bounds


def known(plan: Plan, step: Step, mined: Sequence[Mined]) -> dict[int, int]:
    """Base units by step index for the outputs of `step`, from Transfer events of the token to the account.

    Raises Refused("output") where one is outside of its confirmed bounds, or isn't mined: the plan stops there.
    """
    found: dict[int, int] = {}
    for output in step.outputs:
        source = next((each for each in mined if each.index == output.step and each.done), None)
        if source is None:
            raise Refused(RULE, f"Step {output.step + 1} isn't mined, so what it gives isn't known.")
        found[output.step] = step_changes(plan.account, source).get(output.token, 0)
        check_bounds(output, found[output.step])
    return found
