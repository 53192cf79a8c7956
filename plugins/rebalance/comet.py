"""Compound III's supply rate: two slopes of its own, apart from the borrowers'.

compound-finance/comet, Comet.sol `getSupplyRate`: base and low slope up to the kink, the high slope on what is beyond
it; per second there, per year here.
"""

from __future__ import annotations

from collections.abc import Mapping

from moneta import RAY, Curve


def curve(facts: Mapping[str, int]) -> Curve:
    """From `supplied`, `borrowed`, `base`, `slope_low`, `slope_high` and `kink`, fractions in ray."""
    kink, base = facts["kink"], facts["base"]
    if not 0 < kink < RAY:
        raise ValueError("its kink isn't between 0 and 1")
    at_kink = base + facts["slope_low"] * kink // RAY
    at_full = at_kink + facts["slope_high"] * (RAY - kink) // RAY
    points = ((0, base), (kink, at_kink), (RAY, at_full))
    return Curve(facts["supplied"], facts["borrowed"], points, on_borrowed=False)
