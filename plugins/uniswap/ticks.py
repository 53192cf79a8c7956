"""Ticks: prices in steps of a basis point, and where a swap stops next.

@uniswap/v3-core, libraries/TickMath and TickBitmap. A swap looks for its next tick one bitmap word (256 usable ticks)
at a time and stops at the word's edge even where no liquidity changes there; each stop rounds, so the same stops are
made here.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

MAX_TICK = 887_272
MIN_TICK = -MAX_TICK
MIN_SQRT_RATIO = 4_295_128_739
MAX_SQRT_RATIO = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342
Q96 = 1 << 96
WORD = 256  # ticks of one bitmap word, in units of the pool's tick spacing
_MAX_UINT256 = 2**256 - 1

# 2**128 / sqrt(1.0001 ** (2 ** i)), as TickMath.getSqrtRatioAtTick has it for bit i of the tick
_FACTORS = (
    0xFFFCB933BD6FAD37AA2D162D1A594001,
    0xFFF97272373D413259A46990580E213A,
    0xFFF2E50F5F656932EF12357CF3C7FDCC,
    0xFFE5CACA7E10E4E61C3624EAA0941CD0,
    0xFFCB9843D60F6159C9DB58835C926644,
    0xFF973B41FA98C081472E6896DFB254C0,
    0xFF2EA16466C96A3843EC78B326B52861,
    0xFE5DEE046A99A2A811C461F1969C3053,
    0xFCBE86C7900A88AEDCFFC83B479AA3A4,
    0xF987A7253AC413176F2B074CF7815E54,
    0xF3392B0822B70005940C7A398E4B70F3,
    0xE7159475A2C29B7443B29C7FA6E889D9,
    0xD097F3BDFD2022B8845AD8F792AA5825,
    0xA9F746462D870FDF8A65DC1F90E061E5,
    0x70D869A156D2A1B890BB3DF62BAF32F7,
    0x31BE135F97D08FD981231505542FCFA6,
    0x9AA508B5B7A84E1C677DE54F3E99BC9,
    0x5D6AF8DEDB81196699C329225EE604,
    0x2216E584F5FA1EA926041BEDFE98,
    0x48A170391F7DC42444E8FA2,
)


@lru_cache(maxsize=1 << 14)
def sqrt_ratio_at(tick: int) -> int:
    """sqrt(1.0001 ** tick) as a Q64.96, rounded as TickMath.getSqrtRatioAtTick. Raises ValueError out of range."""
    if not MIN_TICK <= tick <= MAX_TICK:
        raise ValueError(f"{tick} is no tick")
    ratio = 1 << 128
    for bit, factor in enumerate(_FACTORS):
        if abs(tick) >> bit & 1:
            ratio = ratio * factor >> 128
    if tick > 0:
        ratio = _MAX_UINT256 // ratio
    return -(-ratio >> 32)


def tick_at(price: int, near: int = 0) -> int:
    """The highest tick whose price isn't above `price`, as TickMath.getTickAtSqrtRatio. `near` is where to begin."""
    step, low = 1, near
    while low > MIN_TICK and sqrt_ratio_at(low) > price:
        low, step = max(low - step, MIN_TICK), step * 2
    step, high = 1, low + 1
    while high <= MAX_TICK and sqrt_ratio_at(high) <= price:
        low, high, step = high, high + step, step * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle <= MAX_TICK and sqrt_ratio_at(middle) <= price else (low, middle)
    return low


def word_of(tick: int, spacing: int) -> int:
    """The bitmap word that a tick lies in."""
    return tick // spacing >> 8


def next_tick(ticks: Sequence[tuple[int, int]], tick: int, spacing: int, down: bool) -> tuple[int, int | None]:
    """The next stop from `tick` and its net liquidity, None at a mere edge of a word.

    TickBitmap.nextInitializedTickWithinOneWord: down from `tick` itself, up from beyond it. `ticks` are ascending.
    """
    place = tick // spacing  # rounds towards negative infinity, as the contract corrects to
    if down:
        edge = place // WORD * WORD * spacing
        found = bisect_right(ticks, tick, key=_tick) - 1
        if found >= 0 and ticks[found][0] >= edge:
            return ticks[found]
    else:
        edge = ((place + 1) // WORD * WORD + WORD - 1) * spacing
        found = bisect_left(ticks, tick + 1, key=_tick)
        if found < len(ticks) and ticks[found][0] <= edge:
            return ticks[found]
    return edge, None


def _tick(entry: tuple[int, int]) -> int:
    return entry[0]
