"""One look after another at a market: what changed since what was told, and what isn't what it was when it began."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.chain.fingerprint import fingerprints
from agent.doctor.upgrades import behind
from agent.errors import MonetaError
from agent.money import Address
from agent.opening import find
from agent.plugin import Venue
from agent.policy.fingerprint import Fingerprint
from agent.replies.sight import Change, Sight, changes, remembered
from agent.runtime.market import Market

FIND_SECONDS = 600
"""How often the venues are proved anew: a contract may be another by now."""


async def looks(
    market: Market, account: Address | None, pause: float, stop: asyncio.Event
) -> AsyncIterator[tuple[Sight, Sequence[Change]] | MonetaError]:
    """A look every `pause` seconds until `stop`, with what changed since what was told; or why one failed."""
    told: Sight | None = None
    proof = Proof(market)
    stopped = asyncio.create_task(stop.wait())
    while not stop.is_set():
        looking = asyncio.create_task(_look(proof, account))
        await asyncio.wait([looking, stopped], return_when=asyncio.FIRST_COMPLETED)
        if not looking.done():  # told to stop while a node lets it wait
            looking.cancel()
            return
        try:
            now = looking.result()
        except MonetaError as error:
            yield error
        else:
            yield now, () if told is None else changes(told, now)
            told = now if told is None else remembered(told, now)
        await asyncio.wait([stopped], timeout=pause)


async def _look(proof: Proof, account: Address | None) -> Sight:
    with contextlib.suppress(MonetaError):  # the look below says so
        await proof.renew()
    return await proof.market.sight(account)


@dataclass
class Proof:
    """A market whose venues are proved anew now and then, and held against what their contracts were at first."""

    market: Market
    began: dict[Address, Fingerprint] = field(default_factory=dict)
    at: float | None = None

    async def renew(self) -> None:
        """Where it is time to. Raises Unavailable where the node can't be reached."""
        if self.at is not None and time.monotonic() - self.at < FIND_SECONDS:
            return
        market = self.market
        if self.at is not None:
            found, traders = await find(market.registry, market.hooks, market.rpc)
            market = replace(market, venues=found, missing=found.missing, untrusted=found.untrusted, traders=traders)
        named = {place: name for venue in market.venues.values() for place, name in behind(venue).items()}
        now = await fingerprints(market.rpc, market.registry, {**named, **dict.fromkeys(self.began)})
        self.began = now | self.began
        doubts = doubted(market.venues, self.began, now)
        self.market = replace(market, untrusted={**market.untrusted, **doubts})
        self.at = time.monotonic()


def doubted(
    venues: Mapping[str, Venue], began: Mapping[Address, Fingerprint], now: Mapping[Address, Fingerprint]
) -> dict[str, str]:
    """Why a venue isn't what it was when this began, by its id."""
    found = {}
    for key, venue in venues.items():
        for place, name in behind(venue).items():
            change = began[place].changed(now[place]) if place in began and place in now else ""
            if change:
                found[key] = f"{name} isn't what it was when this watch began: {change}"
    return found
