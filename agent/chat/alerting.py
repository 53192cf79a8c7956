"""Tells people what speaks against the venues that their money is in: each once, on every channel of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import structlog

from agent.chain.snapshot import Snapshot
from agent.errors import MonetaError
from agent.money import ZERO_ADDRESS, Address
from agent.past import Effect, Signal
from agent.replies import risks as told
from agent.replies.reply import Offer, Reply
from agent.runtime.quiet import is_quiet
from agent.runtime.world import World
from memory.risk_news import RiskNews

if TYPE_CHECKING:
    from agent.chat.service import Service

KIND = "risk"
EVERY_SECONDS = 300
FOR_ENTRIES = frozenset({"rate-spike", "rate-volatility", "size", "age"})
"""What concerns who would go in; it stands in `yields` and in a preview, and nobody is woken up for it."""

log = structlog.get_logger()


@dataclass
class Alerting:
    """`tell` looks every few minutes, however often it is called; what it saw is durable before it is said."""

    world: World
    service: Service
    _looked_at: int = field(default=0)

    async def tell(self) -> None:
        """Looks, writes down, says. A node that can't be read costs the look; what waits is said all the same."""
        now = self.world.now()
        if abs(now - self._looked_at) >= EVERY_SECONDS:
            self._looked_at = now
            try:
                await self._look(now)
            except MonetaError as error:
                log.warning("what speaks against the venues could not be looked at", error=str(error))
        for news in await self.world.ledger.untold_risks(now):
            await self._say(news, now)

    async def _look(self, now: int) -> None:
        """One snapshot for all; whose venues it says something of is looked at with their own positions."""
        seen = await self.world.snapshot(ZERO_ADDRESS)
        for account in await self.world.ledger.accounts():
            held = await self._held(account.address)
            if held and await self._against(_as_held(seen, held), held):
                own = await self.world.snapshot(account.address)
                there = {key: state.position for key, state in own.venues.items() if state.position}
                await self.world.ledger.note_risks(account.user, await self._against(own, there), now)

    async def _held(self, account: Address) -> dict[str, int]:
        """Base units by venue that the ledger saw go in and not come out again."""
        net = await self.world.ledger.net_deposits(account)
        left = {
            venue: each.deposited - each.withdrawn for (venue, token), each in net.items() if self._is(venue, token)
        }
        return {venue: units for venue, units in left.items() if units > 0}

    def _is(self, venue: str, token: str) -> bool:
        known = self.world.venues.get(venue)
        return known is not None and known.asset.address == token

    async def _against(self, snapshot: Snapshot, held: Mapping[str, int]) -> list[Signal]:
        found = (await self.world.risks.look(snapshot)).signals()
        return [each for each in found if each.venue in held and each.name not in FOR_ENTRIES]

    async def _say(self, news: RiskNews, now: int) -> None:
        """In quiet hours only what says to leave."""
        settings = await self.world.ledger.settings(news.user)
        if news.signal.effect is not Effect.LEAVE and settings is not None and is_quiet(now, settings):
            return
        person = await self.world.ledger.user(news.user)
        if person is not None:
            reply = Reply(told.told(news.signal), offers=self._offers(news.signal), private=True)
            for home in await self.world.ledger.homes(person.id):
                kind = f"{KIND}:{home.platform}"
                await self.service.say_once(kind, news.id, person, home.platform, home.channel, reply)
        await self.world.ledger.told_risk(news.id, now)

    def _offers(self, signal: Signal) -> tuple[Offer, ...]:
        venue = self.world.venues.get(signal.venue)
        if signal.effect is not Effect.LEAVE or venue is None:
            return ()
        return (Offer("Take it out", "say", f"withdraw all {venue.asset.symbol} from {venue.id}"),)


def _as_held(seen: Snapshot, held: Mapping[str, int]) -> Snapshot:
    states = {key: replace(state, position=held.get(key, 0)) for key, state in seen.venues.items()}
    return replace(seen, venues=states)
