"""Aave's fixed-point arithmetic: @aave/core-v3, protocol/libraries/math. Half is rounded up where nothing is said."""

from moneta import RAY, SECONDS_PER_YEAR

PERCENT = 10_000  # PercentageMath.PERCENTAGE_FACTOR: basis points


def ray_mul(a: int, b: int) -> int:
    """WadRayMath.rayMul."""
    return (a * b + RAY // 2) // RAY


def ray_div(a: int, b: int) -> int:
    """WadRayMath.rayDiv."""
    return (a * RAY + b // 2) // b


def ray_mul_floor(a: int, b: int) -> int:
    """WadRayMath.rayMulFloor, from v3.5."""
    return a * b // RAY


def ray_mul_ceil(a: int, b: int) -> int:
    """WadRayMath.rayMulCeil, from v3.5."""
    return -(-a * b // RAY)


def ray_div_floor(a: int, b: int) -> int:
    """WadRayMath.rayDivFloor, from v3.5."""
    return a * RAY // b


def percent_mul(value: int, basis_points: int) -> int:
    """PercentageMath.percentMul."""
    return (value * basis_points + PERCENT // 2) // PERCENT


def linear(rate: int, seconds: int) -> int:
    """MathUtils.calculateLinearInterest: the growth factor in ray of a yearly rate in ray."""
    return RAY + rate * seconds // SECONDS_PER_YEAR


def compounded(rate: int, seconds: int) -> int:
    """MathUtils.calculateCompoundedInterest up to v3.3: the binomial series to its third term."""
    if seconds == 0:
        return RAY
    minus_two = max(seconds - 2, 0)
    power_two = ray_mul(rate, rate) // (SECONDS_PER_YEAR * SECONDS_PER_YEAR)
    power_three = ray_mul(power_two, rate) // SECONDS_PER_YEAR
    second = seconds * (seconds - 1) * power_two // 2
    third = seconds * (seconds - 1) * minus_two * power_three // 6
    return RAY + rate * seconds // SECONDS_PER_YEAR + second + third


def compounded_exactly(rate: int, seconds: int) -> int:
    """The same from v3.4 on (docs/3.4 and MathUtils of aave-v3-origin 3.6.0): it multiplies before it divides."""
    exponent = rate * seconds // SECONDS_PER_YEAR
    return RAY + exponent + ray_mul(exponent, exponent // 2 + ray_mul(exponent, exponent // 6))
