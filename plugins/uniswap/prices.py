"""Amounts between prices, and prices after amounts. @uniswap/v3-core and v4-core, libraries/SqrtPriceMath, SwapMath.

Square roots of prices are Q64.96 of token1 / token0; every rounding is in the pool's favour, as in the contracts.
"""

from __future__ import annotations

from plugins.uniswap.ticks import Q96

FEE_SCALE = 1_000_000
_WORD = 1 << 256


class TooMuch(ArithmeticError):
    """More than the liquidity can give: the contract would revert."""


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def amount0(a: int, b: int, liquidity: int, up: bool) -> int:
    """Token 0 between two prices: L · (√b − √a) / (√a · √b). SqrtPriceMath.getAmount0Delta."""
    low, high = min(a, b), max(a, b)
    product = (liquidity << 96) * (high - low)
    return ceil_div(ceil_div(product, high), low) if up else product // high // low


def amount1(a: int, b: int, liquidity: int, up: bool) -> int:
    """Token 1 between two prices: L · (√b − √a). SqrtPriceMath.getAmount1Delta."""
    product = liquidity * abs(a - b)
    return ceil_div(product, Q96) if up else product // Q96


def after_input(price: int, liquidity: int, units: int, zero_for_one: bool) -> int:
    """The price once `units` came in. SqrtPriceMath.getNextSqrtPriceFromInput."""
    if not zero_for_one:
        return price + (units << 96) // liquidity
    if units == 0:
        return price
    whole = liquidity << 96
    product = units * price
    if product < _WORD and whole + product < _WORD:
        return ceil_div(whole * price, whole + product)
    return ceil_div(whole, whole // price + units)  # the contract's way round an overflow rounds otherwise


def after_output(price: int, liquidity: int, units: int, zero_for_one: bool) -> int:
    """The price once `units` went out. SqrtPriceMath.getNextSqrtPriceFromOutput. Raises TooMuch."""
    if zero_for_one:
        quotient = ceil_div(units << 96, liquidity)
        if price <= quotient:
            raise TooMuch
        return price - quotient
    if units == 0:
        return price
    whole, product = liquidity << 96, units * price
    if product >= _WORD or whole <= product:
        raise TooMuch
    return ceil_div(whole * price, whole - product)


def swap_step(
    price: int, target: int, liquidity: int, remaining: int, fee: int, version: int = 3
) -> tuple[int, int, int, int]:
    """One step towards `target`: the price after it, what came in (without the fee), what went out, the fee.

    `remaining` is positive for an exact input, negative for an exact output. SwapMath.computeSwapStep; that of v4
    takes all that remains of an input which isn't enough for the target, also where rounding meets it.
    """
    zero_for_one, exact_in = price >= target, remaining >= 0
    if exact_in:
        without_fee = remaining * (FEE_SCALE - fee) // FEE_SCALE
        whole = _taken(price, target, liquidity, zero_for_one)
        after = target if without_fee >= whole else after_input(price, liquidity, without_fee, zero_for_one)
        if version == 4 and without_fee < whole:
            return after, without_fee, _given(price, after, liquidity, zero_for_one), remaining - without_fee
    else:
        whole = _given(price, target, liquidity, zero_for_one)
        after = target if -remaining >= whole else after_output(price, liquidity, -remaining, zero_for_one)
    units_in = _taken(price, after, liquidity, zero_for_one)
    units_out = _given(price, after, liquidity, zero_for_one)
    if not exact_in:
        units_out = min(units_out, -remaining)
    if exact_in and after != target:
        return after, units_in, units_out, remaining - units_in
    return after, units_in, units_out, ceil_div(units_in * fee, FEE_SCALE - fee)


def _taken(price: int, after: int, liquidity: int, zero_for_one: bool) -> int:
    return (amount0 if zero_for_one else amount1)(price, after, liquidity, up=True)


def _given(price: int, after: int, liquidity: int, zero_for_one: bool) -> int:
    return (amount1 if zero_for_one else amount0)(price, after, liquidity, up=False)
