"""Candidates: the venues of one asset as what weighs money takes them, with all that limits what may be there. Pure.

A flag, a list or a signal that closes a venue is its `why_not` in words; what holds the size down is its `most`.
What may leave is never less for it: an exit is open wherever the chain lets it be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agent.curves import Candidate
from agent.gate.allowed import WHY_NOT
from agent.money import Token
from agent.past import Effect, Signal
from agent.plugin import Flag, Venue, VenueState

CLOSED: Mapping[Flag, str] = {
    Flag.PAUSED: "it is paused by its own guardians",
    Flag.FROZEN: "it is frozen: it takes no new deposits",
    Flag.CAPPED: "its supply cap is reached",
    Flag.UNRATED: "its rate can't be computed",
    Flag.ILLIQUID: "all of it is lent out: nothing could leave now",
    Flag.UNTRUSTED: "it isn't what it was checked to be",
}
ENTRIES = (Effect.LEAVE, Effect.CLOSED)  # the graver first


@dataclass(frozen=True, slots=True)
class Field:
    """What holds for all venues of one asset; amounts are base units.

    `seconds`: the horizon that a curve is asked for. `entered`: the venues that may be entered, None for all, and
    `not_entered` why another isn't; `left`: those that may be left, None for all. `cap`: the most in one venue;
    `caps`: in those that it names, `markets`: in all venues over one market together (by `liquidity_source`).
    `least`: the smallest position that is worth having. `enter` and `leave` are what the gas of a way in and of a way
    out costs; `gas` has both for a venue with its own. `untrusted` says why a venue may only be left. `exits`: a
    signal to leave lets no position stay.
    """

    asset: Token
    seconds: int
    entered: frozenset[str] | None = None
    not_entered: str = WHY_NOT
    left: frozenset[str] | None = None
    cap: int | None = None
    caps: Mapping[str, int] = field(default_factory=dict)
    markets: Mapping[str, int] = field(default_factory=dict)
    least: int = 0
    enter: int = 0
    leave: int = 0
    gas: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    untrusted: Mapping[str, str] = field(default_factory=dict)
    exits: bool = False


def candidates(
    venues: Mapping[str, Venue], states: Mapping[str, VenueState], of: Field, signals: Sequence[Signal] = ()
) -> tuple[Candidate, ...]:
    """A candidate for each venue of the asset that the snapshot has, by id."""
    return tuple(
        _candidate(venues[key], states[key], of, [each for each in signals if each.venue == key])
        for key in sorted(venues)
        if venues[key].asset == of.asset and key in states
    )


def source_most(venues: Mapping[str, Venue], states: Mapping[str, VenueState], of: Field) -> dict[str, int]:
    """The most that all venues over one market may hold together, by market (`Terms.source_most`).

    A market's own room is there once, however many venues lead to it.
    """
    members: dict[str, list[str]] = {}
    for key, venue in venues.items():
        if venue.asset == of.asset and key in states:
            members.setdefault(venue.liquidity_source, []).append(key)
    found = {source: most for source, most in of.markets.items() if source in members}
    for source, keys in members.items():
        own = states[source].room if source in keys else None
        if own is not None and len(keys) > 1:
            most = sum(states[key].position for key in keys) + own
            found[source] = min(most, found.get(source, most))
    return found


def kept_small(signals: Iterable[Signal]) -> dict[str, int]:
    """The largest position, by venue, that what speaks against it leaves; base units."""
    found: dict[str, int] = {}
    for each in signals:
        if each.most is not None:
            found[each.venue] = min(each.most, found.get(each.venue, each.most))
    return found


def why_closed(state: VenueState) -> str:
    """Why nothing may enter now, by the first flag that says so; '' for none."""
    return next((words for flag, words in CLOSED.items() if flag in state.flags), "")


def _candidate(venue: Venue, state: VenueState, of: Field, signals: Sequence[Signal]) -> Candidate:
    enter, leave = of.gas.get(venue.id, (of.enter, of.leave))
    stuck = Flag.PAUSED in state.flags or (of.left is not None and venue.id not in of.left)
    why_not = _why_not(venue, state, of, signals)
    curve = None if Flag.UNRATED in state.flags else venue.curve(state, of.seconds)
    return Candidate(
        venue=venue.id,
        source=venue.liquidity_source,
        curve=curve,
        position=state.position,
        liquidity=0 if stuck else max(state.liquidity, 0),
        most=_most(state, of, signals),
        least=of.least,
        enter=enter,
        leave=leave,
        why_not=why_not or ("" if curve is not None else "how its rate answers to a deposit isn't known"),
    )


def _why_not(venue: Venue, state: VenueState, of: Field, signals: Sequence[Signal]) -> str:
    if venue.id in of.untrusted:
        return f"not offered, because {of.untrusted[venue.id]}"
    closed = why_closed(state)
    if closed:
        return closed
    if state.liquidity <= 0 and state.facts.get("borrowed"):
        return CLOSED[Flag.ILLIQUID]
    if of.entered is not None and venue.id not in of.entered:
        return of.not_entered
    worst = next((each for effect in ENTRIES for each in signals if each.effect is effect), None)
    return worst.words if worst else ""


def _most(state: VenueState, of: Field, signals: Sequence[Signal]) -> int | None:
    """The largest position; what is held above a cap is the caller's to judge, and never has to leave for room."""
    if of.exits and any(each.effect is Effect.LEAVE for each in signals):
        return 0
    room = None if state.room is None else state.position + max(state.room, 0)
    less = [max(each.most, 0) for each in signals if each.effect is not Effect.ALERT and each.most is not None]
    bounds = (of.cap, of.caps.get(state.venue), room, *less)
    return min((each for each in bounds if each is not None), default=None)


def gas_in_units(wei: int, native_price: int, price: int, asset: Token, native_decimals: int = 18) -> int:
    """What `wei` are worth in base units of the asset at these prices (of whole tokens, one scale), rounded up."""
    scale: int = 10**native_decimals * price
    return int(-(-wei * native_price * 10**asset.decimals // scale))
