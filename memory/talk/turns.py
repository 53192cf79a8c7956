"""Conversations: what was said, each turn seen by its own user alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import Unavailable
from agent.trust import Told, Trust
from memory.part import Clock, many, one
from memory.sqlite.store import Store
from memory.talk import refs
from memory.talk.lately import MOST_TURNS, Lately
from memory.talk.owned import index, number_of, scrubbed, talk_for, unindex

if TYPE_CHECKING:
    from sqlite_utils import Database

AGENT = "agent"
_TRUSTS = frozenset(Trust)
SOON_SECONDS = 0.2

Speaker = Literal["user", "agent"]

TURNS = """SELECT turns.id, people.user, talks.channel, turns.role, turns.text, turns.at,
  coalesce(turns.author, iif(turns.role = 'user', people.user, 'agent')) AS author,
  coalesce(turns.source, talks.channel) AS source, turns.trust
  FROM turns JOIN talks ON talks.id = turns.talk JOIN people ON people.no = talks.person"""
"""Turns as they are handed out."""
_ADD = "INSERT INTO turns (talk, role, text, at, author, source, trust) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in a channel, by the user or by the agent to them. `trust` is a Trust as stored; `id` is 0
    where it has no number yet.
    """

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
        known = self.trust in _TRUSTS
        return Told(self.text, self.author, self.source, min(Trust(self.trust), most) if known else Trust.FOREIGN)


@dataclass(frozen=True, slots=True)
class _Unkept:
    """What `keep_soon` was told: who said what where, and when."""

    user: str
    channel: str
    role: Speaker
    told: Told
    at: int


class Turns:
    """Conversations of all users. `now` gives Unix seconds."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now
        self._unkept: list[_Unkept] = []
        self._soon: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Future[None] | None = None
        self._lately = Lately()

    async def remember_turn(self, user: str, channel: str, role: Speaker, text: str) -> int:
        """Keeps what was said; the turn's number. What the agent says may hold a model's words."""
        return await self.remember(user, channel, role, _told(user, channel, role, text))

    async def remember(self, user: str, channel: str, role: Speaker, told: Told) -> int:
        """Keeps a text with its author, source and trust, a summary for instance; the turn's number."""
        self._keep()
        said = _Unkept(user, channel, role, told, self._now())
        return await self._store.write(lambda db: _added(db, said))

    def keep_soon(self, user: str, channel: str, said: str, answered: str) -> None:
        """Keeps a message and its answer soon, with others, in one write: before anything is read or erased here."""
        said_by: tuple[tuple[Speaker, str], ...] = (("user", said), ("agent", answered))
        at = self._now()
        for role, text in said_by:
            told = _told(user, channel, role, text)
            self._unkept.append(_Unkept(user, channel, role, told, at))
            self._lately.add(Turn(0, user, channel, role, text, at, told.author, told.source, int(told.trust)))
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(SOON_SECONDS, self._keep)

    def _keep(self) -> None:
        """Begins to write what `remember` was told, in its place among the writes."""
        if self._soon is not None:
            self._soon.cancel()
        waiting, self._unkept, self._soon = self._unkept, [], None

        def add(db: Database) -> None:
            for each in waiting:
                _added(db, each)

        if waiting:
            self._submit(add, aside=True)  # they were told to `_lately` as they came

    def _submit(self, fn: Callable[[Database], None], *, aside: bool = False) -> None:
        """Writes in its turn, and nobody waits for it."""
        with contextlib.suppress(Unavailable):  # without memory.db all else goes on
            self._keeping = self._store.submit(fn, aside=aside)
            self._keeping.add_done_callback(_noted)

    async def _kept(self) -> None:
        """Writes what waits to be, and waits for it."""
        self._keep()
        if self._keeping is not None:
            await asyncio.wait([self._keeping])

    async def settled(self) -> None:
        """Waits until all that it was told is written."""
        await self._kept()

    async def recent(self, user: str, channel: str, n: int) -> list[Turn]:
        """The last `n` turns of the user in the channel, the oldest first."""
        known = self._lately.of((user, channel), n, self._store.moment)
        if known is not None:
            return known
        moment, added = self._store.moment, self._lately.added
        settled = self._store.at_rest
        await self._kept()
        sql = f"{TURNS} WHERE people.user = ? AND talks.channel = ? ORDER BY turns.id DESC LIMIT ?"
        rows = await self._store.read(lambda db: many(db, sql, (user, channel, max(n, MOST_TURNS))))
        turns = [Turn(**row) for row in reversed(rows)]
        if settled and (moment, added) == (self._store.moment, self._lately.added):
            self._lately.read((user, channel), turns, moment)
        return turns[-n:] if n > 0 else []

    async def forget(self, user: str, channel: str | None = None) -> int:
        """Erases what was said with the user, in one channel or in all, with what was noted of it, from the index,
        the vectors and the log too; how many turns that was.
        """
        self._keep()
        return await self._store.write(lambda db: erased(db, user, channel), scrub=True)

    async def forget_last(self, user: str, channel: str) -> int:
        """The same of the user's last turn in the channel, of what came after it, and of notes made since."""

        def erase(db: Database) -> int:
            sql = f"{TURNS} WHERE people.user = ? AND talks.channel = ? AND role = 'user' ORDER BY turns.id DESC"
            last = one(db, f"{sql} LIMIT 1", (user, channel))
            return 0 if last is None else erased(db, user, channel, last["id"], last["at"])

        self._keep()
        return await self._store.write(erase, scrub=True)


def erased(db: Database, user: str, channel: str | None, first: int = 0, since: int = 0) -> int:
    """Erases a user's turns from number `first` on and their notes from `since` on (Unix seconds), in one channel or
    in all; how many turns that was.
    """
    person = number_of(db, user)
    if person is None:
        return 0
    known = {"person": person, "channel": channel, "first": first, "since": since}
    sql = """SELECT turns.id, turns.text FROM turns JOIN talks ON talks.id = talk
             WHERE person = :person AND channel = coalesce(:channel, channel) AND turns.id >= :first"""
    turns = many(db, sql, known)
    remove_turns(db, person, turns)
    sql = """SELECT id, text FROM notes
             WHERE person = :person AND channel = coalesce(:channel, channel) AND at >= :since"""
    for note in many(db, sql, known):
        remove_note(db, person, note["id"], note["text"])
    if channel is None and not first:
        db.execute("DELETE FROM vectors WHERE person = ?", (person,))
        db.execute("DELETE FROM talks WHERE person = ?", (person,))
        db.execute("DELETE FROM people WHERE no = ?", (person,))
    scrubbed(db)
    return len(turns)


def remove_turns(db: Database, person: int, turns: Sequence[dict[str, Any]]) -> None:
    for turn in turns:
        unindex(db, person, refs.of_turn(turn["id"]), turn["text"])
        db.execute("DELETE FROM turns WHERE id = ?", (turn["id"],))


def remove_note(db: Database, person: int, note_id: int, text: str) -> None:
    unindex(db, person, refs.of_note(note_id), text)
    db.execute("DELETE FROM notes WHERE id = ?", (note_id,))


def _added(db: Database, said: _Unkept) -> int:
    """Adds a turn; what goes without saying of its author and source isn't written."""
    person, talk = talk_for(db, said.user, said.channel)
    usual = said.user if said.role == "user" else AGENT
    told = said.told
    author = None if told.author == usual else told.author
    source = None if told.source == said.channel else told.source
    row = (talk, said.role, told.text, said.at, author, source, int(told.trust))
    number = db.execute(_ADD, row).lastrowid or 0
    index(db, person, refs.of_turn(number), told.text)
    return number


def _told(user: str, channel: str, role: Speaker, text: str) -> Told:
    """What the agent says may hold a model's words."""
    own = role == "user"
    return Told(text, user if own else AGENT, channel, Trust.USER if own else Trust.MODEL)


def _noted(kept: asyncio.Future[None]) -> None:
    """What is wrong beyond memory.db being out of reach is a mistake of ours, and the loop logs it."""
    error = None if kept.cancelled() else kept.exception()
    if error is not None and not isinstance(error, Unavailable):
        raise error
