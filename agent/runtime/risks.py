"""What speaks against the venues of a snapshot: the plug-ins' rules over how each was seen and what it is now."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pluggy
import structlog

from agent.chain.snapshot import Snapshot
from agent.money import Token
from agent.past import NO_PAST, Effect, Past, Signal
from agent.plugin import Venue
from agent.runtime.observing import Observing, observation
from memory.observations import DAY, HOURLY_DAYS

NOTHING_MORE: Mapping[str, int] = MappingProxyType({})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Against:
    """One snapshot, and how its venues were seen up to its block."""

    snapshot: Snapshot
    venues: Mapping[str, Venue]
    pasts: Mapping[str, Past]
    hooks: pluggy.HookRelay

    def signals(self, adding: Mapping[str, int] = NOTHING_MORE) -> tuple[Signal, ...]:
        """Of every venue, with the account's own position in it and the base units of `adding`, by id, beside it."""
        return tuple(
            signal
            for key in sorted(self.snapshot.venues)
            if key in self.venues
            for signal in self._of(key, adding.get(key, 0))
        )

    def with_all(self, asset: Token, units: int) -> tuple[Signal, ...]:
        """Of the venues of `asset`, each as if so many base units more came to it."""
        keys = {key: units for key, venue in self.venues.items() if venue.asset == asset}
        return tuple(each for each in self.signals(keys) if each.venue in keys)

    def _of(self, key: str, units: int) -> list[Signal]:
        state = self.snapshot.venues[key]
        try:
            groups: list[list[Signal]] = self.hooks.moneta_signals(
                venue=self.venues[key],
                state=state,
                past=self.pasts.get(key, NO_PAST),
                units=state.position + units,
                now=self.snapshot.block.timestamp,
            )
        except Exception as error:  # a plug-in's fault costs its own venue
            log.warning("a venue could not be weighed", venue=key, error=type(error).__name__)
            return [Signal(key, "unweighed", Effect.CLOSED, "what speaks against it could not be found out")]
        return [signal for group in groups for signal in group]


def against(
    snapshot: Snapshot, venues: Mapping[str, Venue], pasts: Mapping[str, Past], hooks: pluggy.HookRelay
) -> Against:
    """`pasts` as they were kept; what the snapshot itself saw is added to them."""
    return Against(snapshot, venues, {key: _grown(key, snapshot, venues, pasts) for key in snapshot.venues}, hooks)


@dataclass
class Risks:
    """`look` for one snapshot; the pasts of a block are put together once, however many people look at it."""

    observing: Observing
    venues: Mapping[str, Venue]
    hooks: pluggy.HookRelay
    _block: tuple[int, str] = field(default=(-1, ""))
    _pasts: Mapping[str, Past] = field(default_factory=dict)

    async def look(self, snapshot: Snapshot) -> Against:
        """What speaks against the venues as this account has them at this block."""
        block = (snapshot.block.number, snapshot.block.parent_hash)
        if block != self._block:
            pasts = await self.observing.pasts(snapshot.block.timestamp, HOURLY_DAYS * DAY)
            self._pasts = against(snapshot, self.venues, pasts, self.hooks).pasts
            self._block = block
        return Against(snapshot, self.venues, self._pasts, self.hooks)


def _grown(key: str, snapshot: Snapshot, venues: Mapping[str, Venue], pasts: Mapping[str, Past]) -> Past:
    """A venue's past with a row of the snapshot's own block."""
    past, venue, at = pasts.get(key, NO_PAST), venues.get(key), snapshot.block.timestamp
    if venue is None or (len(past.at) and past.at[-1] >= at):
        return past
    row = observation(venue, snapshot.venues[key], at, snapshot.prices.get(venue.asset.symbol))
    columns = (past.at, past.rate, past.usage, past.supplied, past.liquidity, past.share, past.price)
    return Past(*(array("q", [*column, new]) for column, new in zip(columns, row, strict=True)))
