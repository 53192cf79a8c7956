"""After a trade: what a sandwich took is read from its block, kept with the plan, and said. Nothing waits long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog

from agent.errors import MonetaError
from agent.execution.sandwiched import taken_of
from agent.plans import Plan, Role
from agent.plugin import Trader
from agent.replies import sandwiched
from agent.runtime.world import World
from memory.journal.sandwiches import Found, Sandwich
from memory.rows import Attempt, AttemptStatus

SECONDS = 3.0
"""How long the reply that ends a trade waits for it; then it is told as unknown, and `why` looks again."""
SLOW = "the node didn't answer in time"
ELSEWHERE = "it went by a contract whose pools I don't know"

log = structlog.get_logger()


async def look(world: World, plan: Plan) -> str:
    """The sentence for the plan's trades; what isn't known yet is read now. '' where none of it is mined."""
    try:
        known = {row.hash: row for row in await world.ledger.sandwiches(plan.plan_id)}
        async for attempt, trader in _trades(world, plan):
            row = known.get(attempt.hash)
            if row is None or row.found == "unknown":
                known[attempt.hash] = row = await _read(world, attempt, trader)
                await world.ledger.note_sandwich(row)
        return sandwiched.said(list(known.values()), world.registry.in_pools)
    except MonetaError as error:
        log.warning("what a sandwich took isn't kept", plan=plan.plan_id, error=str(error))
        return ""


async def _trades(world: World, plan: Plan) -> AsyncIterator[tuple[Attempt, Trader | None]]:
    """The plan's trades that are mined; None for one that went by somebody else's contract."""
    steps = {
        index: world.traders.get(step.venue)
        for index, step in enumerate(plan.steps)
        if step.role is Role.ACTION and world.policy.trades_at(step.to)
    }
    if steps:
        for attempt in await world.ledger.attempts(plan.plan_id):
            if attempt.step in steps and attempt.status is AttemptStatus.MINED:
                yield attempt, steps[attempt.step]


async def _read(world: World, attempt: Attempt, trader: Trader | None) -> Sandwich:
    if trader is None:
        return _unknown(attempt, ELSEWHERE)
    try:
        async with asyncio.timeout(SECONDS):
            receipt = await world.rpc.receipt(attempt.hash)
            if receipt is None:
                return _unknown(attempt, "its block is gone")
            taken = await taken_of(world.rpc, world.registry, trader, receipt)
    except TimeoutError:
        return _unknown(attempt, SLOW)
    except MonetaError as error:
        return _unknown(attempt, str(getattr(error, "message", error)).rstrip("."))
    except (KeyError, ValueError, ArithmeticError) as error:  # a node's nonsense is no reason to fail a settlement
        log.warning("what a sandwich took can't be read", hash=attempt.hash, error=str(error))
        return _unknown(attempt, "its block can't be read")
    found: Found = "taken" if taken.front else "none"
    return Sandwich(attempt.plan_id, attempt.hash, found, taken.token, taken.units, taken.front, taken.back)


def _unknown(attempt: Attempt, why: str) -> Sandwich:
    return Sandwich(attempt.plan_id, attempt.hash, "unknown", why=why)
