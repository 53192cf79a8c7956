"""One SQLite file that never blocks the event loop: one writer with group commit, two readers.

A store that was opened with `spare=True` goes on with a copy in memory once the file can't be used any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from agent.errors import Unavailable
from memory.sqlite.connection import Broken, Synchronous, connect, explained
from memory.sqlite.spare import Spare
from memory.sqlite.writer import Writer

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")

READERS = 2


class Store:
    """Reads and writes as functions of a Database, run in threads of the store's own."""

    def __init__(
        self,
        path: Path,
        writer: Writer,
        migrate: Callable[[Database], None] | None = None,
        mend: Callable[[Database], None] | None = None,
    ) -> None:
        self._path = path
        self._writer = writer
        self._migrate = migrate
        self._mend = mend
        self._falling = asyncio.Lock()
        self._spare: Spare | None = None
        self.broken = ""
        """Why the file is used no more; '' while it is."""
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix=f"{path.stem}-reader")
        self._readers: SimpleQueue[Database] = SimpleQueue()
        self._closed = False
        self._asked = self._ended = 0  # writes; one miscounted by two threads at once is never "ended"

    @classmethod
    async def open(
        cls,
        path: Path,
        migrate: Callable[[Database], None],
        *,
        synchronous: Synchronous,
        spare: bool = False,
        mend: Callable[[Database], None] | None = None,
    ) -> Store:
        """Opens or makes the file; `migrate` brings its tables up to date, in the writer's thread.

        Raises Unavailable, named after the file ('ledger'), where it is damaged, held, newer or out of reach; with
        `spare` one that is damaged or can't be written is read as far as it goes, and kept in memory from then on;
        `mend` makes anew what depends on the rows.
        """
        writer = Writer(path, migrate, synchronous)
        writer.start()
        store = cls(path, writer, migrate if spare else None, mend)
        try:
            await asyncio.wrap_future(writer.opened)
            for _ in range(READERS):
                reader = await asyncio.to_thread(connect, path, synchronous=synchronous, read_only=True)
                store._readers.put(reader)
        except Broken as error:
            await store._fall(error)
        return store

    @property
    def lost(self) -> tuple[str, ...]:
        """The tables of a broken file of which not every row could be read."""
        return self._spare.lost if self._spare is not None else ()

    async def _fall(self, error: Broken) -> Spare:
        """From here on a copy in memory is used. Raises `error` where the store wasn't opened for that."""
        if self._migrate is None:
            raise error
        async with self._falling:
            if self._spare is None:
                spare = await Spare.of(self._path, self._migrate, self._mend)
                self.broken, self._spare = error.message, spare
        return self._spare

    async def write(
        self,
        fn: Callable[[Database], T],
        *,
        scrub: bool = False,
        meanwhile: Callable[[T], None] | None = None,
        aside: bool = False,
        patient: bool = False,
    ) -> T:
        """What `fn` returns, once its changes are durable; an exception in it undoes its own changes alone.

        A caller that is cancelled while `fn` runs doesn't undo it. `scrub` also empties the write-ahead log, so that
        text which `fn` deleted is nowhere on the disk. The loop calls `meanwhile`, where the file is used, with the
        value before it is durable, and before this returns. `aside`: see `moment`; `patient`: see Writer.submit.
        """
        if self._spare is None:
            try:
                return await self.submit(fn, scrub=scrub, meanwhile=meanwhile, aside=aside, patient=patient)
            except Broken as error:  # nothing of it was written
                await self._fall(error)
        return await self.submit(fn, aside=aside)

    def submit(
        self,
        fn: Callable[[Database], T],
        *,
        scrub: bool = False,
        meanwhile: Callable[[T], None] | None = None,
        aside: bool = False,
        patient: bool = False,
    ) -> asyncio.Future[T]:
        """`write` for who doesn't wait: it has its place among the writes when this returns."""
        if self._spare is not None:
            done = self._spare.submit(fn)
        elif meanwhile is None:
            done = self._writer.submit(fn, scrub=scrub, patient=patient)
        else:
            loop, told = asyncio.get_running_loop(), meanwhile
            done = self._writer.submit(fn, meanwhile=lambda value: _soon(loop, partial(told, value)))
        if not aside:
            self._asked += 1
            done.add_done_callback(self._count)
        return asyncio.wrap_future(done)

    def _count(self, _: object) -> None:
        self._ended += 1

    @property
    def moment(self) -> int:
        """Grows with every write of this process that is asked for: what was seen at the same moment still holds.

        But for those `aside`, which change nothing that anybody holds on to; each sees all that was asked for before.
        """
        return self._asked

    @property
    def at_rest(self) -> bool:
        """Whether every write that was asked for has ended."""
        return self._asked == self._ended

    async def read(self, fn: Callable[[Database], T]) -> T:
        """What `fn` returns; all its queries see the same moment. A write in it fails."""
        if self._closed:
            raise Unavailable(self._path.stem, f"{self._path} has been closed")
        if self._spare is None:
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, fn)
            except Broken as error:
                await self._fall(error)
        return await self.submit(fn)

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
        while not self._readers.empty():  # all are back: no thread reads any more
            self._readers.get().close()
        self._writer.stop()
        if self._spare is not None:
            self._spare.close()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has been closed: nobody is there to be told
        loop.call_soon_threadsafe(call)
