"""memory.db from its third step on: who said what in fewer bytes, notes, vectors, documents, and one index of words.

`people.no` and `talks.id` stand for a user's id and a channel, which would otherwise be in every row. The index has
no text of its own (`content=''`) and no places of words (`detail=none`): it is small, and all that recall needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from memory.talk.wording import terms

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
        DROP TRIGGER turns_added;
        DROP TRIGGER turns_removed;
        DROP TABLE turns_fts;
        DROP INDEX turns_of;
        ALTER TABLE turns RENAME TO turns_before;
        CREATE TABLE people (
          no INTEGER PRIMARY KEY AUTOINCREMENT,
          user TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE TABLE talks (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          person INTEGER NOT NULL,
          channel TEXT NOT NULL,
          UNIQUE (person, channel)
        ) STRICT;
        CREATE TABLE turns (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          talk INTEGER NOT NULL,
          role TEXT NOT NULL CHECK (role IN ('user', 'agent')),
          text TEXT NOT NULL,
          at INTEGER NOT NULL,
          author TEXT,
          source TEXT,
          trust INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX turns_of ON turns (talk, id);
        CREATE TABLE notes (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          person INTEGER NOT NULL,
          number INTEGER NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('fact', 'preference', 'episode')),
          text TEXT NOT NULL,
          channel TEXT NOT NULL,
          since INTEGER NOT NULL,
          at INTEGER NOT NULL,
          source TEXT NOT NULL,
          trust INTEGER NOT NULL,
          UNIQUE (person, number)
        ) STRICT;
        CREATE VIRTUAL TABLE words USING fts5 (
          text, content='', detail=none, columnsize=0, tokenize="porter ascii tokenchars '_'"
        );
        CREATE TABLE vectors (
          person INTEGER NOT NULL,
          ref INTEGER NOT NULL,
          v BLOB NOT NULL,
          PRIMARY KEY (person, ref)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE marks (
          name TEXT PRIMARY KEY,
          value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE documents (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          path TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,
          hash TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE passages (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          document INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
          place TEXT NOT NULL,
          text TEXT NOT NULL,
          v BLOB
        ) STRICT;
        CREATE INDEX passages_of ON passages (document);
        CREATE VIRTUAL TABLE passages_fts USING fts5 (
          text, content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
        );
        CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
          INSERT INTO passages_fts (rowid, text) VALUES (new.id, new.text);
        END;
        CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
          INSERT INTO passages_fts (passages_fts, rowid, text) VALUES ('delete', old.id, old.text);
        END;
        INSERT INTO people (user) SELECT user FROM turns_before GROUP BY user ORDER BY min(id);
        INSERT INTO talks (person, channel) SELECT no, channel FROM turns_before JOIN people USING (user)
          GROUP BY no, channel ORDER BY min(turns_before.id);
        INSERT INTO turns SELECT turns_before.id, talks.id, role, text, at, author, source, trust
          FROM turns_before JOIN people USING (user)
          JOIN talks ON talks.person = people.no AND talks.channel = turns_before.channel ORDER BY turns_before.id;
        DROP TABLE turns_before;
    """


def build(db: Database) -> None:
    """Makes the tables, and the index of what was said before."""
    db.executescript(SQL)
    said = db.execute("SELECT turns.id, person, text FROM turns JOIN talks ON talks.id = talk ORDER BY turns.id")
    add = "INSERT INTO words (rowid, text) VALUES (?, ?)"
    db.conn.executemany(add, ((number, terms(person, text)) for number, person, text in said))
