"""When something is due: once a period, one catch-up after any pause, the user's own day and quiet hours."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.hours import zone
from agent.runtime.quiet import is_quiet
from agent.schedule import due, due_day, offset_of
from memory.standing.mandates import UserSettings
from tests.unit.memory_parts import opened

pytestmark = pytest.mark.unit

HOUR = 3_600
EVERY = 6 * HOUR


def at(text: str, tz: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz)).timestamp())


def settings(**fields: object) -> UserSettings:
    return UserSettings("ann", "terminal:me", **fields)  # type: ignore[arg-type]


def test_the_first_look_is_due_at_once() -> None:
    assert due(100 * EVERY + 5, EVERY, None) == 100


def test_a_period_is_due_once() -> None:
    assert due(100 * EVERY, EVERY, 99) == 100
    assert due(101 * EVERY - 1, EVERY, 100) is None
    assert due(101 * EVERY, EVERY, 100) == 101


def test_after_a_week_of_silence_one_period_is_due_not_twenty_eight() -> None:
    now, taken = 128 * EVERY + 7, 100
    done = []
    while (period := due(now, EVERY, taken)) is not None:
        done.append(period)
        taken = period
    assert done == [128]


@given(st.integers(0, 2**40), st.integers(1, 2**20), st.lists(st.integers(0, 2**20), max_size=30))
def test_however_often_one_looks_no_period_comes_twice(start: int, every: int, pauses: list[int]) -> None:
    taken: list[int] = []
    now = start
    for pause in pauses:
        now += pause
        period = due(now, every, taken[-1] if taken else None)
        if period is not None:
            taken.append(period)
            assert period == now // every
    assert taken == sorted(set(taken))


def test_a_clock_that_goes_back_makes_nothing_due() -> None:
    assert due(99 * EVERY, EVERY, 100) is None


def test_a_period_begins_as_much_earlier_as_its_user_is_offset() -> None:
    assert due(100 * EVERY - 61, EVERY, 99, offset=60) is None
    assert due(100 * EVERY - 60, EVERY, 99, offset=60) == 100
    assert due(101 * EVERY - 61, EVERY, 100, offset=60) is None


@given(st.text(min_size=1, max_size=40), st.integers(1, 2**20), st.integers(0, 2**40))
def test_every_user_has_one_look_in_any_span_of_a_period(user: str, every: int, now: int) -> None:
    offset = offset_of(user, every)
    assert 0 <= offset < every
    assert offset == offset_of(user, every)
    first, next_one = due(now, every, None, offset), due(now + every, every, None, offset)
    assert (first, next_one) == (first, (first or 0) + 1)


def test_a_thousand_users_are_spread_over_the_period() -> None:
    minutes = [offset_of(f"{number:032x}", EVERY) // 60 for number in range(1_000)]
    most = max(minutes.count(minute) for minute in set(minutes))
    assert most < 15  # 2.8 a minute on average
    for quarter in range(4):
        assert 200 < sum(1 for minute in minutes if minute // 90 == quarter) < 300


def test_the_summary_is_due_from_its_hour_on_once_a_day() -> None:
    nine = settings(summary_hour=9)
    day = date(2026, 11, 21).toordinal()
    assert due_day(at("2026-11-21 08:59"), nine, None) is None
    assert due_day(at("2026-11-21 09:00"), nine, day - 1) == day
    assert due_day(at("2026-11-21 23:00"), nine, None) == day
    assert due_day(at("2026-11-21 23:00"), nine, day) is None
    assert due_day(at("2026-11-21 23:00"), settings(), None) is None


def test_the_day_is_the_users_own() -> None:
    tokyo = settings(summary_hour=9, tz="Asia/Tokyo")
    assert due_day(at("2026-11-22 09:00", "Asia/Tokyo"), tokyo, None) == date(2026, 11, 22).toordinal()
    assert due_day(at("2026-11-22 08:59", "Asia/Tokyo"), tokyo, None) is None


def test_the_night_when_clocks_change_has_one_summary() -> None:
    vienna, said = settings(summary_hour=2, tz="Europe/Vienna"), []
    last: int | None = None
    for hour in range(72):  # 24 to 26 October 2026: two o'clock comes twice on the 25th
        day = due_day(at("2026-10-24 00:00", "Europe/Vienna") + hour * HOUR, vienna, last)
        if day is not None:
            said.append(day)
            last = day
    assert said == [date(2026, 10, d).toordinal() for d in (24, 25, 26)]


@pytest.mark.parametrize(
    ("first", "last", "quiet"),
    [
        (22, 7, {22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (9, 12, {9, 10, 11}),
        (0, 0, set()),
        (None, 7, set()),
        (22, None, set()),
    ],
)
def test_quiet_hours_may_go_over_midnight(first: int | None, last: int | None, quiet: set[int]) -> None:
    hours = settings(quiet_from=first, quiet_to=last)
    assert {hour for hour in range(24) if is_quiet(at(f"2026-11-21 {hour:02}:30"), hours)} == quiet


def test_an_unknown_time_zone_is_utc() -> None:
    assert (
        zone("Mars/Olympus").utcoffset(None)
        == zone("../../etc/passwd").utcoffset(None)
        == zone("UTC").utcoffset(None)
    )


async def test_of_many_that_reach_for_a_period_one_gets_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger, opened(tmp_path) as other:
        each = [(ledger if n % 2 else other).claim("rebalance", "ann", 7) for n in range(20)]
        assert sorted(await asyncio.gather(*each)) == [False] * 19 + [True]
        assert await other.last_claim("rebalance", "ann") == 7


async def test_a_claim_outlives_a_restart_and_is_of_one_kind_and_user(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        assert await ledger.claim("rebalance", "ann", 7)
    async with opened(tmp_path) as ledger:
        assert not await ledger.claim("rebalance", "ann", 7)
        assert await ledger.claim("rebalance", "bob", 7)
        assert await ledger.claim("summary", "ann", 7)
        assert await ledger.claims("rebalance", "ann") == [7]
        assert await ledger.last_claim("rebalance", "eve") is None
