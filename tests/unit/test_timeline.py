"""Which block was when, and which hours are read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.backfill import wanted_hours
from agent.chain.timeline import Timeline

pytestmark = pytest.mark.unit

NOW = 1_800_000_000
HEAD = 20_000_000


def every_12(seconds: int) -> int:
    return seconds // 12


def test_from_one_known_block_the_usual_pace_counts() -> None:
    line = Timeline([(NOW, HEAD)], every_12)
    assert line.guess(NOW - 3_600) == HEAD - 300
    assert line.guess(NOW + 24) == HEAD + 2
    assert line.guess(0) < 0


@given(st.integers(1, 60), st.integers(1, 10**6), st.integers(1, 10**6))
def test_where_blocks_come_evenly_the_second_guess_is_exact(pace: int, first: int, ago: int) -> None:
    """Though the file has it that they come every twelve seconds."""
    line = Timeline([(NOW, HEAD)], every_12)
    line.add(NOW - pace * first, HEAD - first)
    assert line.guess(NOW - pace * ago) == HEAD - ago


def test_between_two_known_blocks_their_own_pace_counts() -> None:
    line = Timeline([(NOW, HEAD), (NOW - 1_000, HEAD - 100), (NOW - 2_000, HEAD - 1_100)], every_12)
    assert line.guess(NOW - 500) == HEAD - 50
    assert line.guess(NOW - 1_500) == HEAD - 600
    assert line.guess(NOW - 3_000) == HEAD - 2_100
    line.add(NOW, HEAD)
    assert line.guess(NOW - 500) == HEAD - 50


def test_a_guess_brings_one_near_even_where_slots_were_missed() -> None:
    slots = [at for at in range(NOW - 100 * 86_400, NOW + 12, 12) if at % 97]  # about one in a hundred is missed
    line = Timeline([(slots[-1], HEAD)], every_12)

    def time_of(number: int) -> int:
        return slots[number - HEAD - 1]

    for ago in range(3_600, 90 * 86_400, 7 * 3_600):
        wanted = (NOW - ago) // 3_600 * 3_600 + 1_800
        first = line.guess(wanted)
        line.add(time_of(first), first)
        assert time_of(line.guess(wanted)) // 3_600 == wanted // 3_600


def test_every_hour_of_90_days_and_then_the_first_of_each_day_the_newest_first() -> None:
    hour = NOW // 3_600
    wanted = list(wanted_hours(NOW, 100, set()))
    assert wanted[: 90 * 24] == list(range(hour - 1, hour - 90 * 24 - 1, -1))
    assert wanted[90 * 24 :] == [(hour // 24 - day) * 24 for day in range(91, 101)]
    assert wanted == sorted(set(wanted), reverse=True)


def test_what_is_known_is_not_read_again() -> None:
    hour = NOW // 3_600
    old_day = (hour // 24 - 95) * 24
    known = {hour - 1, hour - 5, old_day + 7}
    wanted = set(wanted_hours(NOW, 100, known))
    assert not wanted & (known | {old_day})
    assert len(wanted) == 90 * 24 - 2 + 10 - 1
    assert list(wanted_hours(NOW, 1, set(range(hour - 24, hour)))) == []
