"""Opening a SQLite file, and saying in words what is wrong with it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from agent.errors import Unavailable

if TYPE_CHECKING:
    from sqlite_utils import Database

Synchronous = Literal["FULL", "NORMAL"]

BUSY_SECONDS = 5.0

_DAMAGED = "is damaged: put a copy back that you know is whole"
_UNWRITABLE = "can't be opened or written: look at the disk's free space and at the file's owner and permissions"
_MEANING = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_BUSY: f"has been held by another program for {BUSY_SECONDS:.0f} seconds: stop it, then try again",
    sqlite3.SQLITE_LOCKED: "is locked: stop the program that holds it, then try again",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_FULL: "can't grow: the disk is full",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk reports an error",
}


BROKEN = frozenset(
    {
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }
)
"""What waiting doesn't mend."""


class Broken(Unavailable):
    """The file can't be used, and won't be until somebody does something about it."""


def connect(path: Path, *, synchronous: Synchronous, read_only: bool) -> Database:
    """A connection in WAL mode with foreign keys on. Raises sqlite3.Error and OSError as they come.

    sqlite_utils is imported here, so in a store's own thread: it costs 50 ms and 7 MB.
    """
    from sqlite_utils import Database

    if not read_only:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite gives -wal and -shm the same permissions
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        for pragma in _pragmas(synchronous, read_only):
            connection.execute(pragma)
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()
        raise


def _pragmas(synchronous: Synchronous, read_only: bool) -> tuple[str, ...]:
    if read_only:
        return ("PRAGMA query_only=ON",)
    return (
        "PRAGMA journal_mode=WAL",
        f"PRAGMA synchronous={synchronous}",
        "PRAGMA fullfsync=ON",  # macOS alone: there fsync leaves data in the drive's cache
        "PRAGMA foreign_keys=ON",
        "PRAGMA secure_delete=ON",  # what is forgotten is overwritten
    )


def explained(path: Path, error: Exception) -> Exception:
    """`error` as Unavailable where the file or the disk is the cause; a mistake in our own SQL stays as it is."""
    if isinstance(error, OSError):
        return Broken(path.stem, f"{path} {_UNWRITABLE} ({error.strerror or error})")
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        meaning = None if code is None else _MEANING.get(code & 0xFF)  # the low byte is the primary code
        if meaning is not None:
            kind = Broken if code is not None and code & 0xFF in BROKEN else Unavailable
            return kind(path.stem, f"{path} {meaning} (SQLite says: {error})")
    return error
