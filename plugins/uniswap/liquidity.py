"""Liquidity and the amounts that it stands for, and the fees that it earned: to the unit, as the contracts count.

@uniswap/v3-periphery, libraries/LiquidityAmounts; @uniswap/v3-core, libraries/SqrtPriceMath, Tick and Position.
"""

from __future__ import annotations

from dataclasses import dataclass

from plugins.uniswap.prices import amount0, amount1
from plugins.uniswap.ticks import MAX_TICK, MIN_TICK, Q96, sqrt_ratio_at

Q128 = 1 << 128
WORD = 1 << 256
MAX_UINT128 = Q128 - 1


def liquidity_for(price: int, low: int, high: int, most0: int | None, most1: int | None) -> int:
    """What the most of each token gives; None is no bound. LiquidityAmounts.getLiquidityForAmounts."""
    a, b = sqrt_ratio_at(low), sqrt_ratio_at(high)
    found = []
    if most0 is not None and price < b:
        found.append(_for_amount0(max(price, a), b, most0))
    if most1 is not None and price > a:
        found.append(most1 * Q96 // (min(price, b) - a))
    return min(min(found, default=0), MAX_UINT128)


def _for_amount0(a: int, b: int, units: int) -> int:
    return units * (a * b // Q96) // (b - a)


def amounts_of(price: int, low: int, high: int, liquidity: int, up: bool) -> tuple[int, int]:
    """Base units of both tokens: rounded up what it takes, rounded down what it gives. UniswapV3Pool._modifyPosition.

    The pool looks at its tick, and this at its price; where they differ, at a range's edge, both come to the same.
    """
    a, b = sqrt_ratio_at(low), sqrt_ratio_at(high)
    inside = min(max(price, a), b)
    return amount0(inside, b, liquidity, up), amount1(a, inside, liquidity, up)


@dataclass(frozen=True, slots=True)
class Outside:
    """What the two growths of fees were on the other side of a tick, as Tick.Info has them."""

    growth0: int
    growth1: int


def growth_inside(tick: int, low: int, high: int, whole: Outside, below: Outside, above: Outside) -> Outside:
    """The growth between two ticks, modulo 2**256: only differences of it mean something. Tick.getFeeGrowthInside."""

    def inside(whole: int, below: int, above: int) -> int:
        under = below if tick >= low else whole - below
        over = above if tick < high else whole - above
        return (whole - under - over) % WORD

    return Outside(
        inside(whole.growth0, below.growth0, above.growth0), inside(whole.growth1, below.growth1, above.growth1)
    )


def earned(now: int, last: int, liquidity: int) -> int:
    """Base units that liquidity earned since its growth was `last`. Position.update, uint128 as there."""
    return ((now - last) % WORD * liquidity // Q128) & MAX_UINT128


def usable(tick: int, spacing: int) -> int:
    """The nearest tick that a position can end at; TickMath's bounds kept."""
    edge = MAX_TICK // spacing * spacing
    return min(max((tick + spacing // 2) // spacing * spacing, -edge), edge)


def usable_range(low: int, high: int, spacing: int) -> tuple[int, int]:
    """The nearest range, one spacing wide at the least."""
    lower, upper = usable(low, spacing), usable(high, spacing)
    if lower < upper:
        return lower, upper
    edge = MAX_TICK // spacing * spacing
    return (lower, lower + spacing) if lower + spacing <= edge else (lower - spacing, lower)


def full_range(spacing: int) -> tuple[int, int]:
    """From the lowest to the highest price."""
    return usable_range(MIN_TICK, MAX_TICK, spacing)
