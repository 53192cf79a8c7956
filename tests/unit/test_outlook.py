"""Expected rates: a spike counts for little, gaps and nonsense for nothing, and what isn't known has a wide sigma."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.money import RAY, Rate
from agent.past import NO_PAST, PARTS, SOON, UNKNOWN, Outlook, Past
from plugins.rebalance import moneta_outlook
from plugins.rebalance.outlook import HIGHEST, MEANS, WIDE, outlook

pytestmark = pytest.mark.unit

HOUR, DAY = 3_600, 86_400
MONTH = 30 * DAY
START = 1_700_000_000


def past(rates: list[int], every: int = HOUR) -> Past:
    at = [START + place * every for place in range(len(rates))]
    nothing = [0] * len(rates)
    return Past(at, rates, nothing, nothing, nothing, nothing, nothing)


def percent(part: float) -> int:
    return int(part * PARTS / 100)


def said(rates: list[int], now: float, seconds: int = MONTH, every: int = HOUR) -> Outlook:
    return outlook(past(rates, every), Rate(round(now * 100) * RAY // 10_000), seconds)


def close(rate: Rate, wanted: float) -> bool:
    return abs(rate.ray / RAY * 100 - wanted) < 0.01


STEADY = [percent(4)] * 800


def test_a_steady_rate_stays() -> None:
    found = said(STEADY, 4)
    assert close(found.mean, 4)
    assert close(found.soon, 4)
    assert (found.now, found.seen, found.span) == (Rate(4 * RAY // 100), 721, MONTH)
    assert 0 < found.sigma < 2 * RAY // 100


def test_a_spike_comes_back() -> None:
    """An hour of 60 %: over a week more than over a month, over both far less than now."""
    found = said([*STEADY, percent(60)], 60)
    assert close(found.mean, 4 + 56 * (0.08 + 0.16 / 24 + 0.41 / 168 + 0.35 / 720))
    assert close(found.soon, 4 + 56 * (0.18 + 0.26 / 24 + 0.33 / 168 + 0.23 / 720))
    assert found.sigma > said(STEADY, 4).sigma


def test_a_new_level_is_believed_with_time() -> None:
    means = [said([*STEADY, *[percent(8)] * days * 24], 8).mean for days in (1, 3, 7, 30)]
    assert means == sorted(means, key=lambda rate: rate.ray)
    assert close(means[-1], 8)


def test_the_further_it_looks_the_less_now_counts() -> None:
    found = [said([*STEADY, percent(20)], 20, days * DAY).mean.ray for days in (1, 3, 7, 30, 300)]
    assert found[:4] == sorted(found[:4], reverse=True)
    assert found[4] == found[3]
    assert said([*STEADY, percent(20)], 20, 60).mean == Rate(20 * RAY // 100)


def test_with_nothing_seen_the_rate_of_now_stands() -> None:
    for nothing in (NO_PAST, past([UNKNOWN] * 9), past([HIGHEST + 1, -5])):
        found = outlook(nothing, Rate(RAY // 20), MONTH)
        assert found == Outlook(
            Rate(RAY // 20), int(WIDE) * (RAY // PARTS), 0, 0, now=Rate(RAY // 20), soon=Rate(RAY // 20)
        )


def test_the_less_was_seen_the_wider_its_sigma() -> None:
    sigmas = [said([percent(4)] * hours, 4).sigma for hours in (1, 24, 72, 200)]
    assert sigmas == sorted(sigmas, reverse=True)
    assert sigmas[0] > 14 * RAY // 1_000


def test_what_can_not_be_is_not_counted() -> None:
    bad = list(STEADY)
    bad[100:200] = [UNKNOWN] * 100
    bad[300], bad[400], bad[-1] = HIGHEST + 1, -7, 100 * PARTS
    assert close(said(bad, 4).mean, 4)
    assert close(said(STEADY, 100_000).soon, 4 + (1_000 - 4) * 0.18)  # a rate of now beyond all counts as the highest


def test_each_stands_until_the_next_but_not_for_long() -> None:
    """Ten quick looks at a spike weigh no more than the time they took; a gap of a week stands for nobody."""
    at = [START + place * HOUR for place in range(600)]
    rates = [percent(4)] * 600
    quick = at[-1] + HOUR
    at += [quick + place for place in range(10)]
    rates += [percent(50)] * 10
    nothing = [0] * len(at)
    found = outlook(Past(at, rates, nothing, nothing, nothing, nothing, nothing), Rate(RAY // 25), DAY)
    assert close(found.mean, 4 + 46 * (0.31 / 24 + 0.11 / 168 + 0.03 / 601))  # the last one stands for an hour
    gap = [START, START + 7 * DAY]
    told = outlook(Past(gap, [percent(4), percent(8)], *[[0, 0]] * 5), Rate(2 * RAY // 25), MONTH)
    assert close(told.mean, 8 - 4 * 0.35 * 36 / 37)  # 36 hours of the first, one of the second


def test_times_that_go_backwards_are_left_out() -> None:
    at = [START, START + HOUR, START - DAY, START + 2 * HOUR]
    found = outlook(Past(at, [percent(4)] * 2 + [percent(90), percent(4)], *[[0] * 4] * 5), Rate(RAY // 25), DAY)
    assert close(found.mean, 4)


def test_weights_are_of_all_that_there_is() -> None:
    for _, weights in MEANS:
        assert abs(sum(weights) - 1) < 1e-9
        assert min(weights) >= 0
    assert SOON in [until for until, _ in MEANS]


def test_the_hook_takes_any_columns() -> None:
    of = past(STEADY)
    packed = Past(*(array("q", getattr(of, name)) for name in ("at", "rate", *["usage"] * 5)))
    assert moneta_outlook(packed, Rate(RAY // 25), MONTH) == outlook(of, Rate(RAY // 25), MONTH)


@given(
    st.lists(st.integers(-2, 20 * PARTS), max_size=60),
    st.integers(0, 20 * RAY),
    st.integers(1, 400 * DAY),
    st.integers(1, 3 * DAY),
)
def test_it_lies_between_what_was_seen(rates: list[int], now: int, seconds: int, every: int) -> None:
    found = outlook(past(rates, every), Rate(now), seconds)
    good = [rate for rate in rates if 0 <= rate <= HIGHEST]
    if not good:
        assert (found.mean, found.seen) == (Rate(now), 0)
        return
    known = [*good, min(now // (RAY // PARTS), HIGHEST)]
    for rate in (found.mean, found.soon):
        assert (min(known) - 1) * (RAY // PARTS) <= rate.ray <= (max(known) + 1) * (RAY // PARTS)
    assert found.sigma >= 0
