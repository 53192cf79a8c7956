"""Tables of a SQLite file that has gone bad: the first page of each overwritten, as a dying disk leaves it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from memory.ledger import FILE


def spoil(folder: Path, *tables: str) -> None:
    """Nobody has the ledger open. What stands in these tables can't be read any more; all else can."""
    path = folder / FILE
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
        sql = "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?"
        pages = [database.execute(sql, (name,)).fetchone()[0] for name in tables]
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)
