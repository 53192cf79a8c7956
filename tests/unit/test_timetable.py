"""When orders are due: against a walk along a clock on the wall, through every kind of change."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.gate.orders.due import Due, due
from agent.timetable import Timetable, moment
from benchmarks.orders.dues import Kept, every_day, last_day, sunday

pytestmark = pytest.mark.unit

DAY = 86_400
ZONES = ("Europe/Vienna", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "UTC",
         "Africa/Casablanca", "Pacific/Chatham", "America/St_Johns")  # fmt: skip
YEAR = int(datetime(2026, 11, 21, 0, 0, tzinfo=ZoneInfo("UTC")).timestamp())


def unix(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def local(at: int, zone: str) -> str:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()


def shown(wall: str, zone: str) -> str:
    """When a local time is, as a clock there shows it."""
    return local(moment(datetime.fromisoformat(wall), ZoneInfo(zone)), zone)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(2, 30), time(0, 0), time(0, 30), time(1, 45), time(23, 45)])
def test_a_year_of_days_is_what_a_clock_on_the_wall_shows(zone: str, at: time) -> None:
    until = YEAR + 400 * DAY
    table = Timetable("day", YEAR, hour=at.hour, minute=at.minute, tz=zone)
    assert list(table.between(YEAR, until)) == list(Kept("", zone, every_day, at).moments(YEAR, until))


@pytest.mark.parametrize("zone", ZONES)
def test_so_are_weeks_and_months(zone: str) -> None:
    until = YEAR + 400 * DAY
    weeks = Timetable("week", YEAR, weekdays=(7,), hour=2, minute=30, tz=zone)
    assert list(weeks.between(YEAR, until)) == list(Kept("", zone, sunday, time(2, 30)).moments(YEAR, until))
    months = Timetable("month", YEAR, day=31, hour=2, minute=30, tz=zone)
    assert list(months.between(YEAR, until)) == list(Kept("", zone, last_day, time(2, 30)).moments(YEAR, until))


def test_a_skipped_time_runs_at_the_next_minute_there_is() -> None:
    vienna, howe, samoa = "Europe/Vienna", "Australia/Lord_Howe", "Pacific/Apia"
    assert shown("2027-03-28T02:30", vienna) == "2027-03-28T03:00:00+02:00"
    assert shown("2026-10-04T02:10", howe) == "2026-10-04T02:30:00+11:00"
    # a whole day that there never was
    assert shown("2011-12-30T09:00", samoa) == "2011-12-31T00:00:00+14:00"


def test_a_repeated_time_runs_once_at_its_first_occurrence() -> None:
    table = Timetable("day", unix("2027-10-29"), hour=2, minute=30, tz="Europe/Vienna")
    moments = [local(each, "Europe/Vienna") for each in table.between(unix("2027-10-30"), unix("2027-11-01"))]
    assert moments == ["2027-10-30T02:30:00+02:00", "2027-10-31T02:30:00+02:00", "2027-11-01T02:30:00+01:00"][:2]


def test_by_the_hour_no_clock_matters() -> None:
    start = unix("2027-03-28T00:17")
    table = Timetable("hour", start, hours=6, tz="Europe/Vienna")
    assert list(table.between(start, start + DAY)) == [start + hours * 3_600 for hours in (6, 12, 18, 24)]
    assert table.latest(start + 6 * 3_600 - 1) is None


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(("day", "week", "month", "hour")),
    st.integers(0, 800 * DAY),
    st.integers(1, 31),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_the_next_and_the_last_agree(zone: str, every: str, offset: int, day: int, hour: int, minute: int) -> None:
    table = Timetable(
        every, YEAR, hours=day, weekdays=(day % 7 + 1,), day=day, hour=hour, minute=minute, tz=zone  # type: ignore[arg-type]
    )  # fmt: skip
    at = YEAR + offset
    following = table.after(at)
    assert following > at
    assert table.latest(following) == following
    assert table.latest(following - 1) == table.latest(at)
    before = table.latest(at)
    assert before is None or table.after(before) == following
    assert Timetable.from_json(table.as_json()) == table


def test_of_several_missed_periods_the_latest_is_made_up_for_unless_it_is_too_late() -> None:
    start = unix("2027-01-01T12:00")
    table = Timetable("day", start, hour=9, minute=0)
    first, until = unix("2027-01-02T09:00"), start + 30 * DAY
    assert due(table, until, None, first - 1) is None
    assert due(table, until, None, first) == Due(first)
    assert due(table, until, first, first + 60) is None
    third = first + 2 * DAY
    assert due(table, until, first, third + 12 * 3_600) == Due(third, missed=1)
    assert due(table, until, first, third + 12 * 3_600 + 1) == Due(third, missed=1, late=True)
    assert due(table, until, None, third + 5) == Due(third, missed=2)
    # a clock that was set back finds nothing due twice
    assert due(table, until, third, first + 5) is None
    last = table.latest(until)
    assert due(table, until, None, until + 100 * DAY) == Due(last or 0, missed=29, late=True)
    assert due(table, until, last, until + 100 * DAY) is None


def test_days_of_a_month_that_it_has_not() -> None:
    table = Timetable("month", unix("2027-01-01"), day=30, hour=9)
    days = [local(each, "UTC")[:10] for each in table.between(unix("2027-01-01"), unix("2027-05-01"))]
    assert days == ["2027-01-30", "2027-02-28", "2027-03-30", "2027-04-30"]
    assert table.after(unix("2028-02-01")) == unix("2028-02-29T09:00")
