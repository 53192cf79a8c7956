"""Savings vaults: they pay what governance sets, whoever deposits, and mint it (Sky's sUSDS, sDAI over Maker's Pot).

The set number is what one ray grows to in a second (sky-ecosystem/sdai SUsds.sol `ssr`, makerdao/dss pot.sol `dsr`).
"""

from __future__ import annotations

from moneta import RAY, SECONDS_PER_YEAR, Rate


def yearly(per_second: int) -> Rate:
    """The simple yearly rate of a growth factor a second in ray, 0 for one that doesn't grow."""
    return Rate(max(per_second - RAY, 0) * SECONDS_PER_YEAR)
