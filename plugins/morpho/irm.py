"""Morpho's AdaptiveCurveIrm, in integers: morpho-blue-irm, src/AdaptiveCurveIrm.sol and libraries/adaptive-curve.

Rates are per second in wad. The rate at the target utilisation drifts with time: up while utilisation is above the
target, down while it is below.
"""

from __future__ import annotations

from moneta import SECONDS_PER_YEAR
from plugins.morpho.maths import WAD, quotient, wad_div, wad_mul

# ConstantsLib
STEEPNESS = 4 * WAD
SPEED = 50 * WAD // SECONDS_PER_YEAR
TARGET = 9 * WAD // 10
INITIAL_RATE = 4 * WAD // 100 // SECONDS_PER_YEAR
MIN_RATE = WAD // 1_000 // SECONDS_PER_YEAR
MAX_RATE = 2 * WAD // SECONDS_PER_YEAR

Bounds = tuple[int, int]
BOUNDS: Bounds = (MIN_RATE, MAX_RATE)

# ExpLib
LN_2 = 693147180559945309
LN_WEI = -41_446531673892822312
EXP_BOUND = 93_859467695000404319
EXP_BOUND_VALUE = 57716089161558943949701069502944508345128422502756744429568


def exp(x: int) -> int:
    """ExpLib.wExp: e^x in wad, by 2^q times a polynomial of the second degree."""
    if x < LN_WEI:
        return 0
    if x >= EXP_BOUND:
        return EXP_BOUND_VALUE
    q = quotient(x + (-(LN_2 // 2) if x < 0 else LN_2 // 2), LN_2)
    r = x - q * LN_2
    power = WAD + r + quotient(quotient(r * r, WAD), 2)
    return power << q if q >= 0 else power >> -q


def error(utilisation: int) -> int:
    """How far utilisation is from the target, from −1 (empty) over 0 to 1 (all lent out), in wad."""
    return wad_div(utilisation - TARGET, WAD - TARGET if utilisation > TARGET else TARGET)


def curve(rate_at_target: int, err: int) -> int:
    """AdaptiveCurveIrm._curve: the borrow rate at that distance from the target."""
    slope = WAD - wad_div(WAD, STEEPNESS) if err < 0 else STEEPNESS - WAD
    return wad_mul(wad_mul(slope, err) + WAD, rate_at_target)


def borrow_rate(utilisation: int, start: int, elapsed: int, bounds: Bounds = BOUNDS) -> tuple[int, int]:
    """AdaptiveCurveIrm._borrowRate: the average over `elapsed` seconds, and the rate at target at their end.

    `start` is the stored rateAtTarget, 0 before the market's first interaction. The contract's `bounds` hold it.
    """
    err = error(utilisation)
    if start == 0:
        return curve(INITIAL_RATE, err), INITIAL_RATE
    adaptation = wad_mul(SPEED, err) * elapsed
    if adaptation == 0:
        return curve(start, err), start
    end = _moved(start, adaptation, bounds)
    middle = _moved(start, quotient(adaptation, 2), bounds)
    return curve((start + end + 2 * middle) // 4, err), end


def _moved(start: int, adaptation: int, bounds: Bounds) -> int:
    least, most = bounds
    return max(min(wad_mul(start, exp(adaptation)), most), least)
