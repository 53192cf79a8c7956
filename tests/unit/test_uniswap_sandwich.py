"""The best sandwich around a trade: nobody who tries sizes by hand finds a better one, and none breaks a limit."""

from __future__ import annotations

from math import isqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.money import Address, Token
from agent.routes import AnyPool, PairState, PoolState, Route, Trade
from plugins.uniswap.after import Way, swapped, through, way_of
from plugins.uniswap.exposure import attacks
from plugins.uniswap.ticks import tick_at
from tests.unit.policy_parts import place

pytestmark = pytest.mark.unit

USD, ETH, BTC = (
    Token(1, "USD", place("a1"), 6),
    Token(1, "ETH", place("a2"), 18),
    Token(1, "BTC", place("a3"), 8),
)
DEEP = 9_000_000 * 10**6
EDGE = 887_270


def ticked(mark: str, fee: int, reserve0: int, reserve1: int, first: Token = USD, second: Token = ETH) -> PoolState:
    """The whole range, and half as much again within about 5 % of the price."""
    price = isqrt((reserve1 << 192) // reserve0)
    tick, deep = tick_at(price), isqrt(reserve0 * reserve1)
    low, high = (tick - 500) // 10 * 10, (tick + 500) // 10 * 10
    ticks = ((-EDGE, deep), (low, deep // 2), (high, -(deep // 2)), (EDGE, -deep))
    return PoolState(place(mark), _at(first), _at(second), fee, 10, price, tick, deep + deep // 2, ticks, -EDGE, EDGE)


def pair(mark: str, reserve0: int, reserve1: int, first: Token = USD, second: Token = ETH) -> PairState:
    return PairState(place(mark), _at(first), _at(second), reserve0, reserve1)


def _at(token: Token) -> Address:
    assert token.address is not None
    return token.address


V3 = ticked("c1", 500, DEEP, 3_000 * 10**18)
V2 = pair("c2", DEEP, 3_000 * 10**18)
ONWARD = ticked("c3", 500, 3_000 * 10**18, 150 * 10**8, ETH, BTC)
POOLS: tuple[AnyPool, ...] = (V3, V2, ONWARD)


def part(units: int, *pools: AnyPool, exact_out: bool = False, start: Token = USD) -> Route:
    """Units of the said side; the other one as the pools give it, each part by itself."""
    known = {pool.pool: pool for pool in pools}
    tokens = [start]
    for pool in pools:
        tokens.append(next(t for t in (USD, ETH, BTC) if t.address in (pool.token0, pool.token1) and t != tokens[-1]))
    fees = tuple(pool.fee for pool in pools)
    route = Route("x", tuple(tokens), fees, tuple(known), units, units, exact_out, 0)
    done = through(known, way_of(route, known), units, exact_out)
    assert done is not None
    return Route("x", tuple(tokens), fees, tuple(known), done.units_in, done.units_out, exact_out, 0)


def limits(trade: Trade, bps: int) -> tuple[int, ...]:
    if trade.exact_out:
        return tuple(each.units_in * (10_000 + bps) // 10_000 for each in trade.parts)
    return tuple(-(-each.units_out * (10_000 - bps) // 10_000) for each in trade.parts)


def by_hand(
    trade: Trade, bounds: tuple[int, ...], target: tuple[AnyPool, ...], start: Token, units: int
) -> int | None:
    """What an attacker has more in the end who goes ahead with `units`; None where the trade fails."""
    pools = {pool.pool: pool for pool in POOLS}
    way = way_of(part(units, *target, start=start), pools)
    front = through(pools, way, units)
    assert front is not None
    pools = dict(front.pools)
    for each, bound in zip(trade.parts, bounds, strict=True):
        done = through(
            pools, way_of(each, pools), each.units_out if each.exact_out else each.units_in, each.exact_out
        )
        assert done is not None
        if done.units_in > bound if each.exact_out else done.units_out < bound:
            return None
        pools = dict(done.pools)
    back = through(pools, way.back, front.units_out)
    assert back is not None
    return back.units_out - units


@settings(max_examples=60)
@given(
    st.sampled_from([(V3,), (V2,)]),
    st.integers(500, 400_000),
    st.sampled_from([5, 30, 100, 200]),
    st.booleans(),
    st.lists(st.integers(1, 1_000), min_size=12, max_size=12),
)
def test_no_size_by_hand_gains_more(
    pools: tuple[AnyPool, ...], dollars: int, bps: int, exact_out: bool, permille: list[int]
) -> None:
    trade = Trade((part(dollars * 10**14 // 3 if exact_out else dollars * 10**6, *pools, exact_out=exact_out),))
    bounds = limits(trade, bps)
    found = attacks(POOLS, trade, bounds)
    best = max((each.gain for each in found), default=0)
    reach = next((each.units for each in found), 50_000 * 10**6)
    for each in permille:
        gain = by_hand(trade, bounds, pools, USD, max(reach * each // 800, 10**6))
        assert gain is None or gain <= best + best // 50 + 10**4  # within a 50th, or a cent


def test_what_is_found_is_what_it_comes_to() -> None:
    trade = Trade((part(50_000 * 10**6, V3),))
    bounds = limits(trade, 30)
    (found,) = attacks(POOLS, trade, bounds)
    assert found.gain == by_hand(trade, bounds, (V3,), USD, found.units)
    assert found.gain > 0
    assert (found.pools, found.token) == ((V3.pool,), USD)
    worst = trade.units_out - sum(bounds)
    assert worst * 95 // 100 < found.loss <= worst
    assert by_hand(trade, bounds, (V3,), USD, found.units * 102 // 100) is None


def test_a_small_trade_pays_nobody() -> None:
    """What it moves the price by is less than two fees."""
    trade = Trade((part(2_000 * 10**6, V3),))
    assert attacks(POOLS, trade, limits(trade, 100)) == ()


def test_no_room_no_sandwich() -> None:
    trade = Trade((part(50_000 * 10**6, V3),))
    assert attacks(POOLS, trade, (trade.units_out,)) == ()
    assert attacks(POOLS, trade, (trade.units_out + 1,)) == ()


def test_less_room_never_pays_more() -> None:
    trade = Trade((part(80_000 * 10**6, V3),))
    gains = [
        max((each.gain for each in attacks(POOLS, trade, limits(trade, bps))), default=0) for bps in range(0, 60, 5)
    ]
    assert gains == sorted(gains)
    assert gains[0] == 0
    assert gains[-1] > 0


def test_every_part_has_its_own_limit() -> None:
    """An attack on one pool has that part's room only, however much room the others leave."""
    trade = Trade((part(50_000 * 10**6, V3), part(50_000 * 10**6, V2)))
    both = attacks(POOLS, trade, limits(trade, 30))
    assert {each.pools for each in both} == {(V3.pool,), (V2.pool,)}
    tight = (trade.parts[0].units_out, limits(trade, 30)[1])
    assert {each.pools for each in attacks(POOLS, trade, tight)} == {(V2.pool,)}


def test_a_way_of_two_hops_is_attacked_on_each_and_on_both() -> None:
    trade = Trade((part(100_000 * 10**6, V3, ONWARD),))
    found = attacks(POOLS, trade, limits(trade, 100))
    assert {each.pools: each.token for each in found} == {
        (V3.pool,): USD,
        (ONWARD.pool,): ETH,
        (V3.pool, ONWARD.pool): USD,
    }
    assert all(each.loss <= trade.units_out // 100 for each in found)


def test_a_pair_is_the_routers_own_formula() -> None:
    """@uniswap/v2-periphery, UniswapV2Library.spec.ts: getAmountOut, getAmountIn."""
    little = pair("c9", 100, 100)
    assert swapped(little, True, 2) == (1, pair("c9", 102, 99))
    assert swapped(little, True, 1, exact_out=True) == (2, pair("c9", 102, 99))
    assert swapped(little, False, 2) == (1, pair("c9", 99, 102))
    one_sided = pair("c9", 100, 10_000)
    assert swapped(one_sided, True, 1, exact_out=True) == (1, pair("c9", 101, 9_902)), "all that its input is worth"
    assert swapped(little, True, 0) is None
    assert swapped(little, True, 100, exact_out=True) is None
    assert swapped(pair("c9", 0, 100), True, 2) is None


def test_a_way_goes_back_the_way_it_came() -> None:
    way = Way((V3.pool, ONWARD.pool), (True, False))
    assert way.back == Way((ONWARD.pool, V3.pool), (True, False))
    assert way.back.back == way
