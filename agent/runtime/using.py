"""What language models cost the one who asks, this month."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.mind.configured import budgets_of
from agent.model_cost import Payer
from agent.replies import usage as replies
from agent.replies.reply import Reply
from agent.runtime.world import World
from memory.rows import User

NONE_SET = "No language model is set here: I read everything by plain rules, which costs nothing."


async def usage(world: World, user: User, server: str) -> Reply:
    """Their own calls since the first of the month, UTC; what is left of their budgets and their server's, and of the
    instance's where it is theirs alone.
    """
    if world.mind.model is None:
        return Reply(NONE_SET)
    first = datetime.fromtimestamp(world.now(), UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    rows = await world.ledger.model_usage(int(first.timestamp()), user.id)
    alone = world.settings.access == "owner"
    budgets = [each for each in budgets_of(world.settings) if alone or each.scope != "instance"]
    left = await world.ledger.model_budgets(Payer(user.id, server), budgets)
    return replies.told(rows, left, await world.ledger.measures(), first.date().isoformat())
