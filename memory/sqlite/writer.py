"""The one thread that writes to a file. Writes that wait together share one transaction and one fsync."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from agent.errors import Unavailable
from memory.sqlite.connection import Synchronous, connect, explained

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")

MAX_GROUP = 128  # bounds how long the first of a group waits for the last
PATIENCE_SECONDS = 0.005
"""How long what is patient waits for somebody to share a commit with."""


@dataclass(frozen=True, slots=True)
class _Job:
    fn: Callable[[Database], Any]
    scrub: bool
    meanwhile: Callable[[Any], None] | None
    patient: bool
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs functions on the file, in order. Of several in one transaction each has a savepoint of its own."""

    def __init__(self, path: Path, migrate: Callable[[Database], None], synchronous: Synchronous) -> None:
        self._path = path
        self._migrate = migrate
        self._synchronous = synchronous
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._stopped = False
        self.opened: Future[None] = Future()
        # A daemon: a program that dies without closing must not hang here, and SQLite survives it.
        self._thread = threading.Thread(target=self._run, name=f"{path.stem}-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(
        self,
        fn: Callable[[Database], T],
        *,
        scrub: bool = False,
        meanwhile: Callable[[T], None] | None = None,
        patient: bool = False,
    ) -> Future[T]:
        """Queues `fn`. Its future ends when the commit is on the disk, or with the reason why it isn't.

        `meanwhile` is told the value once `fn` is done and nothing is durable yet, in this thread. What is `patient`
        waits PATIENCE_SECONDS at the most for another write, in its place before it.
        """
        if self._stopped:
            raise Unavailable(self._path.stem, f"{self._path} has been closed")
        job = _Job(fn, scrub, meanwhile, patient)
        self._jobs.put(job)
        return job.done

    def stop(self) -> None:
        """Finishes what is queued, closes the file and ends the thread. Blocks."""
        if not self._stopped:
            self._stopped = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            db = self._open()
        except Exception as error:
            self._stopped = True
            self.opened.set_exception(explained(self._path, error))
            return
        self.opened.set_result(None)
        running = True
        while running:
            group, running = self._next_group()
            self._write(db, group)
        db.close()

    def _open(self) -> Database:
        db = connect(self._path, synchronous=self._synchronous, read_only=False)
        try:
            db.conn.execute("BEGIN IMMEDIATE")  # two programs that start at once migrate one after the other
            with db.atomic():
                self._migrate(db)
            db.conn.execute("COMMIT")
        except BaseException:
            db.close()
            raise
        return db

    def _next_group(self) -> tuple[list[_Job], bool]:
        """The jobs that wait now, at least one, and whether to go on after them."""
        group: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            if job.done.set_running_or_notify_cancel():
                group.append(job)
            if len(group) == MAX_GROUP:
                return group, True
            waits = all(each.patient for each in group)
            try:
                job = self._jobs.get(waits, PATIENCE_SECONDS)
            except Empty:
                return group, True
        return group, False

    def _write(self, db: Database, group: list[_Job]) -> None:
        try:
            db.conn.execute("BEGIN IMMEDIATE")
            results = [(job, *self._attempt(db, job, alone=len(group) == 1)) for job in group]
            if db.conn.in_transaction:
                db.conn.execute("COMMIT")
        except Exception as error:
            db.rollback()
            for job in group:  # an exception each: one shared by many tasks mixes their tracebacks
                job.done.set_exception(explained(self._path, error))
            return
        for job, value, problem in results:
            if job.scrub and problem is None:
                problem = self._empty_log(db)
            if problem is None:
                job.done.set_result(value)
            else:
                job.done.set_exception(problem)

    def _attempt(self, db: Database, job: _Job, *, alone: bool) -> tuple[Any, Exception | None]:
        """The job's value, or its error once its changes are undone. Raises where SQLite undid the whole group."""
        try:
            with contextlib.nullcontext() if alone else db.atomic():
                value = job.fn(db)
        except Exception as error:
            if alone:
                db.rollback()
            elif not db.conn.in_transaction:
                raise
            return None, explained(self._path, error)
        if job.meanwhile is not None:
            job.meanwhile(value)
        return value, None

    def _empty_log(self, db: Database) -> Exception | None:
        """Folds the write-ahead log into the file and truncates it; waits for readers of the old text."""
        try:
            (blocked, _, _) = db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except Exception as error:
            return explained(self._path, error)
        if blocked:
            return Unavailable(
                self._path.stem, f"{self._path} is being read: old text is still in its log. Try again."
            )
        return None
