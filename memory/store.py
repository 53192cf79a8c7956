"""One SQLite file that never blocks the event loop: one writer with group commit, two readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from agent.errors import Unavailable
from memory.connection import Synchronous, connect, explained
from memory.writer import Writer

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")

READERS = 2


class Store:
    """Reads and writes as functions of a Database, run in threads of the store's own."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self._path = path
        self._writer = writer
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix=f"{path.stem}-reader")
        self._readers: SimpleQueue[Database] = SimpleQueue()
        self._closed = False
        self._asked = self._ended = 0  # writes; one miscounted by two threads at once is never "ended"

    @classmethod
    async def open(cls, path: Path, migrate: Callable[[Database], None], *, synchronous: Synchronous) -> Store:
        """Opens or makes the file; `migrate` brings its tables up to date, in the writer's thread.

        Raises Unavailable, named after the file ('ledger'), where it is damaged, held, newer or out of reach.
        """
        writer = Writer(path, migrate, synchronous)
        writer.start()
        await asyncio.wrap_future(writer.opened)
        store = cls(path, writer)
        for _ in range(READERS):
            reader = await asyncio.to_thread(connect, path, synchronous=synchronous, read_only=True)
            store._readers.put(reader)
        return store

    async def write(self, fn: Callable[[Database], T], *, scrub: bool = False) -> T:
        """What `fn` returns, once its changes are durable; an exception in it undoes its own changes alone.

        A caller that is cancelled while `fn` runs doesn't undo it. `scrub` also empties the write-ahead log, so that
        text which `fn` deleted is nowhere on the disk.
        """
        return await self.submit(fn, scrub=scrub)

    def submit(self, fn: Callable[[Database], T], *, scrub: bool = False) -> asyncio.Future[T]:
        """`write` for who doesn't wait: it has its place among the writes when this returns."""
        done = self._writer.submit(fn, scrub=scrub)
        self._asked += 1
        done.add_done_callback(self._count)
        return asyncio.wrap_future(done)

    def _count(self, _: object) -> None:
        self._ended += 1

    @property
    def moment(self) -> int:
        """Grows with every write of this process that is asked for: what was seen at the same moment still holds."""
        return self._asked

    @property
    def at_rest(self) -> bool:
        """Whether every write that was asked for has ended."""
        return self._asked == self._ended

    async def read(self, fn: Callable[[Database], T]) -> T:
        """What `fn` returns; all its queries see the same moment. A write in it fails."""
        if self._closed:
            raise Unavailable(self._path.stem, f"{self._path} has been closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, fn)

    def _read(self, fn: Callable[[Database], T]) -> T:
        db = self._readers.get()
        try:
            with db.atomic():
                return fn(db)
        except Exception as error:
            problem = explained(self._path, error)
            if problem is error:
                raise
            raise problem from error
        finally:
            self._readers.put(db)

    async def close(self) -> None:
        """Finishes queued writes, folds the log into the file and lets go of it. A second call does nothing."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._threads.shutdown()
        for _ in range(READERS):
            self._readers.get().close()
        self._writer.stop()
