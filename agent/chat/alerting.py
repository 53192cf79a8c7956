"""Tells people what speaks against the venues that their money is in: each once, on every channel of theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from agent.chain.snapshot import Snapshot
from agent.chat.rhythm import Rhythm
from agent.errors import MonetaError
from agent.past import Effect, Signal
from agent.replies import risks as told
from agent.replies.reply import Offer, Reply
from agent.runtime.quiet import is_quiet
from agent.runtime.sights import Sights
from agent.runtime.world import World
from memory.standing.risk_news import RiskNews

if TYPE_CHECKING:
    from agent.chat.service import Service

KIND = "risk"
EVERY_SECONDS = 300
AT_A_LOOK = 100
FOR_ENTRIES = frozenset({"rate-spike", "rate-volatility", "size", "age", "incident"})
"""What concerns who would go in; it stands in `yields` and in a preview, and nobody is woken up for it."""

log = structlog.get_logger()


@dataclass
class Alerting:
    """`tell` looks every few minutes, however often it is called; what it saw is durable before it is said."""

    world: World
    service: Service
    _rhythm: Rhythm = field(default_factory=lambda: Rhythm(EVERY_SECONDS))

    async def tell(self) -> None:
        """Looks, writes down, says. A node that can't be read costs the look; what waits is said all the same."""
        now = self.world.now()
        if self._rhythm.is_due(now):
            try:
                await self._look(now)
            except MonetaError as error:
                log.warning("what speaks against the venues could not be looked at", error=str(error))
        for news in await self.world.ledger.untold_risks(now):
            await self._say(news, now)

    async def _look(self, now: int) -> None:
        """Everybody's own positions, many accounts with one read of the chain."""
        accounts = await self.world.ledger.accounts()
        for start in range(0, len(accounts), AT_A_LOOK):
            part = accounts[start : start + AT_A_LOOK]
            sights = Sights(self.world, [each.address for each in part])
            for account in part:
                found = await self._against(await sights.of(account.address))
                if found:
                    await self.world.ledger.note_risks(account.user, found, now)

    async def _against(self, snapshot: Snapshot) -> list[Signal]:
        held = {key for key, state in snapshot.venues.items() if state.position}
        if not held:
            return []
        found = (await self.world.risks.look(snapshot)).signals(of=held)
        return [each for each in found if each.name not in FOR_ENTRIES]

    async def _say(self, news: RiskNews, now: int) -> None:
        """In quiet hours only what says to leave."""
        settings = await self.world.ledger.settings(news.user)
        if news.signal.effect is not Effect.LEAVE and settings is not None and is_quiet(now, settings):
            return
        person = await self.world.ledger.user(news.user)
        if person is not None:
            reply = Reply(told.told(news.signal), offers=self._offers(news.signal), private=True)
            await self.service.tell_once(KIND, news.id, person, reply)
        await self.world.ledger.told_risk(news.id, now)

    def _offers(self, signal: Signal) -> tuple[Offer, ...]:
        venue = self.world.venues.get(signal.venue)
        if signal.effect is not Effect.LEAVE or venue is None:
            return ()
        return (Offer("Take it out", "say", f"withdraw all {venue.asset.symbol} from {venue.id}"),)
