"""One writer with group commit, readers beside it, and a clear word where the file can't be used."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import stat
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent.errors import Unavailable
from memory.sqlite import connection, writer
from memory.sqlite.store import Store

if TYPE_CHECKING:
    from sqlite_utils import Database

pytestmark = pytest.mark.unit


def migrate(db: Database) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS notes (text TEXT UNIQUE) STRICT")


def adding(text: str) -> Callable[[Database], int]:
    """A write of one note; gives the number of rows."""
    return lambda db: db.execute("INSERT INTO notes (text) VALUES (?)", (text,)).rowcount


def texts(db: Database) -> list[str]:
    return [row["text"] for row in db.query("SELECT text FROM notes ORDER BY rowid")]


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "ledger.db", migrate, synchronous="FULL")
    yield opened
    await opened.close()


async def test_a_failing_write_leaves_its_neighbours_alone(store: Store) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def first(db: Database) -> None:  # holds the writer, so that the others wait together and share a commit
        entered.set()
        go_on.wait(60)

    def failing(db: Database) -> None:
        adding("undone")(db)
        raise KeyError("mine alone")

    commits: list[str] = []
    waiting: list[asyncio.Task[object]] = [asyncio.create_task(store.write(first))]
    await asyncio.to_thread(entered.wait, 60)
    waiting.append(asyncio.create_task(store.write(lambda db: db.conn.set_trace_callback(commits.append))))
    waiting += [asyncio.create_task(store.write(adding(str(n)))) for n in range(5)]
    waiting.insert(4, asyncio.create_task(store.write(failing)))
    waiting.append(asyncio.create_task(store.write(adding("4"))))  # breaks UNIQUE
    waiting.append(asyncio.create_task(store.write(adding("5"))))
    await asyncio.sleep(0.01)
    go_on.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results if isinstance(result, Exception)] == [KeyError, sqlite3.IntegrityError]
    assert await store.read(texts) == ["0", "1", "2", "3", "4", "5"]
    assert commits.count("COMMIT") == 1


async def test_what_is_patient_is_committed_with_what_comes_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PATIENCE_SECONDS", 60.0)  # without a second write this test would hang
    commits: list[str] = []
    await store.write(lambda db: db.conn.set_trace_callback(commits.append))
    commits.clear()
    patient = asyncio.create_task(store.write(adding("first"), patient=True))
    await asyncio.sleep(0.01)
    assert not patient.done()
    await store.write(adding("second"))
    await patient
    assert await store.read(texts) == ["first", "second"]
    assert commits.count("COMMIT") == 1


async def test_what_is_patient_waits_for_nobody_who_does_not_come(store: Store, tmp_path: Path) -> None:
    await store.write(adding("alone"), patient=True)
    waiting = [asyncio.create_task(store.write(adding(str(n)), patient=True)) for n in range(3)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        assert [text for (text,) in file.execute("SELECT text FROM notes")] == ["alone", "0", "1", "2"]


async def test_a_read_sees_one_moment_and_cannot_write(store: Store) -> None:
    await store.write(adding("before"))
    reading, written = threading.Event(), threading.Event()

    def twice(db: Database) -> tuple[list[str], list[str]]:
        first = texts(db)
        reading.set()
        written.wait(60)
        return first, texts(db)

    read = asyncio.create_task(store.read(twice))
    await asyncio.to_thread(reading.wait, 60)
    await store.write(adding("after"))
    written.set()
    assert await read == (["before"], ["before"])
    assert await store.read(texts) == ["before", "after"]
    with pytest.raises(Unavailable):
        await store.read(adding("never"))


async def test_the_event_loop_runs_on_while_a_write_is_slow(store: Store) -> None:
    release = threading.Event()
    slow = asyncio.create_task(store.write(lambda db: release.wait(60)))
    await asyncio.sleep(0.01)  # would hang here if the write held the loop
    assert not slow.done()
    release.set()
    assert await slow


async def test_closing_finishes_what_is_queued_and_refuses_the_rest(store: Store, tmp_path: Path) -> None:
    queued = [asyncio.create_task(store.write(adding(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert await asyncio.gather(*queued) == [1] * 20
    assert modes(tmp_path).keys() == {"ledger.db"}
    with pytest.raises(Unavailable):
        await store.write(texts)
    with pytest.raises(Unavailable):
        await store.read(texts)


async def test_the_file_is_its_owners_alone(store: Store, tmp_path: Path) -> None:
    await store.write(adding("secret"))
    assert modes(tmp_path) == dict.fromkeys(["ledger.db", "ledger.db-wal", "ledger.db-shm"], 0o600)


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database " * 1000)
    with pytest.raises(Unavailable, match="damaged") as caught:
        await Store.open(tmp_path / "ledger.db", migrate, synchronous="FULL")
    assert caught.value.dependency == "ledger"


async def test_a_folder_out_of_reach_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Unavailable, match="owner and permissions"):
        await Store.open(tmp_path / "file" / "ledger.db", migrate, synchronous="FULL")


async def test_a_held_file_is_named(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.05)
    await store.write(lambda db: db.conn.execute("PRAGMA busy_timeout=50"))
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="held by another program"):
        await store.write(adding("late"))
    with pytest.raises(Unavailable, match="held by another program"):
        await Store.open(tmp_path / "ledger.db", migrate, synchronous="FULL")
    other.execute("ROLLBACK")
    other.close()
    assert await store.write(adding("in time")) == 1


async def test_a_full_disk_is_named_and_nothing_is_half_written(store: Store) -> None:
    await store.write(lambda db: db.conn.execute("PRAGMA max_page_count=4").fetchall())
    with pytest.raises(Unavailable, match="full"):
        await store.write(adding("x" * 100_000))
    assert await store.read(texts) == []
    assert await store.write(adding("small")) == 1


async def test_a_cancelled_caller_does_not_stop_the_writer(store: Store) -> None:
    entered, release = threading.Event(), threading.Event()

    def slow(db: Database) -> int:
        entered.set()
        release.wait(60)
        return adding("done")(db)

    running = asyncio.create_task(store.write(slow))
    await asyncio.to_thread(entered.wait, 60)  # what hasn't begun is not done once its caller is gone
    waiting = asyncio.create_task(store.write(adding("dropped")))
    await asyncio.sleep(0.01)
    for task in (running, waiting):
        task.cancel()
    release.set()
    await asyncio.gather(running, waiting, return_exceptions=True)
    await store.write(adding("next"))
    assert await store.read(texts) == ["done", "next"]
