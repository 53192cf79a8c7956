"""What anybody may look at of one chain with nothing but a node: venues, rates, prices; no key, ledger or folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pluggy
import structlog

from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.snapshot import Batch, Snapshot, take_all
from agent.config import Settings
from agent.errors import Refused
from agent.gate.allowed import trusted
from agent.gate.head import check_head
from agent.gate.rollup import check_sequencer
from agent.money import ZERO_ADDRESS, Address, Token
from agent.plugin import Option, Outside, Told, Trader, Venue, VenueState
from agent.replies.sight import Sight, sight

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Market:
    """`missing` says why something of the chain file isn't used, `untrusted` why a venue may only be left.

    `now` gives Unix seconds; a newest block more than `longest_head` seconds old stands still (0: it may).
    `urls` are the services outside that may be asked, by plug-in; `cache` is where their answers are kept, if at all.
    `saw` is told of each snapshot.
    """

    registry: Registry
    rpc: Rpc
    venues: Mapping[str, Venue]
    missing: Mapping[str, str]
    hooks: pluggy.HookRelay
    now: Callable[[], int]
    traders: Mapping[str, Trader] = field(default_factory=dict)
    untrusted: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    cache: Path | None = None
    longest_head: int = 0
    saw: Callable[[Snapshot], None] | None = None

    async def snapshot(self, account: Address = ZERO_ADDRESS) -> Snapshot:
        """Everything at the head as `account` has it, in one eth_call. Raises Unavailable."""
        snapshot = (await self._read([account])).of(account)
        if self.saw is not None:
            self.saw(snapshot)
        return snapshot

    async def snapshots(self, accounts: Sequence[Address]) -> Batch:
        """The same of many accounts at one block; what isn't theirs alone is read once."""
        batch = await self._read(accounts)
        if self.saw is not None:
            self.saw(batch.of(accounts[0]))
        return batch

    async def _read(self, accounts: Sequence[Address]) -> Batch:
        return await take_all(
            self.rpc, self.registry, self.venues, accounts, traders=self.traders, untrusted=self.untrusted
        )

    def rank(self, states: Mapping[str, VenueState], asset: Token, units: int) -> list[Option]:
        """The venues for a deposit, by the first plug-in that ranks."""
        options: list[Option] | None = self.hooks.moneta_rank(
            venues=self.venues, states=states, asset=asset, units=units
        )
        return trusted(options or [], self.untrusted)

    async def sight(self, account: Address | None = None) -> Sight:
        """What is to be seen now, with an account's positions where one is named. Raises Unavailable."""
        assets = [self.registry.token(symbol) for symbol in sorted({v.asset.symbol for v in self.venues.values()})]
        snapshot = await self.snapshot(account or ZERO_ADDRESS)
        missing = {**self.missing, **self._standing_still(snapshot)}
        return sight(self.registry, snapshot, assets, self.rank, missing, account)

    def _standing_still(self, snapshot: Snapshot) -> dict[str, str]:
        """What of the whole chain isn't as it should be: figures of another time count for nothing."""
        checks: dict[str, Callable[[], None]] = {
            "the chain's head": lambda: check_head(snapshot.block, self.now(), self.longest_head),
            "the sequencer": lambda: check_sequencer(self.registry, snapshot),
        }
        found = {}
        for what, check in checks.items():
            try:
                check()
            except Refused as error:
                found[what] = error.message.rstrip(".")
        return found

    async def elsewhere(self, asset: Token) -> list[Told]:
        """What services outside tell of places that can't be entered. A plug-in's fault costs its own rows."""
        entered = frozenset(key.split(":")[0] for key, venue in self.venues.items() if venue.asset == asset)
        outside = Outside(self.registry.chain_id, self.urls, self.cache, self.now())
        asked = self.hooks.moneta_elsewhere(asset=asset, entered=entered, outside=outside)
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                log.warning("rates elsewhere could not be asked", error=type(answer).__name__)
        return [answer for answer in answers if isinstance(answer, Told)]


def services(settings: Settings) -> dict[str, str]:
    """The services outside that the settings name, by plug-in."""
    return {"defillama": settings.defillama_url} if settings.defillama_url else {}
