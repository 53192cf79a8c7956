"""A copy of a SQLite file in memory, for when the file itself can't be written or read any more."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")


class Spare:
    """Reads and writes as a Store does them, one after the other, in one thread. Nothing of it is durable."""

    def __init__(self, db: Database, threads: ThreadPoolExecutor, lost: tuple[str, ...]) -> None:
        self._db = db
        self._threads = threads
        self.lost = lost
        """The tables of which not every row could be read."""

    @classmethod
    async def of(
        cls, path: Path, migrate: Callable[[Database], None], mend: Callable[[Database], None] | None = None
    ) -> Spare:
        """All that can still be read of the file. Of one that is no database at all nothing is left.

        `mend` makes anew what was made of the rows that were read.
        """
        threads = ThreadPoolExecutor(1, thread_name_prefix=f"{path.stem}-spare")
        db, lost = await asyncio.get_running_loop().run_in_executor(threads, _copied, path, migrate, mend)
        return cls(db, threads, lost)

    def submit(self, fn: Callable[[Database], T]) -> Future[T]:
        return self._threads.submit(self._run, fn)

    def _run(self, fn: Callable[[Database], T]) -> T:
        with self._db.atomic():
            return fn(self._db)

    def close(self) -> None:
        self._threads.shutdown()
        self._db.close()


def _copied(
    path: Path, migrate: Callable[[Database], None], mend: Callable[[Database], None] | None
) -> tuple[Database, tuple[str, ...]]:
    from sqlite_utils import Database

    whole = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_source(path)) as source:
        source.backup(whole)
        if whole.execute("PRAGMA integrity_check").fetchone() == ("ok",):
            db = Database(whole, execute_plugins=False)
            migrate(db)
            return db, ()
    made = Database(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), execute_plugins=False)
    migrate(made)
    lost = tuple(name for name in _tables(made) if not _rescued(whole, made, name))
    whole.close()
    if mend is not None:
        mend(made)
    return made, lost


def _source(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _tables(db: Database) -> list[str]:
    """The tables with rows of ours; `sqlite_` and `_` begin those that the libraries keep for themselves. An index of
    words and its own tables aren't among them: they can be made again from the rows.
    """
    made = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")}
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    kept = [name for name in names if name not in made and name.rpartition("_")[0] not in made]
    return [name for name in kept if not name.startswith(("sqlite_", "_"))]


def _rescued(source: sqlite3.Connection, made: Database, table: str) -> bool:
    """Copies the rows of a table up to the first that can't be read; says whether that was all of them."""
    try:
        rows = source.execute(f'SELECT * FROM "{table}"')  # noqa: S608  (a name of our own schema)
        names = [column[0] for column in rows.description]
        marks = ", ".join("?" * len(names))
        columns = ", ".join(f'"{name}"' for name in names)
        for row in rows:  # in any order: what a row refers to may come later, or be lost
            made.execute(f'INSERT OR IGNORE INTO "{table}" ({columns}) VALUES ({marks})', row)  # noqa: S608
    except sqlite3.Error:
        return False
    return True
