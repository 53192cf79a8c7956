"""Uniswap v2's integers: against its own library's formulas, and what must hold of any pair."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.money import ZERO_ADDRESS
from agent.routes import PairState
from plugins.uniswap.pairs import MOST_RESERVE, moved_pair, swap_pair

pytestmark = pytest.mark.unit

RESERVES = st.integers(1, 10**30)
UNITS = st.integers(1, 10**30)


def pair(first: int, second: int) -> PairState:
    return PairState(ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, first, second)


def amount_out(units: int, held: int, other: int) -> int:
    """UniswapV2Library.getAmountOut, word for word."""
    with_fee = units * 997
    return with_fee * other // (held * 1000 + with_fee)


def amount_in(units: int, held: int, other: int) -> int:
    """UniswapV2Library.getAmountIn, word for word."""
    return held * units * 1000 // ((other - units) * 997) + 1


@given(RESERVES, RESERVES, UNITS, st.booleans())
def test_the_amounts_are_the_librarys(first: int, second: int, units: int, down: bool) -> None:
    held, other = (first, second) if down else (second, first)
    assert swap_pair(pair(first, second), down, units) == (amount_out(units, held, other) or None)
    wanted = amount_in(units, held, other) if units < other else None
    needed = swap_pair(pair(first, second), down, units, exact_out=True)
    assert needed == (wanted if wanted is not None and held + wanted <= MOST_RESERVE else None)


def test_vectors_of_the_pair() -> None:
    """@uniswap/v2-core, test/UniswapV2Pair.spec.ts: swapTestCases (in, reserves, out)."""
    ether = 10**18
    for units, first, second, out in [
        (1, 5, 10, 1662497915624478906),
        (1, 10, 5, 453305446940074565),
        (2, 5, 10, 2851015155847869602),
        (2, 10, 5, 831248957812239453),
        (1, 10, 10, 906610893880149131),
        (1, 100, 100, 987158034397061298),
        (1, 1000, 1000, 996006981039903216),
    ]:
        assert swap_pair(pair(first * ether, second * ether), True, units * ether) == out


@given(RESERVES, RESERVES, UNITS, st.booleans())
def test_what_an_exact_output_takes_gives_at_least_it(first: int, second: int, units: int, down: bool) -> None:
    state = pair(first, second)
    need = swap_pair(state, down, units, exact_out=True)
    assume(need is not None)
    assert need is not None
    assert (swap_pair(state, down, need) or 0) >= units
    assert (swap_pair(state, down, need - 1) or 0) <= units
    by_input = moved_pair(state, down, need)
    assert by_input is not None
    assert moved_pair(state, down, units, exact_out=True) == (need, by_input[1])


@given(RESERVES, RESERVES, UNITS, st.booleans())
def test_a_pair_keeps_its_product_and_its_fee(first: int, second: int, units: int, down: bool) -> None:
    state = pair(first, second)
    found = moved_pair(state, down, units)
    assume(found is not None)
    assert found is not None
    out, after = found
    assert out == swap_pair(state, down, units)
    assert after.reserve0 * after.reserve1 >= first * second
    assert after.reserve0 + after.reserve1 == first + second + units - out


def test_what_a_pair_can_not_do() -> None:
    assert swap_pair(pair(10**18, 10**6), True, 0) is None
    assert swap_pair(pair(10**18, 10**6), True, 1) is None, "what gives nothing reverts: INSUFFICIENT_OUTPUT_AMOUNT"
    assert swap_pair(pair(10**18, 10**6), True, 10**6, exact_out=True) is None
    assert swap_pair(pair(0, 0), True, 10**6) is None
    assert swap_pair(pair(MOST_RESERVE, 10**6), True, 10**30) is None
