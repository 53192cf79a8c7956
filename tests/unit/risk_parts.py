"""Pasts of a venue, hour by hour, for the rules that speak against one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent.money import RAY, Rate
from agent.past import PARTS, UNKNOWN, Effect, Past, Signal
from agent.plugin import VenueState
from plugins.risk.judge import signals
from tests.unit.plugin_parts import NumbersVenue

HOUR, DAY = 3_600, 86_400
NOW = 1_750_000_000
MILLION = 10**6 * 10**6
"""A million USDC in base units; a millionth of a token is a base unit of USDC, too."""
DOLLAR = 10**8
VENUE = NumbersVenue("aave-v3:core:USDC")


def market(supplied: int, lent: int, *, own: int = 0, rate: int = PARTS // 25) -> VenueState:
    """A venue in which `lent` of `supplied` base units are lent out, at a rate in PARTS."""
    facts = {"supplied": supplied, "borrowed": lent}
    ray = Rate(rate * RAY // PARTS)
    return VenueState(VENUE.id, ray, own, own, supplied - lent, None, frozenset(), facts)


def past(
    lent: Sequence[int],
    *,
    supplied: int | Sequence[int] = 100 * MILLION,
    rate: int | Sequence[int] = PARTS // 25,
    price: int | Sequence[int] = DOLLAR,
    share: int | Sequence[int] = UNKNOWN,
    step: int = HOUR,
) -> Past:
    """A row a `step`, the last one a step before NOW. What is said once holds throughout."""
    rows = len(lent)

    def column(values: int | Sequence[int]) -> list[int]:
        return [values] * rows if isinstance(values, int) else list(values)

    held = column(supplied)
    return Past(
        at=[NOW - step * (rows - row) for row in range(rows)],
        rate=column(rate),
        usage=[one * PARTS // whole if whole > 0 else UNKNOWN for one, whole in zip(lent, held, strict=True)],
        supplied=held,
        liquidity=[whole - one if whole > 0 else UNKNOWN for one, whole in zip(lent, held, strict=True)],
        share=column(share),
        price=column(price),
    )


def with_now(before: Past, *, price: int = DOLLAR, share: int = UNKNOWN) -> Past:
    """With a row of NOW itself, as a snapshot adds it."""
    grown = {name: [*getattr(before, name), UNKNOWN] for name in Past.__slots__}
    return replace(Past(**grown), at=[*before.at, NOW], price=[*before.price, price], share=[*before.share, share])


def quiet(hours: int = 200) -> Past:
    """A week of nothing: 80 % of 100 million lent out."""
    return past([80 * MILLION] * hours)


def found(state: VenueState, before: Past, units: int | None = None) -> dict[str, Signal]:
    """The signals by their rule."""
    return {
        each.name: each for each in signals(VENUE, state, before, state.position if units is None else units, NOW)
    }


def effects(state: VenueState, before: Past, units: int | None = None) -> dict[str, Effect]:
    """The effects by their rule."""
    return {name: each.effect for name, each in found(state, before, units).items()}
