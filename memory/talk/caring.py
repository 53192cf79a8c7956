"""Looking after memory.db while nothing else is to do: vectors for what was said, and the years folded together.

Nothing of it is on the way of a message: it begins a while after the last one, in small pieces.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from agent.errors import Unavailable
from memory.part import Clock, many
from memory.sqlite.store import Store
from memory.talk import refs
from memory.talk.knowledge import Knowledge, Shelf
from memory.talk.retention import Keep
from memory.talk.vectors import Embedder

if TYPE_CHECKING:
    from sqlite_utils import Database

log = structlog.get_logger()

EVERY_SECONDS = 5.0
RETAIN_SECONDS = 6 * 3_600.0
BATCH = 128
"""Texts that are embedded and written at once."""

_NAME, _TO, _NOTES_TO = "vectors by", "vectors of turns to", "vectors of notes to"


class Caring(Knowledge):
    """A memory that looks after itself from `care` on, until it is closed."""

    def __init__(self, store: Store, now: Clock, embedder: Embedder | None = None, keep: Keep | None = None) -> None:
        super().__init__(store, now, embedder, keep)
        self._carer: asyncio.Task[None] | None = None

    def care(self, shelf: Shelf | None = None, also: Callable[[], Awaitable[object]] | None = None) -> None:
        """Begins: documents of `shelf` are read up on at once, and again with each retention, `also` with it."""
        self._carer = self._carer or asyncio.create_task(self._care(shelf or Shelf(), also))

    async def _care_no_more(self) -> None:
        if self._carer is not None:
            self._carer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._carer

    async def _care(self, shelf: Shelf, also: Callable[[], Awaitable[object]] | None) -> None:
        waited = RETAIN_SECONDS
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            waited += EVERY_SECONDS
            try:
                if waited >= RETAIN_SECONDS:
                    waited = 0.0
                    await self.read_up(shelf)
                    await self.retain()
                    if also is not None:
                        await also()
                await self.embed_new()
                await self.embed_passages()
            except Unavailable as error:
                log.info("memory.db is looked after later", why=str(error))
            except Exception:
                log.exception("memory.db could not be looked after")
                return

    async def embed_new(self) -> int:
        """Gives a vector to whatever has none yet: the users' own turns, and notes; how many that were.

        Vectors of another embedder go first. Raises Unavailable('embedding').
        """
        count = 0
        touched: set[int] = set()
        try:
            while rows := await self._store.read(lambda db: _without(db, self.embedder.name)):
                vectors = await self.embedder.embed([row["text"] for row in rows])
                given = [(row["person"], row["ref"], vector) for row, vector in zip(rows, vectors, strict=True)]
                await self._store.write(partial(_give, name=self.embedder.name, given=given))
                touched |= {person for person, ref, _ in given if not refs.parts(ref)[0]}
                count += len(rows)
        finally:
            if touched:
                await self._store.write(partial(_prune, people=touched, most=self.keep.vectors))
        return count


def _mark(db: Database, name: str) -> str:
    row = db.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return "" if row is None else str(row[0])


def _set_mark(db: Database, name: str, value: str) -> None:
    db.execute(
        "INSERT INTO marks VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
    )


def _without(db: Database, name: str) -> list[dict[str, Any]]:
    """The next texts that have no vector of this embedder, a batch of them."""
    same = _mark(db, _NAME) == name
    after = int(_mark(db, _NOTES_TO) or 0) if same else 0
    sql = f"SELECT person, id + {refs.of_note(0)} AS ref, text FROM notes WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608  (a number of ours)
    notes = many(db, sql, (after, BATCH))
    if notes:
        return notes
    since = int(_mark(db, _TO) or 0) if same else 0
    sql = """SELECT person, turns.id AS ref, text FROM turns JOIN talks ON talks.id = talk
             WHERE turns.id > ? AND role = 'user' ORDER BY turns.id LIMIT ?"""
    return many(db, sql, (since, BATCH))


def _give(db: Database, name: str, given: list[tuple[int, int, bytes]]) -> None:
    """Keeps vectors of what is still there."""
    if _mark(db, _NAME) != name:
        db.execute("DELETE FROM vectors")
        db.execute("UPDATE passages SET v = NULL")
        _set_mark(db, _NAME, name)
        _set_mark(db, _TO, "0")
        _set_mark(db, _NOTES_TO, "0")
    for person, ref, vector in given:
        is_note, row_id = refs.parts(ref)
        sql = "SELECT 1 FROM notes WHERE id = ?" if is_note else "SELECT 1 FROM turns WHERE id = ?"
        if db.execute(sql, (row_id,)).fetchone() is not None:  # it may have been forgotten meanwhile
            db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (person, ref, vector))
    last_is_note, last = refs.parts(given[-1][1])
    _set_mark(db, _NOTES_TO if last_is_note else _TO, str(last))


def _prune(db: Database, people: Collection[int], most: int) -> None:
    """Leaves the vectors of each one's newest `most` turns, and all of their notes."""
    for person in people:
        sql = f"""DELETE FROM vectors WHERE person = :person AND ref < {refs.of_note(0)} AND ref <= (
                  SELECT ref FROM vectors WHERE person = :person AND ref < {refs.of_note(0)}
                  ORDER BY ref DESC LIMIT 1 OFFSET :most)"""  # noqa: S608  (a number of ours)
        db.execute(sql, {"person": person, "most": most})
