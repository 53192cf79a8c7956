"""Risk: what speaks against a venue keeps new money out of it, with its reason; what is in there may always leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from agent.errors import Refused
from agent.past import Effect, Signal
from agent.plugin import Option, VenueState

ENTRIES = (Effect.LEAVE, Effect.CLOSED)


def closing(venue: str, signals: Iterable[Signal]) -> Signal | None:
    """What closes a venue for new money, the strongest first; None where nothing does."""
    found = [each for each in signals if each.venue == venue and each.effect in ENTRIES]
    return min(found, key=lambda each: ENTRIES.index(each.effect), default=None)


def check_risk(venue: str, signals: Iterable[Signal]) -> None:
    """Raises Refused("risk") where a signal closes the venue for entries."""
    against = closing(venue, signals)
    if against is not None:
        raise Refused(
            "risk",
            f"Nothing goes into {venue} now: {against.words}.",
            "Choose another venue, or none and I will, or wait until that is over; taking money out works.",
        )


def weighed(options: Iterable[Option], signals: Sequence[Signal]) -> list[Option]:
    """The options with what speaks against each: why it is closed, or among its reasons; the closed ones last."""
    found = [_option(option, signals) for option in options]
    return sorted(found, key=lambda option: bool(option.why_not))


def bearing(signals: Iterable[Signal], states: Mapping[str, VenueState], units: int) -> list[Signal]:
    """Of what was found for all that a wallet holds, what bears on `units` more: no cap that they don't reach."""
    return [
        each
        for each in signals
        if each.most is None or each.venue not in states or states[each.venue].position + units > each.most
    ]


def _option(option: Option, signals: Sequence[Signal]) -> Option:
    against = closing(option.venue, signals)
    if against is not None:
        return replace(option, why_not=option.why_not or against.words)
    told = tuple(each.words for each in signals if each.venue == option.venue)
    return replace(option, reasons=(*option.reasons, *told)) if told else option
