"""What a move must gain beyond its costs, since expectations err and waiting is free."""

from __future__ import annotations

from math import isqrt

from moneta import RAY, SECONDS_PER_YEAR, Outlook

MULTIPLE = RAY // 4
"""How many standard deviations of the gap count, in ray."""


def of_leg(source: Outlook | None, target: Outlook | None, units: int, seconds: int) -> int:
    """Base units over the horizon, rounded up: the two rates err apart from each other."""
    gap = isqrt(_sigma(source) ** 2 + _sigma(target) ** 2)
    return -(-units * share(gap, seconds) // RAY)


def fee(of: Outlook | None, seconds: int) -> int:
    """The same as a fee of each venue on what moves, in ray, that two equal ones come to when added."""
    return share(_sigma(of) * RAY // isqrt(2 * RAY * RAY), seconds)


def share(sigma: int, seconds: int) -> int:
    return sigma * MULTIPLE // RAY * seconds // SECONDS_PER_YEAR


def _sigma(of: Outlook | None) -> int:
    return 0 if of is None else max(of.sigma, 0)
