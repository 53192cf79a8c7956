"""Splitting a trade: its curves are the pools' own, its parts add up and run as quoted, nothing single is better."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.money import Token
from agent.routes import PairState, PoolState, Trade
from plugins.uniswap.best import weighed
from plugins.uniswap.lines import line
from plugins.uniswap.pairs import moved_pair, swap_pair
from plugins.uniswap.paths import MOST_HOPS, Hop, paths, version
from plugins.uniswap.pool import swap
from plugins.uniswap.split import best_trade, net
from tests.unit.uniswap_parts import Exchange, exchanges

pytestmark = pytest.mark.unit

USD = st.floats(1, 6.7).map(lambda power: 10**power)
GAS = st.one_of(st.just(Fraction(0)), st.builds(Fraction, st.integers(0, 10**12), st.integers(1, 10**6)))


def traded(it: Exchange, usd: float, exact_out: bool, gas: Fraction = Fraction(0)) -> Trade | None:
    units = it.units(usd, len(it.tokens) - 1 if exact_out else 0)
    return best_trade(it.pools, it.by_address, it.start, it.end, units, exact_out, gas)


@given(exchanges, st.booleans(), st.booleans(), st.floats(0, 30))
def test_a_curve_is_its_pool(it: Exchange, down: bool, exact_out: bool, power: float) -> None:
    units = int(10**power)
    for pool in it.pools:
        found = line(pool, down, exact_out).at(units)
        if isinstance(pool, PoolState):
            true = swap(pool, down, units, exact_out)
        else:
            true = swap_pair(pool, down, units, exact_out)
        if found is not None and found.value:
            assert found.value == true


@settings(max_examples=40)
@given(exchanges, st.booleans(), st.booleans())
def test_a_curve_grows_step_by_step_as_at_once(it: Exchange, down: bool, exact_out: bool) -> None:
    for pool in it.pools:
        curve = line(pool, down, exact_out)
        sizes = [10**power for power in range(0, 26, 2)]
        walked = [curve.at(each) for each in sizes]
        assert walked == [line(pool, down, exact_out).at(each) for each in sizes]
        values = [each.value for each in walked if each is not None]
        assert values == sorted(values)
        roots = [each.root for each in walked if each is not None]
        assert roots == sorted(roots, reverse=exact_out), "each unit more is dearer than the one before"


@given(exchanges)
def test_no_path_meets_a_token_or_a_pool_twice(it: Exchange) -> None:
    found = paths(it.pools, it.by_address, *it.ends(0, len(it.tokens) - 1))
    assert len({tuple(id(hop.pool) for hop in path) for path in found}) == len(found)
    for path in found:
        assert 1 <= len(path) <= MOST_HOPS
        starts = [hop.pool.token0 if hop.zero_for_one else hop.pool.token1 for hop in path]
        assert starts == [it.start.address, *(hop.end for hop in path[:-1])]
        assert path[-1].end == it.end.address
        assert len({*starts, it.end.address}) == len(path) + 1
        assert len({isinstance(hop.pool, PairState) for hop in path}) == 1


@settings(deadline=None, max_examples=40)
@given(exchanges, USD, st.booleans(), GAS)
def test_the_parts_add_up_and_run_as_quoted(it: Exchange, usd: float, exact_out: bool, gas: Fraction) -> None:
    trade = traded(it, usd, exact_out, gas)
    assume(trade is not None)
    assert trade is not None
    units = it.units(usd, len(it.tokens) - 1 if exact_out else 0)
    assert (trade.units_out if exact_out else trade.units_in) == units
    pools = {pool.pool: pool for pool in it.pools}
    for part in trade.parts:
        amount = part.units_out if exact_out else part.units_in
        hops = list(zip(part.pools, pairwise(part.tokens), strict=True))
        for pool, (start, _) in reversed(hops) if exact_out else hops:
            after = Hop(pools[pool], pools[pool].token0 == start.address).after(amount, exact_out)
            assert after is not None
            amount, pools[pool] = after
        assert amount == (part.units_in if exact_out else part.units_out)


@settings(deadline=None, max_examples=40)
@given(exchanges, USD, st.booleans(), GAS)
def test_no_single_way_is_better(it: Exchange, usd: float, exact_out: bool, gas: Fraction) -> None:
    trade = traded(it, usd, exact_out, gas)
    units = it.units(usd, len(it.tokens) - 1 if exact_out else 0)
    routes = weighed(it.pools, it.by_address, it.start, it.end, units, exact_out)
    if trade is None:
        assert not routes or routes[0].why_not
        return
    if routes and not routes[0].why_not and gas == 0:
        best = routes[0]
        assert trade.units_in <= best.units_in if exact_out else trade.units_out >= best.units_out


def twins(share: Fraction) -> tuple[Exchange, list[PairState]]:
    """Two pairs between two tokens at one price, the second `share` as deep."""
    it = Exchange(1, 3, kinds=2)
    first, last = it.ends(0, 1)
    deep = 10**24
    pool = it.pools[0].pool
    pairs = [PairState(pool, first, last, deep, deep)]
    pairs.append(replace(pairs[0], pool=it.pools[1].pool, reserve0=int(deep * share), reserve1=int(deep * share)))
    return it, pairs


@pytest.mark.parametrize("exact_out", [False, True])
@pytest.mark.parametrize("share", [Fraction(1), Fraction(1, 2), Fraction(1, 9)])
def test_pairs_at_one_price_are_used_by_their_depth(share: Fraction, exact_out: bool) -> None:
    it, pairs = twins(share)
    trade = best_trade(pairs, it.by_address, it.start, it.end, 10**22, exact_out, Fraction(0))
    assert trade is not None
    sizes = sorted((part.units_out if exact_out else part.units_in for part in trade.parts), reverse=True)
    assert abs(sizes[1] - 10**22 * share / (1 + share)) <= 10**22 // 10**5


def test_gas_keeps_a_small_trade_in_one_piece() -> None:
    it, pairs = twins(Fraction(1))
    gained = {}
    for parts, gas in ((2, Fraction(10**10)), (1, Fraction(10**16))):
        trade = best_trade(pairs, it.by_address, it.start, it.end, 10**22, exact_out=False, gas=gas)
        assert trade is not None
        assert len(trade.parts) == parts
        gained[parts] = trade
    assert gained[2].gas > gained[1].gas
    assert gained[2].units_out > gained[1].units_out
    assert net(gained[2], Fraction(10**16)) < net(gained[1], Fraction(10**16))


def test_where_there_is_no_way() -> None:
    it = Exchange(3, 6, kinds=3)
    stranger = Token(31_337, "X", it.pools[0].pool, 18)
    for pair in ((it.start, stranger), (it.start, it.start)):
        assert best_trade(it.pools, it.by_address, *pair, 10**6, exact_out=False, gas=Fraction(0)) is None
    assert best_trade(it.pools, it.by_address, it.start, it.end, 0, exact_out=False, gas=Fraction(0)) is None
    assert best_trade(it.pools, it.by_address, it.start, it.end, 10**60, exact_out=True, gas=Fraction(0)) is None


def test_a_pair_that_two_parts_share_is_left_as_each_leaves_it() -> None:
    _, pairs = twins(Fraction(1))
    once = moved_pair(pairs[0], True, 2 * 10**20)
    first = moved_pair(pairs[0], True, 10**20)
    assert once is not None
    assert first is not None
    second = moved_pair(first[1], True, 10**20)
    assert second is not None
    assert first[0] + second[0] <= once[0], "the fee of the first stays in the pair"
    assert version((Hop(pairs[0], zero_for_one=True),)) == 2
