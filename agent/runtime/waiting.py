"""When in its period a user's look is taken: once their hours of rest are over, and when gas is cheap enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent.errors import MonetaError
from agent.gas_hours import DAYS, HOUR, best_wait, cheaper, usual
from agent.gate.mandates.mandate import Terms, wei_in_usd
from agent.hours import zone
from agent.plugin import Block
from agent.runtime.rebalancing import DAY, Rebalancing
from agent.runtime.sights import Sights
from agent.runtime.world import World
from memory.rows import User
from memory.standing.mandates import MandateRow

STEP_SECONDS = 900
"""Hours of rest end at a quarter of some hour in UTC, whatever the time zone."""


@dataclass
class Waiting:
    """Nothing is claimed while a look waits, so after a restart it is weighed again. A period's look never waits
    beyond its period, and what leaves for safety waits for nothing.
    """

    world: World
    rebalancing: Rebalancing
    _until: dict[str, int] = field(default_factory=dict)
    _fees: tuple[int, Mapping[int, int]] = (-1, MappingProxyType({}))

    def is_under_way(self, user: str) -> bool:
        return self.world.now() < self._until.get(user, 0)

    async def begins(self, user: User, row: MandateRow, ends: int, sights: Sights) -> bool:
        """Whether the user's look is better taken later in the period, which is over at `ends`."""
        now, terms = self.world.now(), Terms.from_json(row.limits)
        try:
            rest = await self._rest(user, terms, ends)
            wait = rest or await self._gas(user, row, ends, sights)
            if rest and await self._leaves(user, row, sights):
                wait = 0
        except MonetaError:
            wait = 0  # the look itself finds out, and says so
        self._until[user.id] = now + wait
        return wait > 0

    async def _rest(self, user: User, terms: Terms, ends: int) -> int:
        """Seconds until the hours of rest are over; 0 where they aren't, or not within the period."""
        if terms.quiet is None:
            return 0
        now, tz = self.world.now(), zone(await self.world.ledger.tz(user.id))
        if terms.acts_at(now, tz):
            return 0
        later = range(now // STEP_SECONDS * STEP_SECONDS + STEP_SECONDS, ends, STEP_SECONDS)
        return next((at - now for at in later if terms.acts_at(at, tz)), 0)

    async def _leaves(self, user: User, row: MandateRow, sights: Sights) -> bool:
        """Whether something leaves for safety now."""
        snapshot = await sights.of(await self.world.account(user))
        return await self.rebalancing.would_move(user, row, snapshot) is None

    async def _gas(self, user: User, row: MandateRow, ends: int, sights: Sights) -> int:
        """Seconds until an hour in which gas is usually so much cheaper that its moves are better made then."""
        block = await sights.block()
        hours = cheaper(await self._usual(block), block.timestamp, ends - self.world.now())
        if not hours:
            return 0
        snapshot = await sights.of(await self.world.account(user))
        moves = await self.rebalancing.would_move(user, row, snapshot)
        price = snapshot.prices.get(self.world.registry.native.symbol)
        if moves is None or price is None:
            return 0
        gas, gained_a_day = moves
        return best_wait(hours, wei_in_usd(gas * block.base_fee, price), gained_a_day, DAY)

    async def _usual(self, block: Block) -> Mapping[int, int]:
        """What gas usually costs by hour of the day; found out once an hour."""
        now = block.timestamp
        if self._fees[0] != now // HOUR:
            self._fees = now // HOUR, usual(await self.world.ledger.base_fees(now - DAYS * 24 * HOUR, now))
        return self._fees[1]
