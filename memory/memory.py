"""memory.db: what was said. Deleting it changes no verdict."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.errors import Unavailable
from agent.trust import Told, Trust
from memory.part import Clock, many
from memory.store import Store

if TYPE_CHECKING:
    from sqlite_utils import Database

FILE = "memory.db"
AGENT = "agent"
MAX_WORDS = 32
SOON_SECONDS = 0.2

Speaker = Literal["user", "agent"]

_ADD = "INSERT INTO turns (user, channel, role, text, at, author, source, trust) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a channel, by the user or by the agent to them. `trust` is a Trust as it was stored."""

    id: int
    user: str
    channel: str
    role: Speaker
    text: str
    at: int
    author: str
    source: str
    trust: int

    @property
    def told(self) -> Told:
        """The text with its taint. No row makes more of a text than its role and author allow."""
        own = self.role == "user" and self.author == self.user and self.source == self.channel
        most = Trust.USER if own else Trust.MODEL
        known = self.trust in set(Trust)
        return Told(self.text, self.author, self.source, min(Trust(self.trust), most) if known else Trust.FOREIGN)


class Memory:
    """Conversations of all users, each seen by its own user alone."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now
        self._unkept: list[tuple[str | int, ...]] = []
        self._soon: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Future[None] | None = None

    @classmethod
    async def open(cls, folder: Path, now: Clock, *, spare: bool = False) -> Memory:
        """The memory in `folder`, made where there is none. Raises Unavailable('memory').

        With `spare` a file that can't be used is kept in memory alone: what is said then is forgotten at the end.
        """
        return cls(await Store.open(folder / FILE, _migrate, synchronous="NORMAL", spare=spare), now)

    async def close(self) -> None:
        await self._kept()
        await self._store.close()

    async def remember_turn(self, user: str, channel: str, role: Speaker, text: str) -> int:
        """Keeps what was said; the turn's number. What the agent says may hold a model's words."""
        return await self.remember(user, channel, role, _told(user, channel, role, text))

    async def remember(self, user: str, channel: str, role: Speaker, told: Told) -> int:
        """Keeps a text with its author, source and trust, a summary for instance; the turn's number."""
        self._keep()
        row = self._row(user, channel, role, told)
        return await self._store.write(lambda db: db.execute(_ADD, row).lastrowid or 0)

    def _row(self, user: str, channel: str, role: Speaker, told: Told) -> tuple[str | int, ...]:
        return (user, channel, role, told.text, self._now(), told.author, told.source, int(told.trust))

    def keep_soon(self, user: str, channel: str, said: str, answered: str) -> None:
        """Keeps a message and its answer soon, with others, in one write: before anything is read or erased here."""
        said_by: tuple[tuple[Speaker, str], ...] = (("user", said), ("agent", answered))
        self._unkept += [self._row(user, channel, role, _told(user, channel, role, text)) for role, text in said_by]
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON_SECONDS, self._keep)

    def _keep(self) -> None:
        """Begins to write what `remember` was told, in its place among the writes."""
        if self._soon is not None:
            self._soon.cancel()
        rows, self._unkept, self._soon = self._unkept, [], None

        def add(db: Database) -> None:
            for row in rows:
                db.execute(_ADD, row)

        if rows:
            with contextlib.suppress(Unavailable):  # without memory.db all else goes on
                self._keeping = self._store.submit(add)
                self._keeping.add_done_callback(_noted)

    async def _kept(self) -> None:
        """The same, and waits for it."""
        self._keep()
        if self._keeping is not None:
            await asyncio.wait([self._keeping])

    async def recent(self, user: str, channel: str, n: int) -> list[Turn]:
        """The last `n` turns of the user in the channel, the oldest first."""
        await self._kept()
        sql = "SELECT * FROM turns WHERE user = ? AND channel = ? ORDER BY id DESC LIMIT ?"
        rows = await self._store.read(lambda db: many(db, sql, (user, channel, n)))
        return [Turn(**row) for row in reversed(rows)]

    async def recall(self, user: str, query: str, limit: int) -> list[Turn]:
        """The user's turns in any channel that share words with `query`, the best by BM25 first."""
        match = _match(user, query)
        if match is None:
            return []
        await self._kept()
        # The user's column weighs nothing; `turns.user` is compared once more, for ids that tokenise alike.
        sql = """SELECT turns.* FROM turns_fts JOIN turns ON turns.id = turns_fts.rowid
                 WHERE turns_fts MATCH ? AND turns.user = ?
                 ORDER BY bm25(turns_fts, 0.0, 1.0), turns.id DESC LIMIT ?"""
        return [Turn(**row) for row in await self._store.read(lambda db: many(db, sql, (match, user, limit)))]

    async def forget(self, user: str, channel: str | None = None) -> int:
        """Erases what was said with the user, in one channel or in all, from the index and the log too; how many
        turns that was.
        """

        def erase(db: Database) -> int:
            sql = "DELETE FROM turns WHERE user = ? AND channel = coalesce(?, channel)"
            erased = db.execute(sql, (user, channel)).rowcount
            # FTS5 only marks words as deleted until segments happen to be merged: this writes the index anew.
            db.execute("INSERT INTO turns_fts (turns_fts) VALUES ('rebuild')")
            return erased

        self._keep()
        return await self._store.write(erase, scrub=True)


def _told(user: str, channel: str, role: Speaker, text: str) -> Told:
    """What the agent says may hold a model's words."""
    own = role == "user"
    return Told(text, user if own else AGENT, channel, Trust.USER if own else Trust.MODEL)


def _noted(kept: asyncio.Future[None]) -> None:
    """What is wrong beyond memory.db being out of reach is a mistake of ours, and the loop logs it."""
    error = None if kept.cancelled() else kept.exception()
    if error is not None and not isinstance(error, Unavailable):
        raise error


def _match(user: str, query: str) -> str | None:
    """An FTS5 expression of the query's words, each quoted, so that no punctuation of theirs is syntax."""
    words = list(dict.fromkeys(_WORD.findall(query)))[:MAX_WORDS]
    owner = " ".join(_WORD.findall(user))
    if not words or not owner:
        return None
    any_word = " OR ".join(f'"{word}"' for word in words)
    return f'user : "{owner}" AND text : ({any_word})'


def _migrate(db: Database) -> None:
    from memory.migrations import migrate_memory  # late, in the writer's thread, as sqlite_utils itself

    migrate_memory(db)
