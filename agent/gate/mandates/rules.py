"""A mandate's own rules for leaving, as signals like any other, and which of all signals it lets move money. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from agent.gate.mandates.mandate import OWN, Terms
from agent.past import PARTS, Effect, Signal
from agent.plugin import Venue, VenueState
from agent.usd import PRICE_DECIMALS

DEPEG, ILLIQUID = f"{OWN}depeg", f"{OWN}illiquid"


def own_signals(
    terms: Terms, venues: Mapping[str, Venue], states: Mapping[str, VenueState], prices: Mapping[str, int]
) -> list[Signal]:
    """What the mandate's rules say now of each venue of its assets. An unknown price or share breaks no rule.

    `prices`: USD with 8 decimals by symbol.
    """
    return [
        signal
        for key in sorted(states)
        if key in venues and venues[key].asset.symbol in terms.assets
        for signal in _of(terms, venues[key], states[key], prices.get(venues[key].asset.symbol))
    ]


def free(state: VenueState) -> int | None:
    """Of what is deposited in a venue the part that could leave now, in PARTS; None where that isn't known."""
    supplied = state.facts.get("supplied")
    return None if not supplied else min(max(state.liquidity, 0) * PARTS // supplied, PARTS)


def heeded(terms: Terms, signals: Sequence[Signal]) -> list[Signal]:
    """The signals as the mandate takes them: one to leave that it doesn't let act still closes the venue."""
    return [
        replace(each, effect=Effect.CLOSED) if each.effect is Effect.LEAVE and not terms.leaves(each) else each
        for each in signals
    ]


def dangers(terms: Terms, signals: Sequence[Signal]) -> frozenset[str]:
    """The venues that are left for safety."""
    return frozenset(each.venue for each in signals if terms.leaves(each))


def _of(terms: Terms, venue: Venue, state: VenueState, now: int | None) -> Iterator[Signal]:
    if terms.depeg is not None and now is not None and now < terms.depeg:
        words = (
            f"{venue.asset.symbol} is at {price(now)}, below the {price(terms.depeg)} at which your mandate leaves"
        )
        yield Signal(venue.id, DEPEG, Effect.LEAVE, words, {"price_usd_e8": now, "floor_usd_e8": terms.depeg})
    part = free(state)
    if terms.illiquid is not None and part is not None and part < terms.illiquid:
        words = (
            f"{percent(part)} of what is deposited there could leave, less than the {percent(terms.illiquid)} at "
            "which your mandate leaves"
        )
        yield Signal(venue.id, ILLIQUID, Effect.LEAVE, words, {"free_e12": part, "least_e12": terms.illiquid})


def percent(part: int) -> str:
    """'4.25 %' of PARTS, rounded down to hundredths."""
    hundredths = part * 10_000 // PARTS
    text = f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
    return f"{text} %"


def price(usd: int) -> str:
    """'$0.985': a price to its last digit, two at the least."""
    whole, rest = divmod(usd, 10**PRICE_DECIMALS)
    fraction = f"{rest:0{PRICE_DECIMALS}d}".rstrip("0").ljust(2, "0")
    return f"${whole}.{fraction}"
