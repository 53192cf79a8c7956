"""What expectations may err by: a multiple of the standard deviation of the gap between two rates."""

from __future__ import annotations

from math import isqrt

from moneta import RAY, SECONDS_PER_YEAR, Outlook

MULTIPLE = RAY // 2
"""How many standard deviations of the gap count over the whole horizon, in ray. docs/rebalance.md has the figures."""


def of_leg(source: Outlook | None, target: Outlook | None, units: int, seconds: int) -> int:
    """Base units over so many seconds, rounded up: the two rates err apart from each other."""
    gap = isqrt(_sigma(source) ** 2 + _sigma(target) ** 2)
    return -(-units * _part(gap, seconds) // RAY)


def fee(of: Outlook | None, seconds: int) -> int:
    """The same as a fee of each venue on what moves, in ray, that two equal ones come to when added."""
    return _part(_sigma(of) * RAY // isqrt(2 * RAY * RAY), seconds)


def _part(sigma: int, seconds: int) -> int:
    return sigma * MULTIPLE // RAY * seconds // SECONDS_PER_YEAR


def _sigma(of: Outlook | None) -> int:
    return 0 if of is None else max(of.sigma, 0)
