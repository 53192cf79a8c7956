"""Prices that clear: what flows at them is the best there is, and nothing passes the bound that they set."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.gate.trades.trading import MAX_IMPACT_BPS
from agent.routes import PairState
from plugins.uniswap.clearing import Net, between, cleared
from plugins.uniswap.laying import chained, laid
from plugins.uniswap.lines import Line, Stand, line
from plugins.uniswap.paths import paths
from plugins.uniswap.split import Search, best_trade
from tests.unit.uniswap_parts import Exchange, exchanges

pytestmark = pytest.mark.unit

BASIS_POINT = 10_000
DEEP = 10**24


def pair(held: int, other: int) -> Line:
    """A pair's curve, token 0 in."""
    it = Exchange(1, 3, kinds=2)
    return line(PairState(it.pools[0].pool, *it.ends(0, 1), held, other), zero_for_one=True, exact_out=False)


def spread(net: Net) -> dict[Line, Stand]:
    spots = [point.root for each in net.lines if (point := each.at(0))]
    return cleared(net, between(net, (1 << 256) // (2 * max(spots)))).stands


@settings(deadline=None)
@given(exchanges, st.booleans(), st.booleans(), st.floats(0, 30))
def test_a_curve_goes_as_far_as_its_price(it: Exchange, down: bool, exact_out: bool, power: float) -> None:
    units = int(10**power)
    for pool in it.pools:
        curve = line(pool, down, exact_out)
        point = curve.at(units)
        if point is None:
            continue
        stand = curve.until(point.root)
        off = 4 + (point.depth >> 60)  # roots have some 96 bits
        assert abs(stand.key - units) <= off
        assert abs(stand.value - point.value) <= 4 + (off << 258) // (point.root * point.root or 1)
        assert curve.until(point.root * (3 if exact_out else 1) // (1 if exact_out else 3)).key <= stand.key


@settings(deadline=None, max_examples=60)
@given(exchanges, st.floats(4, 6.3).map(lambda power: 10**power), st.booleans())
def test_a_trade_without_gas_is_within_a_basis_point_of_the_bound(it: Exchange, usd: float, exact_out: bool) -> None:
    units = it.units(usd, len(it.tokens) - 1 if exact_out else 0)
    trade = best_trade(it.pools, it.by_address, it.start, it.end, units, exact_out, Fraction(0))
    assume(trade is not None)
    assert trade is not None
    ways = paths(it.pools, it.by_address, *it.ends(0, len(it.tokens) - 1))
    search = Search(ways, units, exact_out, Fraction(0))
    net, single = search.whole(), search.single()
    assert single is not None
    prices = cleared(net, search.begin(net, single))
    bound = prices.total
    beyond = bound - trade.units_in if exact_out else trade.units_out - bound
    assert beyond <= 8 + (bound >> 20), "nothing passes it, but for what units are rounded to"
    if trade.impact_bps <= MAX_IMPACT_BPS and not chained(net, prices.stands):  # ways longer than ours pass it
        assert -beyond * BASIS_POINT <= bound


@pytest.mark.parametrize("share", [Fraction(1), Fraction(1, 3), Fraction(1, 50)])
def test_curves_side_by_side_share_by_their_depth(share: Fraction) -> None:
    deep, other = pair(DEEP, DEEP), pair(int(DEEP * share), int(DEEP * share))
    found = spread(Net({deep: ("a", "b"), other: ("a", "b")}, "a", "b", DEEP // 100, exact_out=False))
    assert abs(found[other].key - DEEP // 100 * share / (1 + share)) <= DEEP // 10**5


def test_as_much_of_a_token_between_comes_as_goes() -> None:
    first, last = pair(DEEP, 3 * DEEP), pair(2 * DEEP, DEEP)
    found = spread(Net({first: ("a", "b"), last: ("b", "c")}, "a", "c", DEEP // 100, exact_out=False))
    assert abs(found[first].key - DEEP // 100) <= DEEP // 10**5
    assert abs(found[first].value - found[last].key) <= DEEP // 10**5


def test_ways_carry_what_the_curves_carry() -> None:
    first, second, last = (pair(DEEP, DEEP) for _ in range(3))
    stands = {first: Stand(600, 600, 1), last: Stand(600, 600, 1), second: Stand(400, 400, 1)}
    ways = [(first, last), (second,)]
    assert laid(ways, stands, 1_000, 12, 0) == {(first, last): 600, (second,): 400}
    assert list(laid(ways, stands, 1_000, 1, 20)) == [(second,)], "the shorter one first"


def test_a_curve_that_leads_nowhere_is_left_out() -> None:
    into, between_, on, out = (pair(DEEP, DEEP) for _ in range(4))
    lines = {into: ("s", "a"), between_: ("a", "b"), on: ("b", "c"), out: ("c", "e")}
    net = Net(lines, "s", "e", 100, exact_out=False)
    stands = {each: Stand(100, 100, 1) for each in lines}
    assert chained(net, stands | {between_: Stand(100, 40, 1)}) == [between_]
    assert chained(net, {each: stand for each, stand in stands.items() if each is not on}) == []
    assert on not in net.without([on]).lines
