"""A move waits for a cheaper hour where that saves more than the waiting costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.gas_hours import DAYS, LEAST, best_wait, cheaper, usual

pytestmark = pytest.mark.unit

HOUR, DAY = 3_600, 86_400
MIDNIGHT = 20_000 * DAY
GWEI = 10**9
MONTH = 30 * DAY
CENT = 10**6  # of USD with 8 decimals


def fees(by_hour: dict[int, int], days: int = DAYS) -> list[tuple[int, int]]:
    return [
        (MIDNIGHT - day * DAY + hour * HOUR + 12, wei) for day in range(1, days + 1) for hour, wei in by_hour.items()
    ]


NIGHT_IS_CHEAP = usual(fees({hour: 4 * GWEI if hour < 6 else 20 * GWEI for hour in range(24)}))


def test_the_usual_fee_is_the_middle_one_of_its_hour() -> None:
    seen = [(MIDNIGHT + day * DAY + 3 * HOUR, wei) for day, wei in enumerate([5, 6, 7, 900, 1])]
    assert usual(seen) == {3: 6}
    assert usual(seen[: LEAST - 1]) == {}
    assert usual([]) == {}


def test_only_hours_within_the_period_that_are_usually_cheaper_are_looked_at() -> None:
    evening = MIDNIGHT + 22 * HOUR + 600
    assert cheaper(NIGHT_IS_CHEAP, evening, 2 * HOUR - 600) == []
    assert cheaper(NIGHT_IS_CHEAP, evening, 4 * HOUR - 600) == [(2 * HOUR - 600, 200_000), (3 * HOUR - 600, 200_000)]
    assert cheaper(NIGHT_IS_CHEAP, MIDNIGHT + HOUR, 6 * HOUR) == []
    assert cheaper({}, evening, 24 * HOUR) == []
    assert cheaper({0: 1}, evening, 24 * HOUR) == []  # nothing is known of this hour


def test_it_waits_where_the_saving_outweighs_what_is_earned_meanwhile() -> None:
    hours = [(2 * HOUR, 200_000)]
    gas = 500 * CENT  # $5; at night $1
    worth_waiting = 4 * 500 * CENT // 5 * MONTH // (2 * HOUR)  # what earns the $4 in two hours
    assert best_wait(hours, gas, worth_waiting - CENT, MONTH) == 2 * HOUR
    assert best_wait(hours, gas, worth_waiting + 1_000 * CENT, MONTH) == 0
    assert best_wait([], gas, 1, MONTH) == 0
    assert best_wait(hours, 0, 0, MONTH) == 0


def test_of_two_hours_as_cheap_it_takes_the_nearer() -> None:
    assert best_wait([(2 * HOUR, 200_000), (3 * HOUR, 200_000)], 500 * CENT, 0, MONTH) == 2 * HOUR
    assert best_wait([(2 * HOUR, 500_000), (3 * HOUR, 100_000)], 500 * CENT, 100 * CENT, MONTH) == 3 * HOUR


@given(
    st.lists(st.integers(1, 10**12), min_size=24, max_size=24),
    st.integers(0, 2**33),
    st.integers(0, 6 * HOUR),
    st.integers(0, 10**12),
    st.integers(0, 10**14),
)
def test_no_wait_ends_after_the_period_or_costs_more_than_it_saves(
    of_hours: list[int], now: int, left: int, gas: int, gain: int
) -> None:
    by_hour = dict(enumerate(of_hours))
    hours = cheaper(by_hour, now, left)
    wait = best_wait(hours, gas, gain, MONTH)
    assert 0 <= wait < max(left, 1)
    if wait:
        assert (now + wait) % HOUR == 0
        assert by_hour[(now + wait) // HOUR % 24] < by_hour[now // HOUR % 24]
        assert gas * (10**6 - dict(hours)[wait]) // 10**6 > gain * wait // MONTH
