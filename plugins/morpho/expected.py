"""What a Morpho market pays over a horizon: its rate at the target drifts while utilisation is off it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from moneta import RAY, SECONDS_PER_YEAR, Curve
from plugins.morpho import irm
from plugins.morpho.market import Market
from plugins.morpho.maths import WAD

BELOW, ABOVE = 36, 20
"""Straight lines on either side of the target. Over 30 days none is further than 0.2 % of the rate from the formula
(tests/unit/test_allocate_curves.py).
"""

ACCRUALS = 32
"""Somebody touches a market so often at least: the contract's average over one accrual is an approximation."""

UNBOUNDED = 1 << 256

WAD_TO_RAY = RAY // WAD


def shape(facts: Mapping[str, int], seconds: int) -> Curve:
    """From `supplied`, `borrowed`, and `rate_at_target` a year and `fee`, fractions in ray."""
    start = facts["rate_at_target"] // WAD_TO_RAY // SECONDS_PER_YEAR
    if start <= 0:
        raise ValueError("its rate at the target isn't above 0")
    return Curve(facts["supplied"], facts["borrowed"], _points(start, seconds), kept=RAY - facts["fee"])


def curve_of(market: Market, seconds: int) -> Curve:
    """The curve of a market as it stands; one without a rate model pays nothing."""
    start = market.rate_at_target
    points = ((0, 0), (RAY, 0)) if start is None else _points(start, seconds)
    kept = (WAD - market.fee) * WAD_TO_RAY
    return Curve(market.supply_assets, market.borrow_assets, points, kept=kept)


@lru_cache(maxsize=256)  # a snapshot asks for the same market again and again, a vault for several
def _points(start: int, seconds: int) -> tuple[tuple[int, int], ...]:
    """Borrowers' yearly rate, averaged over `seconds`; at this very moment where these are 0.

    `start`: the rate at the target a second in wad, 0 before the market's first interaction.
    """
    if seconds == 0:  # straight on either side of the target
        rates = [(usage, irm.borrow_rate(usage, start, 0)[0]) for usage in (0, irm.TARGET, WAD)]
    else:
        rates = [(usage, _scaled(start, usage, seconds, drift)) for usage, drift in _drifts(seconds)]
    return tuple((usage * WAD_TO_RAY, rate * SECONDS_PER_YEAR * WAD_TO_RAY) for usage, rate in rates)


@lru_cache(maxsize=16)
def _drifts(seconds: int) -> tuple[tuple[int, tuple[int, int]], ...]:
    """By utilisation, what a rate at the target of 1 would pay and come to, without the contract's bounds."""
    return tuple((usage, _accrued(usage, WAD, seconds, (0, UNBOUNDED))) for usage in _places())


def _scaled(start: int, usage: int, seconds: int, drift: tuple[int, int]) -> int:
    """Of twice the rate twice is paid, as long as no bound is met."""
    pays, end = drift
    least, most = irm.BOUNDS
    return start * pays // WAD if start and least < start * end // WAD < most else average(usage, start, seconds)


def average(usage: int, start: int, seconds: int) -> int:
    """The borrow rate a second in wad, averaged over `seconds` at one utilisation, as often accrued."""
    return _accrued(usage, start, seconds, irm.BOUNDS)[0]


def _accrued(usage: int, start: int, seconds: int, bounds: irm.Bounds) -> tuple[int, int]:
    """The average, and the rate at the target in the end."""
    earned = at = 0
    for number in range(1, ACCRUALS + 1):
        until = seconds * number // ACCRUALS
        rate, start = irm.borrow_rate(usage, start, until - at, bounds)
        earned, at = earned + rate * (until - at), until
    return earned // seconds, start


def _places() -> list[int]:
    below = [irm.TARGET * number // BELOW for number in range(BELOW)]
    return [*below, *(irm.TARGET + (WAD - irm.TARGET) * number // ABOVE for number in range(ABOVE + 1))]
