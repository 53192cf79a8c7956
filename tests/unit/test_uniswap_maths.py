"""Uniswap v3's integers: against the definitions, known vectors of its own tests, and what must hold of any pool."""

from __future__ import annotations

from decimal import Decimal, localcontext

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.money import ZERO_ADDRESS
from agent.routes import FEE_SCALE, PoolState
from plugins.uniswap.pool import moved, swap
from plugins.uniswap.prices import TooMuch, after_input, after_output, amount0, amount1, swap_step
from plugins.uniswap.ticks import (
    MAX_SQRT_RATIO,
    MAX_TICK,
    MIN_SQRT_RATIO,
    MIN_TICK,
    Q96,
    next_tick,
    sqrt_ratio_at,
    tick_at,
    word_of,
)

pytestmark = pytest.mark.unit

ETHER = 10**18


@pytest.mark.parametrize(
    ("tick", "ratio"),
    [  # @uniswap/v3-core, test/TickMath.spec.ts
        (MIN_TICK, MIN_SQRT_RATIO),
        (MIN_TICK + 1, 4295343490),
        (0, Q96),
        (MAX_TICK - 1, 1461373636630004318706518188784493106690254656249),
        (MAX_TICK, MAX_SQRT_RATIO),
    ],
)
def test_prices_of_ticks_at_the_edges(tick: int, ratio: int) -> None:
    assert sqrt_ratio_at(tick) == ratio


@given(st.integers(MIN_TICK, MAX_TICK))
def test_a_ticks_price_is_a_power_of_a_basis_point(tick: int) -> None:
    """As exact as Q64.96 lets it be: the contract's own bound is 1 / 100 of a basis point, it keeps far below."""
    with localcontext() as context:
        context.prec = 80
        true = (Decimal("1.0001") ** tick).sqrt() * Q96
    assert abs(sqrt_ratio_at(tick) - true) <= 1 + true / 10**18


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_prices_rise_with_ticks(tick: int) -> None:
    assert sqrt_ratio_at(tick) < sqrt_ratio_at(tick + 1)


@given(st.integers(MIN_TICK, MAX_TICK - 1), st.integers(MIN_TICK, MAX_TICK))
def test_the_tick_of_a_price_wherever_it_is_looked_for(tick: int, near: int) -> None:
    low, high = sqrt_ratio_at(tick), sqrt_ratio_at(tick + 1)
    assert tick_at(low, near) == tick
    assert tick_at(high - 1, near) == tick


@pytest.mark.parametrize("tick", [MIN_TICK - 1, MAX_TICK + 1])
def test_there_are_no_more_ticks(tick: int) -> None:
    with pytest.raises(ValueError, match="no tick"):
        sqrt_ratio_at(tick)


def test_vectors_of_price_and_amount() -> None:
    """@uniswap/v3-core, test/SqrtPriceMath.spec.ts: price 1, liquidity 1 ether (or 0.1 of them), amounts of 0.1."""
    tenth = ETHER // 10
    assert after_input(Q96, ETHER, tenth, zero_for_one=False) == 87150978765690771352898345369
    assert after_input(Q96, ETHER, tenth, zero_for_one=True) == 72025602285694852357767227579
    assert after_output(Q96, ETHER, tenth, zero_for_one=False) == 88031291682515930659493278152
    assert after_output(Q96, ETHER, tenth, zero_for_one=True) == 71305346262837903834189555302
    assert after_input(Q96, 10 * ETHER, 2**100, zero_for_one=True) == 624999999995069620
    up = 87150978765690771352898345369  # sqrt(1.21)
    assert amount0(Q96, up, ETHER, up=True) == 90909090909090910
    assert amount0(Q96, up, ETHER, up=False) == 90909090909090909
    assert amount1(Q96, up, ETHER, up=True) == 100000000000000000
    assert amount1(Q96, up, ETHER, up=False) == 99999999999999999


def test_vectors_of_a_step() -> None:
    """@uniswap/v3-core, test/SwapMath.spec.ts: a target that is reached, one that isn't; both exactnesses."""
    near = 79623317895830914510639640423  # sqrt(1.01)
    capped = swap_step(Q96, near, 2 * ETHER, ETHER, 600)
    assert capped == (near, 9975124224178055, 9925619580021728, 5988667735148)
    capped = swap_step(Q96, near, 2 * ETHER, -ETHER, 600)
    assert capped == (near, 9975124224178055, 9925619580021728, 5988667735148)
    far = 250541448375047931186413801569  # sqrt(10)
    price, taken, given_, fee = swap_step(Q96, far, 2 * ETHER, ETHER, 600)
    assert (taken, fee, given_) == (999400000000000000, 600000000000000, 666399946655997866)
    assert price < far
    price, taken, given_, fee = swap_step(Q96, 792281625142643375935439503360, 2 * ETHER, -ETHER, 600)
    assert (taken, fee, given_) == (2000000000000000000, 1200720432259356, ETHER)


def test_more_than_there_is() -> None:
    """@uniswap/v3-core, test/SqrtPriceMath.spec.ts: the outputs that revert."""
    price, liquidity = 20282409603651670423947251286016, 1024
    for units in (4, 5):
        with pytest.raises(TooMuch):
            after_output(price, liquidity, units, zero_for_one=False)
    for units in (262_144, 262_145):
        with pytest.raises(TooMuch):
            after_output(price, liquidity, units, zero_for_one=True)
    assert after_output(price, liquidity, 262_143, zero_for_one=True) == 77371252455336267181195264


TICKS = ((-600, 5), (-240, 7), (60, -3), (300, -9))


@pytest.mark.parametrize(
    ("tick", "down", "found"),
    [
        (0, True, (0, None)),  # a word's own first tick is its edge
        (-1, True, (-240, 7)),
        (-240, True, (-240, 7)),
        (-241, True, (-600, 5)),
        (-601, True, (-60 * 256, None)),
        (0, False, (60, -3)),
        (60, False, (300, -9)),
        (300, False, (255 * 60, None)),
        (255 * 60 - 1, False, (255 * 60, None)),
        (255 * 60, False, (511 * 60, None)),
        (-60 * 256, True, (-60 * 256, None)),
        (-60 * 256 - 1, True, (-60 * 512, None)),
    ],
)
def test_the_next_stop(tick: int, down: bool, found: tuple[int, int | None]) -> None:
    assert next_tick(TICKS, tick, 60, down) == found


def test_words_of_ticks() -> None:
    assert [word_of(tick, 10) for tick in (-1, 0, 2559, 2560, -2560, -2561)] == [-1, 0, 0, 1, -1, -2]


@st.composite
def pools(draw: st.DrawFn) -> PoolState:
    """A pool with a wide band and a narrower one, the price somewhere inside of both."""
    fee, spacing = draw(st.sampled_from([(100, 1), (500, 10), (3000, 60), (10_000, 200)]))
    tick = draw(st.integers(-2_000, 2_000)) // spacing * spacing
    wide, narrow = draw(st.integers(10**6, 10**24)), draw(st.integers(0, 10**24))
    reach, inner = 100 * spacing, draw(st.integers(1, 40)) * spacing
    price = draw(st.integers(sqrt_ratio_at(tick), sqrt_ratio_at(tick + spacing) - 1))
    ticks = ((tick - reach, wide), (tick - inner, narrow), (tick + spacing + inner, -narrow), (tick + reach, -wide))
    here = tick + next((n for n in range(spacing) if sqrt_ratio_at(tick + n + 1) > price), spacing - 1)
    low, high = tick - 1_000 * spacing, tick + 1_000 * spacing
    return PoolState(
        ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, fee, spacing, price, here, wide + narrow, ticks, low, high
    )  # fmt: skip


AMOUNTS = st.integers(1, 10**25)


@given(pools(), st.booleans(), AMOUNTS)
def test_what_an_exact_output_takes_gives_it(pool: PoolState, down: bool, units: int) -> None:
    """Buying back what a sale gave never takes more than was sold, and gives at least as much."""
    out = swap(pool, down, units)
    assume(out)
    assert out is not None
    need = swap(pool, down, out, exact_out=True)
    assert need is not None
    assert need <= units
    again = swap(pool, down, need)
    assert again is not None
    assert again >= out


@given(pools(), st.booleans(), AMOUNTS, AMOUNTS)
def test_more_in_never_gives_less(pool: PoolState, down: bool, one: int, other: int) -> None:
    less, more = (swap(pool, down, units) for units in sorted((one, other)))
    assume(less is not None and more is not None)
    assert less is not None
    assert more is not None
    assert less <= more


@given(pools(), st.booleans(), AMOUNTS)
def test_nobody_trades_better_than_at_the_price_before(pool: PoolState, down: bool, units: int) -> None:
    out = swap(pool, down, units)
    assume(out is not None)
    assert out is not None
    price = pool.sqrt_price**2
    kept = units * (FEE_SCALE - pool.fee)
    worth = kept * price // 2**192 if down else kept * 2**192 // price
    assert out * FEE_SCALE <= worth


@given(pools(), st.booleans(), AMOUNTS)
def test_a_pool_as_a_swap_leaves_it(pool: PoolState, down: bool, units: int) -> None:
    """Its price lies where its tick says, and the way back gives no more than came in."""
    found = moved(pool, down, units)
    assume(found is not None)
    assert found is not None
    out, after = found
    assert out == swap(pool, down, units)
    assert sqrt_ratio_at(after.tick) <= after.sqrt_price <= sqrt_ratio_at(after.tick + 1)
    assert after.liquidity == sum(net for tick, net in pool.ticks if tick <= after.tick)
    back = swap(after, not down, out)
    assert back is None or back <= units


@given(pools(), st.booleans())
def test_nothing_beyond_what_is_known(pool: PoolState, down: bool) -> None:
    assert swap(pool, down, 10**60) is None
    assert swap(pool, down, 10**60, exact_out=True) is None
    assert swap(pool, down, 0) is None
