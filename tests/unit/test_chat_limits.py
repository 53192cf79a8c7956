"""A flood gets one reply; a talkative person gets all of theirs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.chat.limits import FORGET_ABOVE, Bucket, Limit, Limits, Verdict
from agent.config import Settings

LIMIT = Limit(20, 10)
NOW = 1_800_000_000


def takes(limits: Limits, times: int, now: int = NOW, user: str = "ann", kind: str = "text") -> list[Verdict]:
    return [limits.take(user, kind, now) for _ in range(times)]


@pytest.fixture
def limits() -> Limits:
    return Limits(LIMIT, LIMIT)


def test_a_burst_passes_and_the_flood_after_it_is_told_once(limits: Limits) -> None:
    assert takes(limits, 60) == [Verdict.PASS] * 10 + [Verdict.TELL] + [Verdict.DROP] * 49


def test_a_flood_that_goes_on_is_not_told_again(limits: Limits) -> None:
    """One a second is three times the limit: a third of them passes, and the rest got their one reply."""
    verdicts = [limits.take("ann", "text", NOW + second) for second in range(300)]
    assert verdicts.count(Verdict.TELL) == 1
    assert 105 <= verdicts.count(Verdict.PASS) <= 111


def test_a_new_flood_after_a_pause_is_told_again(limits: Limits) -> None:
    takes(limits, 20)
    assert takes(limits, 20, NOW + 60).count(Verdict.TELL) == 1


def test_one_every_three_seconds_always_passes(limits: Limits) -> None:
    assert {limits.take("ann", "text", NOW + 3 * i) for i in range(500)} == {Verdict.PASS}


def test_people_and_presses_have_buckets_of_their_own(limits: Limits) -> None:
    takes(limits, 20)
    assert takes(limits, 1, user="bob") == [Verdict.PASS]
    assert takes(limits, 11, kind="press")[-2:] == [Verdict.PASS, Verdict.TELL]


def test_the_notice_names_the_limit_and_the_wait(limits: Limits) -> None:
    takes(limits, 11)
    assert limits.notice("ann", "text", NOW) == (
        "That was too much at once: I take 20 messages a minute, 10 of them in a row. "
        "What you send now I don't look at; try again in 3 seconds."
    )
    assert limits.take("ann", "text", NOW + 3) is Verdict.PASS


def test_a_clock_that_goes_back_opens_nothing(limits: Limits) -> None:
    takes(limits, 10)
    assert takes(limits, 3, NOW - 3_600) == [Verdict.TELL, Verdict.DROP, Verdict.DROP]


@given(st.lists(st.integers(0, 100_000), max_size=200), st.integers(1, 60), st.integers(1, 20))
def test_no_span_holds_more_than_burst_and_average(gaps: list[int], count: int, burst: int) -> None:
    limit, bucket, now, passed = Limit(count, burst), Bucket(), 0, []
    for gap in gaps:
        now += gap
        if bucket.take(limit, now) is Verdict.PASS:
            passed.append(now)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - passed[first]) // limit.spacing


def test_full_buckets_of_many_people_are_forgotten(limits: Limits) -> None:
    for number in range(FORGET_ABOVE + 2):
        limits.take(str(number), "text", NOW)
    takes(limits, 1, NOW + 3_600)
    assert len(limits._buckets) < 10


def test_the_settings_say_the_limits() -> None:
    limits = Limits.of(Settings(messages_a_minute=60, message_burst=2, presses_a_minute=6, press_burst=1))
    assert (limits.messages, limits.presses) == (Limit(60, 2), Limit(6, 1))
