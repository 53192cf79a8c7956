"""Looks through the tables that say what may be done: a page of them gone bad is found before it is needed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

DECIDING = ("freeze", "users", "accounts", "mandates", "limits", "contacts", "strangers", "cleanups", "nonce_marks")
"""Small ones: read whole at a start."""
BOOK = (*DECIDING, "plans", "attempts", "flows", "reservations", "audit")


def check(db: Database) -> None:
    """Raises sqlite3.DatabaseError where a deciding table can't be read whole."""
    bad = damaged(db.conn, DECIDING)
    if bad:
        error = sqlite3.DatabaseError(f"not every row can be read of: {', '.join(bad)}")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def damaged(connection: sqlite3.Connection, tables: Iterable[str]) -> list[str]:
    """Which of the tables have pages that can't be read, or hold something else than they should."""
    return [name for name in tables if not _is_whole(connection, name)]


def damaged_in(path: Path) -> list[str]:
    """The same of a file that another process uses, of all that the book is made of; '' names the file itself."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return damaged(connection, BOOK)
    except sqlite3.OperationalError:
        return []  # it isn't there yet, or is held: not a matter of its pages
    except sqlite3.DatabaseError:
        return [path.name]


def _is_whole(connection: sqlite3.Connection, table: str) -> bool:
    """PRAGMA quick_check of one table: its pages and rows, not its indices (SQLite, pragma.html)."""
    try:
        return connection.execute(f'PRAGMA quick_check("{table}")').fetchall() in ([], [("ok",)])
    except sqlite3.OperationalError:
        return True
    except sqlite3.DatabaseError:
        return False
