"""Whose a row of memory.db is, and what the index and the vectors keep of it: put in and taken out together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory.talk import refs
from memory.talk.wording import terms

if TYPE_CHECKING:
    from sqlite_utils import Database


def number_of(db: Database, user: str) -> int | None:
    """The number that stands for a user; None for somebody of whom nothing is kept."""
    row = db.execute("SELECT no FROM people WHERE user = ?", (user,)).fetchone()
    return None if row is None else int(row[0])


def number_for(db: Database, user: str) -> int:
    """The same, given where there is none yet. It is never given twice."""
    known = number_of(db, user)
    if known is not None:
        return known
    return db.execute("INSERT INTO people (user) VALUES (?)", (user,)).lastrowid or 0


def talk_for(db: Database, user: str, channel: str) -> tuple[int, int]:
    """The numbers of a user and of their talk in a channel."""
    person = number_for(db, user)
    row = db.execute("SELECT id FROM talks WHERE person = ? AND channel = ?", (person, channel)).fetchone()
    if row is not None:
        return person, int(row[0])
    added = db.execute("INSERT INTO talks (person, channel) VALUES (?, ?)", (person, channel))
    return person, added.lastrowid or 0


def index(db: Database, person: int, ref: int, text: str) -> None:
    """Makes a text found by its words."""
    db.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (ref, terms(person, text)))


def unindex(db: Database, person: int, ref: int, text: str) -> None:
    """Takes it out again. What stands on the disk goes with `scrubbed`."""
    db.execute("INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (ref, terms(person, text)))
    db.execute("DELETE FROM vectors WHERE person = ? AND ref = ?", (person, ref))


def reindexed(db: Database) -> None:
    """Makes the index of words from what there is, whatever it was."""
    db.execute("INSERT INTO words (words) VALUES ('delete-all')")
    turns = "SELECT turns.id, person, text FROM turns JOIN talks ON talks.id = talk"
    for number, person, text in db.execute(turns).fetchall():
        index(db, person, refs.of_turn(number), text)
    for number, person, text in db.execute("SELECT id, person, text FROM notes").fetchall():
        index(db, person, refs.of_note(number), text)


def scrubbed(db: Database) -> None:
    """Writes the index anew: FTS5 only marks words as deleted until its segments happen to be merged.

    The pages that become free are overwritten (`secure_delete`).
    """
    db.execute("INSERT INTO words (words) VALUES ('optimize')")
