"""What is agreed to and has no step yet, a mandate or an order: previewed as a plan without steps.

It has the same digest, the same single use, the same expiry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.intents import Mandate, Order, Origin, as_json
from agent.money import Address
from agent.plans import Plan
from agent.replies.reply import Reply, Status, Verdict, plan_json
from agent.runtime.world import World
from memory.rows import PlanStatus, User

NEWER = "a newer preview took its place"


async def agreed(
    world: World,
    user: User,
    channel: str,
    account: Address,
    intent: Mandate | Order,
    terms: Mapping[str, Any],
    origins: Mapping[str, Origin],
    headline: str,
    shown: Reply,
) -> Reply:
    """`shown` with the plan that waits for its confirmation now. `terms`: the key under which the plan's intent has
    them, and they as JSON data: the digest covers the defaults, too.
    """
    plan = Plan(
        plan_id=world.new_id(),
        chain_id=world.registry.chain_id,
        account=account,
        user=user.id,
        intent={**as_json(intent), **terms},
        steps=(),
        max_total_fee_wei=0,
        not_after=world.now() + world.settings.plan_seconds,
        expected=(),
    )
    await world.ledger.cancel_previews(user.id, channel, NEWER)
    await world.ledger.propose(plan, origins=origins, preview={"headline": headline}, decisions=(), channel=channel)
    await world.ledger.set_pending(user.id, channel, {"preview": plan.plan_id})
    return replace(
        shown, intent=as_json(intent), plan=plan_json(plan, PlanStatus.PROPOSED), verdict=Verdict(Status.READY)
    )
