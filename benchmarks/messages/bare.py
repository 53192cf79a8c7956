"""The same rows without an agent: one connection, one thread, `synchronous=FULL`, the ledger's own tables.

Two transactions a message, which is what durability needs: the message before it is acknowledged, and the reply with
the message marked as answered before it is delivered. That the reply has arrived is written with the next message.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from memory.ledger import FILE, Ledger

DONE = "UPDATE inbox SET status = 'done', reply_json = ? WHERE id = ?"
SENT = "UPDATE outbox SET status = 'sent', sent_at = ? WHERE id = ?"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")

Row = dict[str, Any]


async def tables(folder: Path) -> None:
    """An empty ledger there: its tables and indices, nothing else."""
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    await ledger.close()


def last(like: Path) -> int:
    """The number of the last message of the ledger in a folder."""
    with _reading(like) as source:
        return int(source.execute("SELECT coalesce(max(id), 0) FROM inbox").fetchone()[0])


def again(folder: Path, like: Path, after: int) -> tuple[int, float]:
    """Writes each message of the ledger in `like` after number `after` once more, with its reply, into the one in
    `folder`; how many, and in how many seconds.
    """
    with _reading(like) as source:
        people = _rows(source, "SELECT * FROM users")
        messages = _rows(source, "SELECT * FROM inbox WHERE id > ? AND status = 'done' ORDER BY id", after)
        replies = {row["inbox_id"]: row for row in _rows(source, "SELECT * FROM outbox WHERE inbox_id > ?", after)}
    pairs = [(message, replies[message["id"]]) for message in messages]
    with contextlib.closing(sqlite3.connect(folder / FILE, isolation_level=None)) as db:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        for row in people:
            db.execute(_insert("OR IGNORE INTO users", row), list(row.values()))
        sent: tuple[int, int] | None = None
        began = time.perf_counter()
        for message, reply in pairs:
            sent = _written(db, message, reply, sent)
        return len(pairs), time.perf_counter() - began


def _written(db: sqlite3.Connection, message: Row, reply: Row, sent: tuple[int, int] | None) -> tuple[int, int]:
    """Two transactions; when the reply arrived, and its number, for the next."""
    new = {**_without_id(message), "status": "new", "reply_json": None}
    db.execute("BEGIN IMMEDIATE")
    if sent is not None:
        db.execute(SENT, sent)
    (number,) = db.execute(_insert("INTO inbox", new), list(new.values())).fetchone()
    db.execute("COMMIT")
    out = {**_without_id(reply), "inbox_id": number, "status": "queued", "sent_at": None}
    db.execute("BEGIN IMMEDIATE")
    db.execute(DONE, (message["reply_json"], number))
    (row,) = db.execute(_insert("INTO outbox", out), list(out.values())).fetchone()
    db.execute("COMMIT")
    return int(reply["sent_at"] or 0), int(row)


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{(folder / FILE).absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        yield source


def _rows(source: sqlite3.Connection, sql: str, *parameters: Any) -> list[Row]:
    return [dict(row) for row in source.execute(sql, parameters)]


def _insert(into: str, row: Row) -> str:
    columns = ", ".join(f'"{name}"' for name in row)
    return f"INSERT {into} ({columns}) VALUES ({', '.join('?' * len(row))}) RETURNING id"  # noqa: S608


def _without_id(row: Row) -> Row:
    return {key: value for key, value in row.items() if key != "id"}
