"""What a `cancel` takes back: a mandate, what waits, a contact, an alert, an order, a move that stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agent.replies.reply import Reply
from agent.words.alerts.asked import ALERT
from agent.words.limits.allowances import CHANGES, CONTACT, TRANSACTION
from agent.words.liquidity.stopped import MOVE
from agent.words.orders.cancels import ORDER, THE_ORDER
from memory.rows import User

if TYPE_CHECKING:
    from agent.runtime.turn import Runtime


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Asks whoever keeps what the reference names."""

    runtime: Runtime

    async def cancel(self, user: User, channel: str, ref: str) -> Reply:
        """By its reference; the channel's previews where it names nothing else."""
        runtime = self.runtime
        match ref.partition(":")[0]:
            case "mandate":
                return await runtime.mandating.revoke(user)
            case what if what == CHANGES:
                return await runtime.limiting.cancel(user, ref)
            case what if what == CONTACT:
                return await runtime.contacting.remove(user, ref.partition(":")[2])
            case what if what == TRANSACTION:
                return await runtime.recovering.cancel_stuck(user)
            case _ if ref in (ORDER, THE_ORDER):
                return await self._orders(user, ref)
            case what if what == ALERT:
                return await runtime.alarms.cancel(user, ref)
            case what if what == ORDER:
                return await runtime.ordering.cancel(user, ref)
            case what if what == MOVE:
                return await self._move(user, channel, ref)
        return await runtime.acting.cancel(user, channel)

    async def _move(self, user: User, channel: str, ref: str) -> Reply:
        """What came out of a position stays in the wallet; where nothing stopped, what waits in the channel goes."""
        left = await self.runtime.finishing.leave(user, ref)
        return await self.runtime.acting.cancel(user, channel) if left is None else left

    async def _orders(self, user: User, ref: str) -> Reply:
        """One that is open for others to fill comes first; where all are said, the standing ones go with it."""
        called = await self.runtime.recovering.call_off(user)
        if called is not None and (ref == THE_ORDER or not await self.runtime.world.ledger.orders(user.id)):
            return called
        standing = await self.runtime.ordering.cancel(user, ref)
        return standing if called is None else replace(called, text=f"{called.text}\n{standing.text}")
