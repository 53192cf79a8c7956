"""What a range may bring: the forecast's own sense and the choice by it; no rule of the backtest knows its future."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.gate.liquidity.choice import WIDTHS, best, facts, pays, seen_in, weigh, width_text
from agent.gate.liquidity.lines import outlook_text
from agent.money import ZERO_ADDRESS
from agent.ranges import PoolGrowth, PoolSeen, RangeOutlook
from benchmarks.ranges.minutes import Minute, seen
from benchmarks.ranges.purse import Purse, root
from benchmarks.ranges.rules import DAY_MINUTES, Rule, rules
from plugins.uniswap.forecast import forecast
from plugins.uniswap.liquidity import amounts_of
from plugins.uniswap.ticks import sqrt_ratio_at

pytestmark = pytest.mark.unit

TICK = 200_000
DAY = 86_400
POOL = PoolGrowth(ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, 500, 10, sqrt_ratio_at(TICK), TICK, 10**18, 0, 0)
SEEN = PoolSeen(169, 7 * DAY, 7 * 400**2, 0, 1 << 120)  # 4 % a day


def of(low: int, high: int, seen: PoolSeen = SEEN, days: int = 30, value1: int = 0) -> RangeOutlook:
    ends = (sqrt_ratio_at(TICK + low), sqrt_ratio_at(TICK + high))
    return forecast(POOL, ends, seen, days * DAY, value1)


@settings(max_examples=50, deadline=None)
@given(st.integers(20, 5_000), st.integers(20, 5_000), st.integers(1, 60))
def test_a_wider_range_is_in_range_longer_earns_less_and_loses_less(low: int, high: int, days: int) -> None:
    one, wider = of(-low, high, days=days), of(-2 * low, 2 * high, days=days)
    assert 0 <= one.in_range <= wider.in_range <= 1_000_000
    assert wider.loss <= one.loss + 1
    assert one.loss >= 0


def test_a_still_price_stays_in_range_and_loses_nothing() -> None:
    still = replace(SEEN, moved=0)
    assert of(-100, 100, still) == replace(of(-100, 100, still), in_range=1_000_000, loss=0)
    assert of(100, 200, still).in_range == 0
    assert of(100, 200, still).fees == 0


def test_fees_grow_with_time_in_range_and_shrink_with_one_s_own_size() -> None:
    still = replace(SEEN, moved=0)
    assert of(-100, 100, still, days=20).fees == pytest.approx(2 * of(-100, 100, still, days=10).fees, abs=2)
    alone, units = of(-100, 100, still), amounts_of(POOL.sqrt_price, TICK - 100, TICK + 100, POOL.liquidity, up=False)
    value1 = units[1] + units[0] * POOL.sqrt_price**2 // (1 << 192)
    assert of(-100, 100, still, value1=value1).fees == pytest.approx(alone.fees / 2, abs=2)


def test_the_loss_is_what_the_position_s_formula_says_over_the_price_s_spread() -> None:
    """For small moves of a full range: a third of nothing but sigma² / 8 of what is put in (its convexity)."""
    full = of(-800_000, 600_000, days=1)
    assert full.loss == pytest.approx(0.04**2 / 8 * 1_000_000, rel=0.02)


def test_the_share_of_time_is_that_of_a_walk() -> None:
    """After a day of 4 %, ±4 % holds about 68 %; over the day it is more, for it begins inside."""
    edge = round(math.log(1.04) / math.log(1.0001))
    assert 0.80 < of(-edge, edge, days=1).in_range / 1_000_000 < 0.92


def test_the_best_width_has_the_most_left_of_its_fees() -> None:
    outlooks = {width: RangeOutlook(1, 100 * place, 350 if place > 5 else 0) for place, width in enumerate(WIDTHS)}
    order = list(WIDTHS)
    options = weigh(lambda width: (order.index(width), 0), lambda low, _: outlooks[order[low]])
    assert best(options).width == order[9]
    assert [option.outlook.net for option in options] == sorted((o.outlook.net for o in options), reverse=True)
    assert pays(RangeOutlook(0, 500, 100), RangeOutlook(0, 300, 100), 199)
    assert not pays(RangeOutlook(0, 500, 100), RangeOutlook(0, 300, 100), 200)


def test_what_a_choice_was_made_from_is_read_back() -> None:
    assert seen_in(facts({ZERO_ADDRESS: SEEN})) == {ZERO_ADDRESS: SEEN}
    assert facts({}) == {}
    assert seen_in({}) == {}
    assert [width_text(width) for width in (750, 1_000, None)] == ["±7.5 %", "±10 %", "full range"]


def test_it_is_said_plainly_and_never_promised() -> None:
    good = outlook_text(RangeOutlook(712_000, 12_000, 9_000), 100_000)
    assert good == (
        "If it goes on as in the last days: in range about 71 % of 30 days; fees about $12.00, loss against holding "
        "about $9.00: about $3.00 more than holding, gas apart. That is no promise."
    )
    bad = outlook_text(RangeOutlook(712_000, 9_000, 12_000), 100_000)
    assert "about $3.00 less than holding" in bad
    assert "1.20 %" in outlook_text(RangeOutlook(712_000, 12_000, 9_000), None)
    assert outlook_text(None, 5).startswith("Too little was seen")


def minutes(count: int, shift: int = 0) -> list[Minute]:
    """A price that swings, with trades of both sides."""
    found = []
    for place in range(count):
        tick = 202_000 + round(900 * math.sin(place / 700)) + (shift if place > count // 2 else 0)
        found.append(Minute(place * 60, tick, tick - 8, tick + 8, 10**10, 6 * 10**18, 10**18))
    return found


def walked(rule: Rule, given: list[Minute], until: int) -> Purse:
    purse = Purse(5e9, 5e9 * given[0].price, 50_000)
    for place in range(until):
        if place % 60 == 0:
            rule.act(purse, given[max(place - 7 * DAY_MINUTES, 0) : place + 1] if place else given[:61])
        purse.earn(given[place])
    return purse


def test_no_rule_knows_what_comes_later() -> None:
    half = 2 * DAY_MINUTES
    for one, other in zip(rules(), rules(), strict=True):
        assert walked(one, minutes(2 * half), half) == walked(other, minutes(2 * half, shift=5_000), half)


def test_a_purse_loses_nothing_but_what_it_pays() -> None:
    (now,) = minutes(1)
    purse = Purse(5e9, 5e9 * now.price, 1_000_000)
    purse.enter(now, 201_000, 203_000)
    assert purse.value(now) == pytest.approx(1e10 - purse.paid - purse.swapped, rel=1e-9)
    low = replace(now, tick=200_500)
    held0, held1 = purse.inside(low)
    assert held1 == pytest.approx(0)
    assert held0 == pytest.approx(purse.liquidity * (1 / root(201_000) - 1 / root(203_000)))
    purse.leave(now)
    assert purse.liquidity == 0
    assert purse.value(now) == pytest.approx(1e10 - purse.paid - purse.swapped, rel=1e-9)


def test_what_is_seen_of_minutes_is_what_an_hourly_look_would_see() -> None:
    given = minutes(121)
    known = seen(given)
    ticks = [given[place].tick for place in (0, 60, 120)]
    assert (known.looks, known.span) == (3, 7_200)
    assert known.moved == (ticks[1] - ticks[0]) ** 2 + (ticks[2] - ticks[1]) ** 2
    fee0, _ = given[0].fees
    assert known.growth0 == pytest.approx(121 * fee0 * 2**128, rel=1e-9)
