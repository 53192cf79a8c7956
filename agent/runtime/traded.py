"""After a trade: what it gave and got, by its receipts, and what a sandwich took of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from agent.errors import MonetaError
from agent.execution.outcome import End, Outcome
from agent.money import Amount
from agent.plans import Plan, Role
from agent.replies.reply import Reply
from agent.runtime.sandwiched import look
from agent.runtime.world import World
from memory.rows import FlowKind


async def with_trades(world: World, plan: Plan, outcome: Outcome, reply: Reply) -> Reply:
    """The reply that ends a plan, with what its trades came to. Never fails: what isn't known is said."""
    trades = any(step.role is Role.ACTION and world.policy.trades_at(step.to) for step in plan.steps)
    if not trades or outcome.end not in (End.SETTLED, End.PARTIAL):
        return reply
    said = (reply.text, await _came_to(world, plan), await look(world, plan))
    return replace(reply, text=" ".join(filter(None, said)))


async def _came_to(world: World, plan: Plan) -> str:
    """'You gave 100 USDC and got 0.0333 ETH.'; '' where what came was passed on, or isn't known."""
    try:
        changes = await changes_of(world, plan.plan_id)
    except MonetaError:  # a ledger that can't be read now
        return ""
    given = " and ".join(str(Amount(-each.units, each.token)) for each in changes.values() if each.units < 0)
    got = " and ".join(str(each) for each in changes.values() if each.units > 0)
    return f"You gave {given} and got {got}." if given and got else ""


async def changes_of(world: World, plan_id: str) -> Mapping[str, Amount]:
    """What a plan moved for its account by symbol, its gas apart."""
    found: dict[str, Amount] = {}
    for flow in await world.ledger.flows_of_plan(plan_id):
        if flow.kind is not FlowKind.FEE:
            before = found[flow.symbol].units if flow.symbol in found else 0
            found[flow.symbol] = Amount(before + flow.units, world.registry.token(flow.symbol))
    return found
