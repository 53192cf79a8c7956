"""Notes: facts and preferences that a user wants remembered, and episodes that stand for what was said or done.

A note is talk. It binds nothing: limits are in the ledger and in the signer's policy, and nothing is read from here
where something is decided.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from agent.trust import Trust
from memory.part import many, one
from memory.talk import refs
from memory.talk.owned import index, number_for, number_of, scrubbed
from memory.talk.turns import TURNS, Turns, remove_note

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_FACTS = 500
"""Of one user; beyond them something has to be forgotten first."""

Kind = Literal["fact", "preference", "episode"]

NOTES = "SELECT notes.* FROM notes JOIN people ON people.no = notes.person WHERE people.user = ?"


@dataclass(frozen=True, slots=True)
class Note:
    """`number` counts one user's notes. `since` and `at` are Unix seconds: of what it is about, and its last one.

    `source` says what it stands for: 'said' for the user's own words, 'turns 12-40', 'plan 0f…'.
    """

    number: int
    kind: Kind
    text: str
    channel: str
    since: int
    at: int
    source: str
    trust: int


class Notes(Turns):
    async def note(self, user: str, channel: str, kind: Kind, text: str) -> Note | None:
        """Keeps a fact or a preference in the user's own words; one that is known already is moved to today.

        None where the user has MOST_FACTS of them.
        """
        at = self._now()

        def keep(db: Database) -> Note | None:
            person = number_for(db, user)
            sql = "SELECT * FROM notes WHERE person = ? AND kind <> 'episode' AND text = ?"
            known = one(db, sql, (person, text))
            if known is not None:
                db.execute("UPDATE notes SET at = ? WHERE id = ?", (at, known["id"]))
                return _note({**known, "at": at})
            sql = "SELECT count(*) FROM notes WHERE person = ? AND kind <> 'episode'"
            if db.execute(sql, (person,)).fetchone()[0] >= MOST_FACTS:
                return None
            return added(db, person, kind, text, channel, at, at, "said", Trust.USER)

        return await self._store.write(keep)

    async def notes(self, user: str) -> list[Note]:
        """All of the user's notes, the oldest first."""
        await self._kept()
        return [_note(row) for row in await self._store.read(lambda db: many(db, f"{NOTES} ORDER BY id", (user,)))]

    async def everything_of(self, user: str) -> dict[str, list[dict[str, Any]]]:
        """All turns and notes of the user, as JSON data."""
        await self._kept()
        turns = f"{TURNS} WHERE people.user = ? ORDER BY turns.id"

        def read(db: Database) -> dict[str, list[dict[str, Any]]]:
            notes = [asdict(_note(row)) for row in many(db, f"{NOTES} ORDER BY id", (user,))]
            return {"conversations": many(db, turns, (user,)), "notes": notes}

        return await self._store.read(read)

    async def forget_note(self, user: str, number: int) -> Note | None:
        """Erases one, from the index, the vectors and the log too; None where there is none of that number."""

        def erase(db: Database) -> Note | None:
            person = number_of(db, user)
            row = one(db, f"{NOTES} AND number = ?", (user, number))
            if row is None or person is None:
                return None
            remove_note(db, person, row["id"], row["text"])
            scrubbed(db)
            return _note(row)

        return await self._store.write(erase, scrub=True)

    def episode_soon(self, user: str, channel: str, text: str, source: str) -> None:
        """Keeps what happened, a settled plan for instance, in code's words; nobody waits for it."""
        at = self._now()

        def keep(db: Database) -> None:
            person = number_for(db, user)
            if one(db, "SELECT id FROM notes WHERE person = ? AND source = ?", (person, source)) is None:
                added(db, person, "episode", text, channel, at, at, source, Trust.CODE)

        self._submit(keep)


def added(
    db: Database,
    person: int,
    kind: Kind,
    text: str,
    channel: str,
    since: int,
    at: int,
    source: str,
    trust: Trust,
) -> Note:
    """Adds a note under the user's next number."""
    sql = "SELECT coalesce(max(number), 0) + 1 FROM notes WHERE person = ?"
    number = int(db.execute(sql, (person,)).fetchone()[0])
    row = {"person": person, "number": number, "kind": kind, "text": text, "channel": channel, "since": since}
    row |= {"at": at, "source": source, "trust": int(trust)}
    marks = ", ".join(f":{name}" for name in row)
    sql = f"INSERT INTO notes ({', '.join(row)}) VALUES ({marks})"  # noqa: S608  (names of our own)
    note_id = db.execute(sql, row).lastrowid or 0
    index(db, person, refs.of_note(note_id), text)
    return _note(row)


def trust_of(kind: str, trust: int) -> Trust:
    """How far a note counts: no row makes more of a text than its kind allows, and none makes it the user's turn."""
    most = Trust.CODE if kind == "episode" else Trust.MODEL
    return min(Trust(trust), most) if trust in set(Trust) else Trust.FOREIGN


def _note(row: dict[str, Any]) -> Note:
    return Note(**{name: row[name] for name in Note.__slots__})
