"""What speaks against a venue, as a person reads it: its words, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable

from agent.past import Effect, Signal

FOLLOWS = {
    Effect.ALERT: "",
    Effect.LESS: "",
    Effect.CLOSED: " Nothing goes in there now.",
    Effect.LEAVE: " Nothing goes in there now, and what is in there should leave.",
}


def told(signal: Signal) -> str:
    """'aave-v3:core:USDC: 99.2 % is lent out; … . Nothing goes in there now.'"""
    return f"{signal.venue}: {signal.words}.{FOLLOWS[signal.effect]}"


def lines(signals: Iterable[Signal]) -> str:
    """A line for each, each beginning on a new one; '' without any."""
    return "".join(f"\n{told(each)}" for each in signals)
