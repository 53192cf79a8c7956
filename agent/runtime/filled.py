"""After an order was filled: what came of it, against what was quoted and what was asked for at the least."""

from __future__ import annotations

from dataclasses import replace

from agent.errors import MonetaError
from agent.execution.outcome import End, Outcome
from agent.gate.trades import offered
from agent.money import Amount
from agent.plans import Plan
from agent.replies.reply import Reply
from agent.runtime.world import World


async def with_fill(world: World, plan: Plan, outcome: Outcome, reply: Reply) -> Reply:
    """The reply that ends a plan, with what its order gave. Never fails: what isn't known isn't said."""
    if outcome.end is not End.SETTLED or not any(step.typed for step in plan.steps):
        return reply
    try:
        found = await _told(world, plan, outcome)
    except MonetaError:
        return reply
    return replace(reply, text=f"{reply.text} {found}") if found else reply


async def _told(world: World, plan: Plan, outcome: Outcome) -> str:
    tokens = {**world.registry.tokens, world.registry.native.symbol: world.registry.native}
    quoters = {step.venue for step in plan.steps if step.typed}
    for decision in await world.ledger.decisions_of_plan(plan.plan_id):
        for each in offered.from_json(decision.snapshot, tokens):
            if each.quoter in quoters and each.typed:
                token = each.told[1]
                moved, quoted = (
                    Amount(abs(outcome.changes.get(str(token.address), 0)), token),
                    Amount(each.said, token),
                )
                if each.exact_out:
                    return f"{moved} went; {quoted} was quoted. Whoever filled the order paid the gas of the swap."
                return f"{moved} came; {quoted} was quoted. Whoever filled the order paid the gas of the swap."
    return ""
