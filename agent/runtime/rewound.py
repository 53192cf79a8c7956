"""Venues as they were seen before: what the rule would have been handed then, with other money of one's own in them.

A venue's curve has the shape of now, moved to the utilisation and scaled to the rate that were seen. What wasn't
written down (a supply cap, a freeze) counts as it is now.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.abi import Call
from agent.chain.snapshot import Snapshot
from agent.curves import Curve
from agent.money import RAY, Address, Rate
from agent.past import PARTS, UNKNOWN, Past
from agent.plans import Step
from agent.plugin import Block, Flag, Venue, VenueState

MILLIONTHS = 10**6
LONGEST_GAP = 3 * 86_400
"""What was seen longer ago than this tells nothing of a moment: beyond 90 days there is one observation a day."""
KEPT = frozenset({Flag.PAUSED, Flag.FROZEN, Flag.UNTRUSTED})
SUPPLIED, BORROWED, ADDED, SEEN = "market_supplied", "market_borrowed", "market_added", "seen_rate"
"""Facts of a state: the market as it was seen, base units that are added to it, the rate that was seen, in ray."""
Held = Mapping[str, int]
"""Base units of one's own by venue."""


class Rewound(Venue):
    """A venue whose states are of another time; its rate is answered by `shape`, its curve of now."""

    def __init__(self, real: Venue, shape: Curve | None) -> None:
        self.id, self.name, self.asset = real.id, real.name, real.asset
        self.liquidity_source, self.contract, self.receipt = real.liquidity_source, real.contract, real.receipt
        self._real, self._shape = real, shape

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        del seconds  # the shape is of one horizon
        return None if self._shape is None else with_added(self._shape, state.facts)

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        curve = self.curve(state, 0)
        return state.rate if curve is None else curve.rate(deposit)

    def reads(self, account: Address) -> tuple[Call, ...]:
        return self._real.reads(account)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        return self._real.state(answers, block)

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return self._real.deposit(state, account, units)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        return self._real.withdraw(state, account, units)


def fitted(shape: Curve, supplied: int, borrowed: int, rate: Rate) -> Curve | None:
    """The shape at another utilisation, scaled to the rate that was seen there; None for an empty market."""
    if supplied <= 0:
        return None
    moved = replace(shape, supplied=supplied, borrowed=borrowed)
    says = moved.rate(0).ray
    if says <= 0:  # a shape that pays nothing there: the rate that was seen, whatever comes in
        return Curve(supplied, borrowed, ((0, rate.ray), (RAY, rate.ray)), on_borrowed=False)
    points = tuple((usage, each * rate.ray // says) for usage, each in shape.points)
    return replace(moved, points=points)


def with_added(shape: Curve, facts: Mapping[str, int]) -> Curve | None:
    """The curve that was seen, with what is added to the market; None where the market wasn't seen."""
    if SUPPLIED not in facts:
        return None
    seen = fitted(shape, facts[SUPPLIED], facts[BORROWED], Rate(facts[SEEN]))
    return None if seen is None else replace(seen, supplied=max(seen.supplied + facts[ADDED], 0))


@dataclass(frozen=True, slots=True)
class Reel:
    """All that was seen of some venues up to `now`, the snapshot that the shapes and prices of now are of."""

    now: Snapshot
    venues: Mapping[str, Venue]
    pasts: Mapping[str, Past]
    moments: Mapping[str, Curve | None]

    @classmethod
    def of(cls, now: Snapshot, venues: Mapping[str, Venue], pasts: Mapping[str, Past]) -> Reel:
        known = {key: venue for key, venue in venues.items() if key in now.venues and key in pasts}
        return cls(now, known, pasts, {key: each.curve(now.venues[key], 0) for key, each in known.items()})

    def shapes(self, seconds: int) -> dict[str, Venue]:
        """The venues with their curves of now over a horizon; 0: at one moment."""
        return {key: Rewound(each, each.curve(self.now.venues[key], seconds)) for key, each in self.venues.items()}

    def at(self, moment: int, held: Held, then: Held, base_fee: int | None = None) -> Snapshot:
        """What would have been seen with `held` in the venues in the place of what was one's own `then`."""
        extra = {key: held.get(key, 0) - then.get(key, 0) for key in self.venues}
        states, prices = {}, dict(self.now.prices)
        for key in self.venues:
            row = self._row(key, moment)
            if row is None:
                continue
            states[key] = self._state(key, row, moment, held.get(key, 0), extra)
            price = self.pasts[key].price[row]
            if price != UNKNOWN:
                prices[self.venues[key].asset.symbol] = price
        block = replace(self.now.block, timestamp=moment, base_fee=base_fee or self.now.block.base_fee)
        return replace(self.now, block=block, venues=states, prices=prices, loans={}, signals=())

    def before(self, moment: int) -> dict[str, Past]:
        """What was known at a moment: nothing later is in it."""
        return {key: _cut(past, bisect_right(past.at, moment)) for key, past in self.pasts.items()}

    def _row(self, key: str, moment: int) -> int | None:
        if key not in self.venues:
            return None
        past = self.pasts[key]
        row = bisect_right(past.at, moment) - 1
        return row if row >= 0 and past.at[row] > moment - LONGEST_GAP else None

    def _state(self, key: str, row: int, moment: int, position: int, extra: Held) -> VenueState:
        past, venue, shape = self.pasts[key], self.venues[key], self.moments[key]
        one = 10**venue.asset.decimals
        rate, liquidity = past.rate[row], past.liquidity[row] * one // MILLIONTHS + extra[key]
        known = past.liquidity[row] != UNKNOWN and past.supplied[row] != UNKNOWN
        flags = (KEPT & self.now.venues[key].flags) | ({Flag.UNRATED} if rate == UNKNOWN else set())
        seen = max(rate, 0) * RAY // PARTS
        facts: dict[str, int] = {}
        if known:
            facts = _whole(past, row, one, extra[key]) | self._market(key, moment, extra, seen)
        curve = None if shape is None else with_added(shape, facts)
        return VenueState(
            venue=key,
            rate=Rate(seen) if curve is None else curve.rate(0),
            position=position,
            shares=position,
            liquidity=max(liquidity, 0) if known else position,
            room=self._room(key, facts),
            flags=frozenset(flags),
            facts=facts,
        )

    def _market(self, key: str, moment: int, extra: Held, seen: int) -> dict[str, int]:
        """What is supplied and lent out in the market that a venue leads to, and all that is added there."""
        source = self.venues[key].liquidity_source
        of = source if self._row(source, moment) is not None else key
        row = self._row(of, moment)
        if row is None or self.pasts[of].supplied[row] == UNKNOWN:
            return {}
        added = sum(units for other, units in extra.items() if self.venues[other].liquidity_source == source)
        whole = _whole(self.pasts[of], row, 10 ** self.venues[of].asset.decimals, 0)
        return {SUPPLIED: whole["supplied"], BORROWED: whole.get("borrowed", 0), ADDED: added, SEEN: seen}

    def _room(self, key: str, facts: Mapping[str, int]) -> int | None:
        """What the cap of now left then."""
        now = self.now.venues[key]
        if now.room is None:
            return None
        return max(now.room + now.facts.get("supplied", 0) - facts.get("supplied", 0), 0)


def _whole(past: Past, row: int, one: int, added: int) -> dict[str, int]:
    """Supplied and borrowed base units at one row, with what is added; what is lent out stays lent."""
    supplied = past.supplied[row] * one // MILLIONTHS
    facts = {"supplied": max(supplied + added, 0)}
    if past.usage[row] != UNKNOWN:
        facts["borrowed"] = supplied * past.usage[row] // PARTS
    return facts


def _cut(past: Past, rows: int) -> Past:
    columns = (past.at, past.rate, past.usage, past.supplied, past.liquidity, past.share, past.price)
    return Past(*(column[:rows] for column in columns))
