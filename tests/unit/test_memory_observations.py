"""How venues were seen is kept to the unit, outlives restarts, and doesn't grow for ever."""

from __future__ import annotations

import sqlite3
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.past import PARTS, UNKNOWN, Past
from memory.seen.observations import DAILY_DAYS, DAY, HOUR, HOURLY_DAYS, Look, Observation
from memory.steps import migrations
from tests.unit.memory_parts import opened

pytestmark = pytest.mark.unit

AAVE, VAULT = "aave-v3:core:USDC", "erc4626:savings:USDC"
START = 20_000 * DAY
ALWAYS = 2**62
COLUMNS = Observation._fields
LARGEST = 2**63 - 1


def observed(at: int, rate: int = 40 * 10**9) -> Observation:
    return Observation(at, rate, 8 * 10**11, 5 * 10**12, LARGEST, UNKNOWN, 10**8)


def look(at: int, rate: int = 40 * 10**9, venues: tuple[str, ...] = (AAVE, VAULT)) -> Look:
    return Look(at, at // 12, 10**9, {venue: observed(at, rate) for venue in venues})


def rows(past: Past) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(past, name) for name in COLUMNS), strict=True))


async def test_what_was_seen_comes_back_to_the_unit_after_a_restart(tmp_path: Path) -> None:
    hours = [START + number * HOUR + 17 for number in range(30)]
    async with opened(tmp_path) as ledger:
        for number, at in enumerate(hours):
            assert await ledger.observe(look(at, rate=number), now=at)
    async with opened(tmp_path) as ledger:
        past = await ledger.past(AAVE, 0, ALWAYS)
        assert rows(past) == [tuple(observed(at, number)) for number, at in enumerate(hours)]
        assert await ledger.pasts(0, ALWAYS) == {AAVE: past, VAULT: await ledger.past(VAULT, 0, ALWAYS)}
        assert len((await ledger.past("nowhere", 0, ALWAYS)).at) == 0


async def test_an_hour_is_kept_once_and_its_first_look_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        assert await ledger.observe(look(START + 5, rate=1))
        assert not await ledger.observe(look(START + HOUR - 1, rate=2))
        assert await ledger.observe(look(START + HOUR, rate=3))
        assert list((await ledger.past(AAVE, 0, ALWAYS)).rate) == [1, 3]


async def test_what_is_read_of_the_past_afterwards_takes_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        for hour in (9, 3, 25, 4, 0):
            assert await ledger.observe(look(START + hour * HOUR, rate=hour))
        assert list((await ledger.past(AAVE, 0, ALWAYS)).rate) == [0, 3, 4, 9, 25]
        assert set(await ledger.looked(START + 2 * HOUR)) == {(START // HOUR) + hour for hour in (3, 4, 9, 25)}


async def test_a_venue_that_could_not_be_read_has_a_gap_not_a_zero(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.observe(look(START))
        await ledger.observe(look(START + HOUR, venues=(VAULT,)))
        await ledger.observe(look(START + 2 * HOUR))
        assert list((await ledger.past(AAVE, 0, ALWAYS)).at) == [START, START + 2 * HOUR]
        assert len((await ledger.past(VAULT, 0, ALWAYS)).at) == 3
        assert AAVE not in await ledger.pasts(START + HOUR, START + HOUR)


async def test_the_past_ends_where_it_is_said_to_end(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        for number in range(60):
            await ledger.observe(look(START + number * HOUR, rate=number))
        first, last = START + 20 * HOUR, START + 40 * HOUR
        assert list((await ledger.past(AAVE, first, last)).rate) == list(range(20, 41))
        assert list((await ledger.past(AAVE, first + 1, last - 1)).rate) == list(range(21, 40))
        assert list((await ledger.pasts(first, last))[VAULT].rate) == list(range(20, 41))


async def test_hours_become_days_and_days_are_let_go_so_that_the_size_stays_flat(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        for hour in (0, 5, 23):
            await ledger.observe(look(START + hour * HOUR, rate=hour))
        later = START + (HOURLY_DAYS + 1) * DAY
        await ledger.observe(look(later), now=later)
        assert list((await ledger.past(AAVE, 0, later - 1)).rate) == [0]
        assert len(await ledger.base_fees(0, later - 1)) == 1
        much_later = START + (DAILY_DAYS + 1) * DAY
        await ledger.observe(look(much_later), now=much_later)
        assert list((await ledger.past(AAVE, 0, ALWAYS)).at) == [later, much_later]
        assert [at for at, _ in await ledger.base_fees(0, ALWAYS)] == [later, much_later]


async def test_a_look_at_the_past_lets_nothing_go(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        for hour in (0, 5):
            await ledger.observe(look(START + hour * HOUR, rate=hour))
        await ledger.observe(look(START + 1_000 * DAY))
        assert list((await ledger.past(AAVE, 0, ALWAYS)).rate)[:2] == [0, 5]


async def test_a_base_fee_that_was_not_told_is_not_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.observe(look(START))
        await ledger.observe(Look(START + HOUR, 1, None, {}))
        assert await ledger.base_fees(0, ALWAYS) == [(START, 10**9)]


async def test_a_page_that_is_cut_off_is_refused_by_the_file_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.observe(look(START))
    with sqlite3.connect(tmp_path / "ledger.db") as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE observations SET seen = substr(seen, 1, 55)")
    db.close()


async def test_a_past_has_a_digest_that_every_number_counts_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as ledger:
        await ledger.observe(look(START))
        past = await ledger.past(AAVE, 0, ALWAYS)
    same = Past(**{name: tuple(getattr(past, name)) for name in COLUMNS})
    assert same.digest() == past.digest()
    for name in COLUMNS:
        assert replace(past, **{name: [getattr(past, name)[0] - 1]}).digest() != past.digest()


def test_rates_of_before_are_taken_over_and_what_was_seen_since_stays() -> None:
    db = Database(memory=True)
    migrations.ledger.apply(db, stop_before="m022_one_past")
    now = START + 200 * DAY
    moments = [(AAVE, now), (AAVE, now + 60), (AAVE, now - HOUR), (AAVE, now - 100 * DAY), (VAULT, now)]
    moments += [(AAVE, now - 100 * DAY + 7 * HOUR), (AAVE, now - 800 * DAY)]
    for number, (venue, at) in enumerate(moments, 1):
        db.execute("INSERT INTO rates (venue, at, ray) VALUES (?, ?, ?)", (venue, at, str(number * 10**27)))
    seen = observed(now - HOUR + 9)
    db.execute("INSERT INTO observations VALUES (?, ?, ?)", (AAVE, seen.at // DAY, struct.pack("<7q", *seen)))
    migrations.migrate_ledger(db)
    found = {
        (venue, *struct.unpack_from("<2q", page, start))
        for venue, page in db.execute("SELECT venue, seen FROM observations").fetchall()
        for start in range(0, len(page), 56)
    }
    assert found == {
        (AAVE, now, 1 * PARTS),
        (AAVE, seen.at, seen.rate),
        (AAVE, now - 100 * DAY, 4 * PARTS),
        (VAULT, now, 5 * PARTS),
    }
    assert "rates" not in db.table_names()
