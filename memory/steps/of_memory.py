"""The tables of memory.db, step by step. Times are Unix seconds."""

from __future__ import annotations

from sqlite_utils import Database

from memory.steps.m003_recall import build as build_recall
from memory.steps.sets import memory

__all__ = ["memory"]


@memory()
def m001_turns(db: Database) -> None:
    """The index carries the user in each row, so that a search never walks through others' words."""
    db.executescript("""
        CREATE TABLE turns (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          user TEXT NOT NULL,
          channel TEXT NOT NULL,
          role TEXT NOT NULL CHECK (role IN ('user', 'agent')),
          text TEXT NOT NULL,
          at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX turns_of ON turns (user, channel, id);
        CREATE VIRTUAL TABLE turns_fts USING fts5 (user, text, content='turns', content_rowid='id');
        CREATE TRIGGER turns_added AFTER INSERT ON turns BEGIN
          INSERT INTO turns_fts (rowid, user, text) VALUES (new.id, new.user, new.text);
        END;
        CREATE TRIGGER turns_removed AFTER DELETE ON turns BEGIN
          INSERT INTO turns_fts (turns_fts, rowid, user, text) VALUES ('delete', old.id, old.user, old.text);
        END;
    """)


@memory()
def m002_taint(db: Database) -> None:
    """Who said it, where it came from, and how far it counts (agent/trust.py)."""
    db.executescript("""
        ALTER TABLE turns ADD COLUMN author TEXT NOT NULL DEFAULT '';
        ALTER TABLE turns ADD COLUMN source TEXT NOT NULL DEFAULT '';
        ALTER TABLE turns ADD COLUMN trust INTEGER NOT NULL DEFAULT 0;
        UPDATE turns SET source = channel, author = iif(role = 'user', user, 'agent'),
          trust = iif(role = 'user', 3, 1);
    """)


@memory()
def m003_recall(db: Database) -> None:
    """One index of words for turns and notes, vectors, documents; users and channels as numbers."""
    build_recall(db)
