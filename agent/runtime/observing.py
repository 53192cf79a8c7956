"""How venues were seen: kept out of snapshots that are taken anyway, once an hour, and read back as `Past`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from agent.chain.snapshot import Snapshot
from agent.money import RAY, Address
from agent.past import PARTS, UNKNOWN, Past
from agent.plugin import Flag, Venue, VenueState
from agent.ranges import PoolSeen

if TYPE_CHECKING:
    from memory.ledger import Ledger
from memory.seen.observations import DAILY_DAYS, DAY, HOUR, Look, Observation

POOL_DAYS = 7
"""How far back a range for liquidity is chosen from, as in its backtest (docs/liquidity.md)."""
LEAST_LOOKS, LEAST_SPAN = 25, 2 * DAY
"""Of a pool that was seen less, no range is chosen and nothing forecast."""
MILLIONTHS = 10**6
SHARES = 10**36
"""How many base units of a vault's shares its fact `share` is the worth of (agent/plugin/venues.py)."""
MOST = 2**63 - 1
"""What a column can hold; more is as good as that."""

log = structlog.get_logger()


@dataclass
class Observing:
    """`saw` is told of every snapshot of the head; writing never holds up who took it."""

    ledger: Ledger
    venues: Mapping[str, Venue]
    _hour: int = -1
    _pending: set[asyncio.Future[bool]] = field(default_factory=set)
    _known: tuple[int, int, Mapping[str, Past]] | None = None

    def saw(self, snapshot: Snapshot) -> None:
        """Has the snapshot written down where it is the first of its hour."""
        hour = snapshot.block.timestamp // HOUR
        if hour == self._hour or self.ledger.broken:
            return
        self._hour, self._known = hour, None
        keeping = asyncio.ensure_future(self.keep(snapshot, now=snapshot.block.timestamp))
        self._pending.add(keeping)
        keeping.add_done_callback(self._kept)

    async def keep(self, snapshot: Snapshot, *, now: int | None = None) -> bool:
        """The same, waited for. Without `now` it is a snapshot of the past: nothing is let go for it."""
        written = await self.ledger.observe(look_of(snapshot, self.venues), now=now)
        if now is not None:
            await self.ledger.saw_pools(now, [pool for pools in snapshot.pools.values() for pool in pools])
        self._known = None
        return written

    async def settled(self) -> None:
        """Returns once what was seen is written down."""
        if self._pending:
            await asyncio.wait(self._pending)

    async def past(self, venue: str, until: int) -> Past:
        """How one venue was seen up to `until` (Unix seconds of the chain), by the day beyond 90 days."""
        await self.settled()
        return await self.ledger.past(venue, until - DAILY_DAYS * DAY, until)

    async def pasts(self, until: int, seconds: int) -> Mapping[str, Past]:
        """The same of all venues over the last `seconds`; the same objects while nothing new was seen."""
        await self.settled()
        known = self._known
        if known is not None and known[1] == seconds and known[0] <= until < (known[0] // HOUR + 1) * HOUR:
            return known[2]
        pasts = await self.ledger.pasts(until - seconds, until)
        self._known = (until, seconds, pasts)
        return pasts

    async def pools(self, until: int) -> Mapping[Address, PoolSeen]:
        """How pools were seen over the last days; those alone of which enough is known to say something."""
        await self.settled()
        found = await self.ledger.pools_seen(until - POOL_DAYS * DAY, until)
        return {pool: seen for pool, seen in found.items() if seen.looks >= LEAST_LOOKS and seen.span >= LEAST_SPAN}

    def _kept(self, keeping: asyncio.Future[bool]) -> None:
        self._pending.discard(keeping)
        error = None if keeping.cancelled() else keeping.exception()
        if error is not None:  # an hour is missing then: a gap, as where the node couldn't be read
            log.warning("what was seen could not be written down", error=str(error))


def look_of(snapshot: Snapshot, venues: Mapping[str, Venue]) -> Look:
    """What of a snapshot is kept. A base fee of zero is what geth tells inside an eth_call: it isn't known."""
    seen = {
        key: observation(venues[key], state, snapshot.block.timestamp, snapshot.prices.get(venues[key].asset.symbol))
        for key, state in snapshot.venues.items()
    }
    return Look(snapshot.block.timestamp, snapshot.block.number, snapshot.block.base_fee or None, seen)


def observation(venue: Venue, state: VenueState, at: int, price: int | None) -> Observation:
    """A state in the units of `Past`; `UNKNOWN` for what the venue doesn't tell.

    Where it doesn't say what is borrowed, what of it can't leave now counts as that.
    """
    supplied, one = state.facts.get("supplied"), 10**venue.asset.decimals
    usage = UNKNOWN
    if supplied:
        borrowed = state.facts.get("borrowed", max(supplied - state.liquidity, 0))
        usage = borrowed * PARTS // supplied
    return Observation(
        at=at,
        rate=UNKNOWN if Flag.UNRATED in state.flags else _held(state.rate.ray * PARTS // RAY),
        usage=_held(usage),
        supplied=UNKNOWN if supplied is None else _held(supplied * MILLIONTHS // one),
        # without a figure of the whole a vault tells only what its holder may take
        liquidity=UNKNOWN if supplied is None else _held(state.liquidity * MILLIONTHS // one),
        share=_share(venue, state),
        price=UNKNOWN if price is None else _held(price),
    )


def _share(venue: Venue, state: VenueState) -> int:
    """What a whole share is worth in whole tokens of the asset, in PARTS."""
    each = state.facts.get("share")
    if each is None or venue.receipt is None:
        return UNKNOWN
    return _held(each * 10**venue.receipt.decimals * PARTS // (10**venue.asset.decimals * SHARES))


def _held(value: int) -> int:
    return min(value, MOST)
