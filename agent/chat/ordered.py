"""Tells people what became of their orders' runs: durable before it is said, said once, where the order was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from agent.gate.orders.terms import Terms
from agent.replies import orders as told
from agent.replies.reply import Reply
from agent.runtime.order_runs import MOST_TRIES
from agent.runtime.quiet import is_quiet
from agent.runtime.traded import changes_of
from agent.runtime.world import World
from memory.standing.orders import OrderRow

if TYPE_CHECKING:
    from agent.chat.service import Service

RUN, END = "order-run", "order-end"
MOST_TELLINGS = 1_000_000
"""Of one run: the number of a telling is the run's times this, and which one it is."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """In quiet hours it waits for their end."""

    world: World
    service: Service

    async def tell(self) -> None:
        """Says all that waits to be said."""
        ledger = self.world.ledger
        for run in await ledger.untold_runs():
            order = await ledger.order(run.order_id)
            if order is None:
                continue
            settled = run.outcome == "settled" and run.plan_id is not None
            changes = await changes_of(self.world, run.plan_id or "") if settled else {}
            reply = told.ran(order, Terms.from_json(order.terms), run, changes)
            if await self._say(RUN, run.id * MOST_TELLINGS + run.told, order, reply):
                await ledger.told_run(run)
        for order in await ledger.untold_ends():
            if await self._say(END, order.id, order, told.ended(order, MOST_TRIES)):
                await ledger.told_end(order.id)

    async def _say(self, kind: str, number: int, order: OrderRow, reply: Reply) -> bool:
        """Whether it was said, or nobody is there to hear it."""
        settings = await self.world.ledger.settings(order.user)
        if settings is not None and is_quiet(self.world.now(), settings):
            return False
        person = await self.world.ledger.user(order.user)
        if person is not None:
            platform = order.channel.partition(":")[0]
            await self.service.say_once(kind, number, person, platform, order.channel, reply)
        return True
