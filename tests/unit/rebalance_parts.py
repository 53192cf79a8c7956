"""Candidates with real curves, and the rule asked about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.curves import Candidate, Curve, Terms
from agent.money import RAY, Rate
from agent.past import Effect, Outlook, Signal
from agent.plugin import Limits, Placement
from plugins.rebalance.rule import place

DAY, USD, ONE = 86_400, 10**8, 10**6
POINT = RAY // 100
LIMITS = Limits(None, None, None, 1 * USD, 2 * USD, 1 * USD, 30 * DAY, decimals=6)
A, B, C = "a:a:USDC", "b:b:USDC", "c:c:USDC"
GAS = 1 * ONE  # of a way in, and of a way out


def lent(supplied: int, borrowed: int) -> Curve:
    """Its rate is utilisation itself: 9 % lent out earns 9 %. Whole tokens."""
    return Curve(supplied * ONE, borrowed * ONE, ((0, 0), (RAY, RAY)), on_borrowed=False)


def at(venue: str, curve: Curve | None, position: int = 0, **more: Any) -> Candidate:
    """A venue with so many whole tokens of ours in it, all of them liquid if nothing else is said."""
    free = 0 if curve is None else curve.supplied - curve.borrowed
    known: dict[str, Any] = {"source": venue, "enter": GAS, "leave": GAS, "liquidity": min(free, position * ONE)}
    return Candidate(venue=venue, curve=curve, position=position * ONE, **(known | more))


def sure(
    of: Candidate, percent: str | None = None, sigma: int = 0, seen: int = 100, soon: str | None = None
) -> Outlook:
    """What the rate is expected to be, now's if nothing is said, soon and over the horizon; without a doubt."""
    now = Rate(0) if of.curve is None else of.curve.rate(0)
    mean = now if percent is None else Rate(Rate.of_fraction(percent).ray // 100)
    first = mean if soon is None else Rate(Rate.of_fraction(soon).ray // 100)
    return Outlook(mean, sigma, seen, 30 * DAY, now=now, soon=first)


def placed(
    *candidates: Candidate,
    limits: Limits = LIMITS,
    outlooks: Mapping[str, Outlook] | None = None,
    signals: Sequence[Signal] = (),
    cash: int = 0,
    source_most: Mapping[str, int] | None = None,
) -> Placement:
    terms = Terms(cash * ONE, limits.seconds, (0, 0), source_most=source_most or {})
    known = {each.venue: sure(each) for each in candidates} | dict(outlooks or {})
    return place(candidates, terms, limits, known, signals)


def leave(venue: str) -> Signal:
    return Signal(venue, "drained", Effect.LEAVE, f"97 % of {venue} left within an hour", {"out_percent": 97})


POOR, RICH = at(A, lent(10_000_000, 200_000), 10_000), at(B, lent(10_000_000, 900_000))
