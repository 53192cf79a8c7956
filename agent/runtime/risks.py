"""What speaks against the venues of a snapshot: the plug-ins' rules over how each was seen and what it is now."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType

import pluggy
import structlog

from agent.chain.snapshot import Snapshot
from agent.gate.parameters import changed, settings_of
from agent.money import Token
from agent.past import NO_PAST, Effect, Past, Signal
from agent.plugin import Venue, VenueState
from agent.runtime.observing import Observing, observation
from memory.seen.observations import DAY, HOURLY_DAYS
from memory.seen.parameters import Parameter

NOTHING_MORE: Mapping[str, int] = MappingProxyType({})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Against:
    """One snapshot, and how its venues were seen up to its block."""

    snapshot: Snapshot
    venues: Mapping[str, Venue]
    pasts: Mapping[str, Past]
    hooks: pluggy.HookRelay
    known: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)
    """What was set at each venue when it was seen last, by the setting's name."""

    def signals(self, adding: Mapping[str, int] = NOTHING_MORE, of: Set[str] | None = None) -> tuple[Signal, ...]:
        """Of every venue, or those `of`, with the account's own position in it and the base units of `adding`, by id,
        beside it.
        """
        return tuple(
            signal
            for key in sorted(self.snapshot.venues)
            if key in self.venues and (of is None or key in of)
            for signal in self._of(key, adding.get(key, 0))
        )

    def with_all(self, asset: Token, units: int) -> tuple[Signal, ...]:
        """Of the venues of `asset`, each as if so many base units more came to it."""
        keys = {key: units for key, venue in self.venues.items() if venue.asset == asset}
        return self.signals(keys, keys.keys())

    def with_wallet(self) -> tuple[Signal, ...]:
        """Of every venue, as if all that the account has of its asset came to it: what may be there at the most."""
        held = self.snapshot.balances
        return self.signals({key: held.get(venue.asset.symbol, 0) for key, venue in self.venues.items()})

    def _of(self, key: str, units: int) -> list[Signal]:
        state, now = self.snapshot.venues[key], self.snapshot.block.timestamp
        own = changed(key, state, self.known.get(key, {}), now)
        if key in self.snapshot.untrusted:
            why = f"it isn't what it was checked to be: {self.snapshot.untrusted[key].rstrip('.')}"
            own.append(Signal(key, "contracts", Effect.CLOSED, why))
        return [*own, *self._of_plugins(key, state, units)]

    def _of_plugins(self, key: str, state: VenueState, units: int) -> list[Signal]:
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
    writes: bool = True
    _block: tuple[int, str] = field(default=(-1, ""))
    _pasts: Mapping[str, Past] = field(default_factory=dict)
    _known: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)

    async def look(self, snapshot: Snapshot) -> Against:
        """What speaks against the venues as this account has them at this block."""
        block = (snapshot.block.number, snapshot.block.parent_hash)
        if block != self._block:
            pasts = await self.observing.pasts(snapshot.block.timestamp, HOURLY_DAYS * DAY)
            self._pasts = against(snapshot, self.venues, pasts, self.hooks).pasts
            self._known = await self._settings(snapshot)
            self._block = block
        return Against(snapshot, self.venues, self._pasts, self.hooks, self._known)

    async def _settings(self, snapshot: Snapshot) -> Mapping[str, Mapping[str, Parameter]]:
        """What was set where, as it is known with this block; what is new is written down."""
        ledger, found = self.observing.ledger, defaultdict[str, dict[str, Parameter]](dict)
        for each in await ledger.parameters():
            found[each.venue][each.name] = each
        new = {
            (key, name): value
            for key, state in snapshot.venues.items()
            for name, value in settings_of(state).items()
            if name not in found[key] or found[key][name].value != value
        }
        if new and self.writes and not ledger.broken:
            await ledger.note_parameters(new, snapshot.block.timestamp)
        return found


def _grown(key: str, snapshot: Snapshot, venues: Mapping[str, Venue], pasts: Mapping[str, Past]) -> Past:
    """A venue's past with a row of the snapshot's own block."""
    past, venue, at = pasts.get(key, NO_PAST), venues.get(key), snapshot.block.timestamp
    if venue is None or (len(past.at) and past.at[-1] >= at):
        return past
    row = observation(venue, snapshot.venues[key], at, snapshot.prices.get(venue.asset.symbol))
    columns = (past.at, past.rate, past.usage, past.supplied, past.liquidity, past.share, past.price)
    return Past(*(_with(column, new) for column, new in zip(columns, row, strict=True)))


def _with(column: Sequence[int], new: int) -> Sequence[int]:
    """90 days of hours are copied as bytes: number by number it would take a tenth of a second for all venues."""
    longer = array("q", column.tobytes() if isinstance(column, memoryview) else column)
    longer.append(new)
    return longer
