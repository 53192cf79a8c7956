"""Sums over what was signed: the caps of a day and of all time, and whether a plan's code is still owed."""

from __future__ import annotations

from collections.abc import Sequence

from agent.execution.signer.record import Record
from agent.money import Amount
from agent.plans import Plan, Role
from agent.policy.effects import Effect
from agent.policy.limits import check_totals, needs_code, totals
from agent.policy.policy import Policy


def check_tally(policy: Policy, record: Record, plan: Plan, effects: Sequence[Effect], index: int, now: int) -> None:
    """Raises Refused("day-cap") or Refused("lifetime-cap") where the plan's unsigned rest goes beyond a cap.

    The whole rest is held to it, so that a plan doesn't stop in its middle. What was signed before was counted then;
    a clean-up moves nothing.
    """
    for token, units in totals(_unsigned(record, plan, effects, index)).items():
        check_totals(policy, token, units, record.moved(plan.account, token.symbol, now))


def code_wanted(policy: Policy, record: Record, plan: Plan, effects: Sequence[Effect], index: int) -> str:
    """What a one-time code is needed for, '' where none is: the plan as a whole isn't above, or has had one.

    What was signed of it counts, too: of a plan in pieces none is small.
    """
    if any(row.coded for row in record.of_plan(plan.plan_id)):
        return ""
    above = needs_code(policy, effects) if _unsigned(record, plan, effects, index) else None
    if above is None:
        return ""
    return f"to move {above} at once: it is above {Amount(policy.step_up[above.token.symbol], above.token)}"


def _unsigned(record: Record, plan: Plan, effects: Sequence[Effect], index: int) -> list[Effect]:
    """The effects of the steps that were never signed; none where this step is a clean-up or was signed before."""
    signed = {row.step for row in record.of_plan(plan.plan_id)}
    if index in signed or plan.steps[index].role is Role.CLEANUP:
        return []
    return [effect for number, effect in enumerate(effects) if number not in signed]
