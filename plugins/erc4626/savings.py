"""Savings vaults: they pay what governance sets, whoever deposits, and mint it (Sky's sUSDS, sDAI over Maker's Pot).

The set number is what one ray grows to in a second (sky-ecosystem/sdai SUsds.sol `ssr`, makerdao/dss pot.sol `dsr`).
"""

from __future__ import annotations

from collections.abc import Mapping

from moneta import RAY, SECONDS_PER_YEAR, Curve, Rate


def yearly(per_second: int) -> Rate:
    """The simple yearly rate of a growth factor a second in ray, 0 for one that doesn't grow."""
    return Rate(max(per_second - RAY, 0) * SECONDS_PER_YEAR)


def shape(facts: Mapping[str, int]) -> Curve:
    """For the allocator: what governance sets, `rate` in ray a year, whatever is deposited."""
    rate = facts["rate"]
    return Curve(facts["supplied"], 0, ((0, rate), (RAY, rate)), on_borrowed=False)
