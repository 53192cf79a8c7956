"""The whole schema of both files, word for word: a change here is a migration for somebody's money."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database

from agent.errors import Unavailable
from memory.steps import migrations

pytestmark = pytest.mark.unit

# FTS5 makes its own tables beside words and passages_fts.
SCHEMA = """SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'words!_%' ESCAPE '!'
            AND name NOT LIKE 'passages!_fts!_%' ESCAPE '!' ORDER BY rowid"""


def empty() -> Database:
    return Database(sqlite3.connect(":memory:", isolation_level=None))


def schema(db: Database) -> str:
    """All statements, less the indentation that they have in the migrations."""
    return "\n".join(line.removeprefix(" " * 8) for (sql,) in db.execute(SCHEMA) for line in sql.splitlines())


@pytest.mark.parametrize(
    ("migrate", "expected"), [(migrations.migrate_ledger, "ledger"), (migrations.migrate_memory, "memory")]
)
def test_the_schema_is_this_one(migrate: Callable[[Database], None], expected: str) -> None:
    """What stands beside this file in schema_ledger.sql and schema_memory.sql."""
    db = empty()
    migrate(db)
    migrate(db)  # a second time changes nothing
    assert schema(db) == Path(__file__).with_name(f"schema_{expected}.sql").read_text(encoding="utf-8").rstrip("\n")


def test_each_migration_is_recorded_and_an_older_file_gets_the_rest() -> None:
    db, whole = empty(), empty()
    migrations.ledger.apply(db, stop_before="m005_attempts")
    assert "attempts" not in db.table_names()
    migrations.migrate_ledger(db)
    migrations.migrate_ledger(whole)
    assert schema(db) == schema(whole)
    names = [row["name"] for row in db.query("SELECT name FROM _migrations ORDER BY id")]
    assert names[0] == "m001_users"
    assert names == sorted(names)
    assert len(names) == 33


def test_a_file_of_a_newer_moneta_is_left_alone() -> None:
    db = empty()
    migrations.migrate_ledger(db)
    db.table("_migrations").insert({"migration_set": "ledger", "name": "m999_future", "applied_at": "then"})
    with pytest.raises(Unavailable, match=r"newer Moneta .*m999_future"):
        migrations.migrate_ledger(db)
