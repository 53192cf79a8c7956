"""Tells people what they asked to hear of: what rang is durable before it is said, and said once on every channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from agent.chat.rhythm import Rhythm
from agent.errors import MonetaError
from agent.replies import alerts as told
from agent.runtime.alarms import Alarms
from agent.runtime.quiet import is_quiet
from agent.runtime.world import World
from memory.standing.alerts import AlertRow

if TYPE_CHECKING:
    from agent.chat.service import Service

KIND = "alert"
EVERY_SECONDS = 60

log = structlog.get_logger()


@dataclass
class Ringing:
    """`tell` looks once a minute at the most, however often it is called."""

    world: World
    service: Service
    _rhythm: Rhythm = field(default_factory=lambda: Rhythm(EVERY_SECONDS))

    async def tell(self) -> None:
        """Looks and says. A node that can't be read costs the look; what rang before is said all the same."""
        now = self.world.now()
        if self._rhythm.is_due(now):
            try:
                await Alarms(self.world).look()
            except MonetaError as error:
                log.warning("alerts could not be looked at", error=str(error))
        for row in await self.world.ledger.untold_alerts():
            await self._say(row, now)

    async def _say(self, row: AlertRow, now: int) -> None:
        """In quiet hours it waits for their end."""
        settings = await self.world.ledger.settings(row.user)
        if settings is not None and is_quiet(now, settings):
            return
        person = await self.world.ledger.user(row.user)
        if person is not None:
            await self.service.tell_once(KIND, row.id, person, told.rang(row))
        await self.world.ledger.told_alert(row.id)
