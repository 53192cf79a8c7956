"""The allocator: nothing on a grid of all allocations earns more, limits hold to the unit, sums are exact."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.curves import Allocation, Candidate, Terms, Weigh
from agent.errors import Refused
from agent.money import RAY
from plugins.rebalance import moneta_allocate
from plugins.rebalance.allocate import allocate
from plugins.rebalance.allocate.columns import FEW
from plugins.rebalance.allocate.prepare import prepare
from plugins.rebalance.allocate.table import OWN
from tests.unit.allocate_parts import (
    DAY,
    ONE,
    POINT,
    aave,
    allowed,
    at,
    net,
    on_a_grid,
    random_candidate,
    random_instance,
    savings,
)

pytestmark = pytest.mark.unit

MONTH = Terms(1_000_000 * ONE, 30 * DAY)


def units_of(found: Allocation) -> Counter[str]:
    """What venues hold that hold anything, or did; any other holds nothing."""
    return Counter({part.venue: part.units for part in found.parts})


def holds(found: Allocation, candidates: list[Candidate], terms: Terms) -> Counter[str]:
    """The units by venue, once it is certain that sums are exact and no limit is broken."""
    units = units_of(found)
    usable = {each.venue: each for each in candidates if each.venue in units}
    held = sum(each.position for each in candidates if each.venue not in found.left_out or each.venue in units)
    assert sum(units.values()) + found.idle == terms.cash + held
    assert found.idle >= 0
    for venue, held in units.items():
        assert allowed(usable[venue], held), (venue, held, usable[venue])
    return units


@pytest.mark.parametrize("seed", range(40))
def test_no_allocation_on_a_grid_earns_more(seed: int) -> None:
    candidates, terms = random_instance(seed, 3)
    found = moneta_allocate(candidates, terms)
    units = holds(found, candidates, terms)
    ours = net(candidates, [units[each.venue] for each in candidates], terms)
    assert ours == found.net
    best = max(net(candidates, each, terms) for each in on_a_grid(candidates, terms, 16))
    slack = found.income // 1_000_000 + 2 * len(candidates) + 2
    assert found.bound + slack >= best
    assert ours + slack >= best
    assert found.exact


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**9))
def test_limits_hold_and_sums_are_exact(seed: int) -> None:
    candidates, terms = random_instance(seed, 9)
    found = moneta_allocate(candidates, terms)
    holds(found, candidates, terms)
    assert found.net <= found.bound


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_the_order_of_the_venues_doesnt_matter(seed: int, other: int) -> None:
    candidates, terms = random_instance(seed, 7)
    shuffled = list(candidates)
    Random(other).shuffle(shuffled)  # noqa: S311
    assert moneta_allocate(shuffled, terms) == moneta_allocate(candidates, terms)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 10**13))
def test_more_capital_never_earns_less(seed: int, more: int) -> None:
    candidates, terms = random_instance(seed, 6)
    poor, rich = (
        moneta_allocate(candidates, terms),
        moneta_allocate(candidates, replace(terms, cash=terms.cash + more)),
    )
    slack = poor.income // 1_000_000 + len(candidates) + 1
    assert rich.net + slack >= poor.net


def test_two_like_markets_get_half_each() -> None:
    found = moneta_allocate([at("a", aave(10_000_000, 8_000_000)), at("b", aave(10_000_000, 8_000_000))], MONTH)
    assert abs(units_of(found)["a"] - units_of(found)["b"]) <= ONE // 100
    assert found.idle == 0


def test_what_pays_more_than_its_own_impact_takes_all() -> None:
    found = moneta_allocate([at("deep", savings(5)), at("aave", aave(1_000_000, 100_000))], MONTH)
    assert units_of(found) == {"deep": MONTH.cash}
    assert found.income == MONTH.cash * 5 * 30 // (100 * 365)


def test_gas_that_eats_the_gain_leaves_a_position_where_it_is() -> None:
    here = at("here", savings(4), position=1_000 * ONE, liquidity=10**15)
    terms = Terms(0, 30 * DAY)
    cheap = moneta_allocate([here, at("there", savings(5), enter=ONE // 10)], terms)
    dear = moneta_allocate([here, at("there", savings(5), enter=ONE)], terms)  # a percent of 1,000 a month: 0.82
    assert units_of(cheap) == {"there": 1_000 * ONE, "here": 0}
    assert units_of(dear) == {"here": 1_000 * ONE}
    assert dear.cost == 0


def test_who_enters_must_earn_the_way_out_as_well() -> None:
    there = at("there", savings(5), enter=ONE, leave=ONE)  # 1,000 at 5 % in 30 days: 4.1
    fee = replace(there, exit_fee=RAY // 200)  # and 5 kept back
    terms = Terms(1_000 * ONE, 30 * DAY)
    assert units_of(moneta_allocate([there], terms)) == {"there": terms.cash}
    assert units_of(moneta_allocate([fee], terms)) == {}
    assert moneta_allocate([fee], terms).idle == terms.cash


def test_what_cant_leave_stays_and_its_money_isnt_spent() -> None:
    stuck = at("stuck", aave(10_000_000, 9_900_000), position=500_000 * ONE, liquidity=100_000 * ONE, most=0)
    found = moneta_allocate([stuck, at("other", savings(3))], MONTH)
    assert units_of(found) == {"other": 1_100_000 * ONE, "stuck": 400_000 * ONE}


def test_no_more_leaves_than_is_there_unborrowed() -> None:
    """Whatever is said of each venue: both are over one market, which has 100,000 left."""
    market = aave(1_000_000, 900_000)
    pair = [
        at(name, market, source="market", position=400_000 * ONE, liquidity=10**15, exit_fee=RAY // 10**6)
        for name in ("a", "b")
    ]
    found = moneta_allocate([*pair, at("rich", savings(900))], replace(MONTH, cash=0))
    units = units_of(found)
    assert units["a"] + units["b"] == 700_000 * ONE
    assert units["rich"] == 100_000 * ONE
    assert found.exact


def test_a_minimum_is_all_or_nothing() -> None:
    small = at("small", aave(1_000_000, 950_000), least=400_000 * ONE)
    found = moneta_allocate([small, at("base", savings(3))], MONTH)
    assert units_of(found)["small"] == 0
    assert units_of(moneta_allocate([replace(small, least=0), at("base", savings(3))], MONTH))["small"] > 0


def test_what_can_leave_may_leave_all_though_less_than_the_minimum_stays() -> None:
    poor = at("poor", savings(1), position=10_000 * ONE, liquidity=9_500 * ONE, least=1_000 * ONE)
    for capped in (poor, replace(poor, most=5_000 * ONE)):
        assert units_of(moneta_allocate([capped, at("rich", savings(9))], MONTH))["poor"] == 500 * ONE


def test_venues_over_one_market_share_its_impact_and_limit() -> None:
    market = aave(2_000_000, 1_900_000)
    vault = replace(market, kept=market.kept * 95 // 100)
    pair = [at("market", market, most=50_000 * ONE), at("vault", vault, source="market")]
    alone = moneta_allocate([at("one", market), at("base", savings(3))], MONTH)
    both = moneta_allocate([*pair, at("base", savings(3))], MONTH)
    units = units_of(both)
    assert units["market"] == 50_000 * ONE  # the same market without the vault's fee: it is filled first
    assert units["vault"] > 0
    assert units["market"] + units["vault"] <= units_of(alone)["one"]
    limited = moneta_allocate([*pair, at("base", savings(3))], replace(MONTH, source_most={"market": 60_000 * ONE}))
    assert units_of(limited)["market"] + units_of(limited)["vault"] == 60_000 * ONE


def test_borrowers_who_answer_make_a_market_deeper() -> None:
    pair = [at("busy", aave(2_000_000, 1_850_000)), at("base", savings(3))]
    found = {weigh: moneta_allocate(pair, replace(MONTH, weigh=weigh)) for weigh in Weigh}
    busy = [units_of(found[weigh])["busy"] for weigh in Weigh]
    assert busy[0] < busy[1] < busy[2]
    for each in found.values():
        assert each.exact
        assert all(part.low <= part.high for part in each.parts)


def test_the_same_comes_out_in_another_process_without_the_processors_wider_instructions() -> None:
    """numpy picks instructions by the processor: a stored allocation must replay on any."""
    code = (
        "from tests.unit.allocate_parts import random_instance\n"
        "from plugins.rebalance.allocate import allocate\n"
        "print([allocate(*random_instance(seed, 12, 8)) for seed in range(6)])"
    )
    told = set()
    for disabled in ("", "AVX2 FMA3 AVX512F AVX512CD AVX512_SKX"):
        env = {**os.environ, "NPY_DISABLE_CPU_FEATURES": disabled, "PYTHONHASHSEED": str(len(disabled))}
        done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        told.add(done.stdout)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("terms", "rule"),
    [
        (Terms(-1, DAY), "capital"),
        (Terms(1, 0), "horizon"),
        (Terms(1, DAY, response=(0, 2 * RAY)), "response"),
        (Terms(1, DAY, source_most={"a": -1}), "limits"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: Terms, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        moneta_allocate([at("a", savings(3))], terms)
    assert refused.value.rule == rule


GOOD = aave(10_000_000, 8_000_000)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (at("bad", replace(GOOD, supplied=0, borrowed=0)), "nothing is supplied"),
        (at("bad", replace(GOOD, borrowed=GOOD.supplied * 10**12)), "decimals swapped"),
        (at("bad", replace(GOOD, borrowed=-1)), "decimals swapped"),
        (at("bad", GOOD, position=GOOD.supplied + 1), "decimals swapped"),
        (at("bad", savings(10_000)), "1,000 %"),
        (at("bad", replace(GOOD, points=((0, 0), (RAY, 101 * RAY)))), "10,000 %"),
        (at("bad", replace(GOOD, points=((0, 0), (RAY // 2, POINT)))), "points"),
        (at("bad", replace(GOOD, points=((0, -1), (RAY, POINT)))), "below 0"),
        (at("bad", replace(GOOD, supplied=float("nan"))), "isn't a whole"),  # type: ignore[arg-type]
        (at("bad", GOOD, enter=-1), "negative"),
        (at("bad", None), "isn't known"),
        (Candidate("bad", "bad", GOOD, why_not="it is frozen"), "frozen"),
    ],
)
def test_a_venue_that_makes_no_sense_is_left_out_by_name(bad: Candidate, reason: str) -> None:
    good = at("good", GOOD)
    found = moneta_allocate([bad, good], MONTH)
    assert reason in found.left_out["bad"]
    assert units_of(found)["good"] == units_of(moneta_allocate([good], MONTH))["good"]
    assert all(part.moved == 0 for part in found.parts if part.venue == "bad")


def test_a_position_without_a_rate_stays_and_can_be_left() -> None:
    dark = at("dark", None, position=5_000 * ONE, liquidity=10**15)
    assert units_of(moneta_allocate([dark, at("good", GOOD)], MONTH))["dark"] == 5_000 * ONE
    left = moneta_allocate([replace(dark, most=0), at("good", GOOD)], MONTH)
    assert units_of(left) == {"good": MONTH.cash + 5_000 * ONE, "dark": 0}


def test_a_venue_named_twice_or_two_states_of_one_market_are_left_out() -> None:
    twice = moneta_allocate([at("a", GOOD), at("a", GOOD), at("b", GOOD)], MONTH)
    assert twice.left_out == {"a": "it is named twice"}
    torn = moneta_allocate([at("a", GOOD, source="m"), at("b", aave(9, 8), source="m"), at("c", GOOD)], MONTH)
    assert set(torn.left_out) == {"a", "b"}
    many = moneta_allocate([at(f"v{number}", GOOD, source="m") for number in range(6)], MONTH)
    assert len(many.left_out) == 2


@pytest.mark.parametrize("seed", range(30))
def test_many_markets_prepared_together_are_those_prepared_one_by_one(seed: int) -> None:
    """Pieces, rounding apart, and so the allocation: as good to a billionth, with every limit held."""
    candidates, terms = random_instance(1_000 + seed, 12)
    singly, together = (prepare(candidates, terms, few) for few in (10**9, 1))
    assert together.counts.tolist() == singly.counts.tolist()
    for name in OWN:
        ours, theirs = getattr(together.table, name), getattr(singly.table, name)
        assert ours == pytest.approx(theirs, rel=1e-11, abs=1e-6), name
    one_by_one, in_bulk = (allocate(candidates, terms, few) for few in (10**9, 1))
    holds(in_bulk, candidates, terms)
    assert in_bulk.exact == one_by_one.exact
    assert abs(in_bulk.net - one_by_one.net) <= one_by_one.income // 10**9 + 1


def test_what_makes_no_sense_is_left_out_of_many_as_of_few() -> None:
    random = Random(5)  # noqa: S311
    good = [random_candidate(random, f"v{number}", 10**10) for number in range(2 * FEW)]
    odd = [
        at("negative", GOOD, enter=-1),
        at("no-number", replace(GOOD, supplied=float("nan"))),  # type: ignore[arg-type]
        at("short", replace(GOOD, points=((0, 0), (RAY // 2, POINT), (RAY * 9 // 10, POINT)))),
        at("rich", replace(GOOD, kept=RAY + 1)),
        at("bent", replace(GOOD, points=((0, 0), (RAY, POINT), (RAY, POINT)))),
        at("beyond", GOOD, most=10**400, position=GOOD.supplied + 1),
        at("full", replace(GOOD, borrowed=GOOD.supplied)),  # makes sense: all of it is lent out
        at("twice", GOOD),
        at("twice", GOOD),
        at("dark", None, position=5 * ONE),
        Candidate("closed", "closed", GOOD, position=7 * ONE, liquidity=ONE, why_not="it is frozen"),
    ]
    found = allocate([*good[:FEW], *odd, *good[FEW:]], MONTH)
    assert found.left_out == allocate([*good, *odd], MONTH, few=10**9).left_out
    assert set(found.left_out) == {each.venue for each in odd} - {"full"}
    assert units_of(found)["dark"] == 5 * ONE
    assert found.exact


def test_nothing_to_weigh_leaves_all_idle() -> None:
    assert moneta_allocate([], MONTH).idle == MONTH.cash
    assert moneta_allocate([at("a", GOOD)], replace(MONTH, cash=0)).income == 0
