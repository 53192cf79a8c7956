"""What a Morpho market pays over a horizon: its rate at the target drifts while utilisation is off it."""

from __future__ import annotations

from collections.abc import Mapping

from moneta import RAY, SECONDS_PER_YEAR, Curve
from plugins.morpho import irm
from plugins.morpho.maths import WAD

BELOW, ABOVE = 36, 20
"""Straight lines on either side of the target. Over 30 days none is further than 0.2 % of the rate from the formula
(tests/unit/test_allocate_curves.py).
"""

ACCRUALS = 32
"""Somebody touches a market so often at least: the contract's average over one accrual is an approximation."""

WAD_TO_RAY = RAY // WAD


def shape(facts: Mapping[str, int], seconds: int) -> Curve:
    """From `supplied`, `borrowed`, and `rate_at_target` a year and `fee`, fractions in ray."""
    start = facts["rate_at_target"] // WAD_TO_RAY // SECONDS_PER_YEAR
    if start <= 0:
        raise ValueError("its rate at the target isn't above 0")
    points = [
        (usage * WAD_TO_RAY, average(usage, start, seconds) * SECONDS_PER_YEAR * WAD_TO_RAY) for usage in _places()
    ]
    return Curve(facts["supplied"], facts["borrowed"], tuple(points), kept=RAY - facts["fee"])


def average(usage: int, start: int, seconds: int) -> int:
    """The borrow rate a second in wad, averaged over `seconds` at one utilisation, as often accrued."""
    earned = at = 0
    for number in range(1, ACCRUALS + 1):
        until = seconds * number // ACCRUALS
        rate, start = irm.borrow_rate(usage, start, until - at)
        earned, at = earned + rate * (until - at), until
    return earned // seconds


def _places() -> list[int]:
    below = [irm.TARGET * number // BELOW for number in range(BELOW)]
    return [*below, *(irm.TARGET + (WAD - irm.TARGET) * number // ABOVE for number in range(ABOVE + 1))]
