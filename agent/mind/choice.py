"""Which model of a route is asked first: those that meet the need, the cheapest of them first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.model_cost import Price

_TYPICAL = (1_200, 80)
"""Tokens of an ordinary message's prompt and answer: the prices of two models are compared on them."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a purpose needs: a measured accuracy in percent, an answer within milliseconds. None: any will do."""

    accuracy: int | None = None
    ms: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model of a route with what is known of it: its accuracy in basis points, its latency, None where it wasn't
    measured.
    """

    name: str
    price: Price | None = None
    accuracy: int | None = None
    ms: int | None = None

    def meets(self, need: Need) -> bool:
        """An accuracy that wasn't measured meets no need for one; a latency that isn't known yet may."""
        exact = need.accuracy is None or (self.accuracy is not None and self.accuracy >= need.accuracy * 100)
        return exact and (need.ms is None or self.ms is None or self.ms <= need.ms)


def ordered(candidates: Sequence[Candidate], need: Need) -> list[str]:
    """The names in the order in which they are asked.

    Without a need it is the operator's own. With one, those that meet it come first, the cheapest of them before, the
    ones without a price last; then the others, the most accurate before.
    """
    if need == Need():
        return [each.name for each in candidates]
    fit = sorted((each for each in candidates if each.meets(need)), key=_cost)
    rest = sorted((each for each in candidates if not each.meets(need)), key=lambda each: -(each.accuracy or 0))
    return [each.name for each in (*fit, *rest)]


def _cost(candidate: Candidate) -> tuple[bool, int]:
    return candidate.price is None, candidate.price.cost(*_TYPICAL) if candidate.price else 0
