"""All that is kept of one person, as JSON data: their rows of every table that says whose its rows are."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

LEFT_OUT = {"audit": ("salt",), "attempts": ("raw",), "buttons": ("id",)}
"""Columns of no use to anybody but this program: salts, signed bytes, the ids of buttons."""
_BY_PLAN = ("reservations", "attempts", "flows")
_BY_ACCOUNT = ("arrivals", "adoptions", "native_seen", "holdings")

Rows = dict[str, list[dict[str, Any]]]


class HandingOut(Part):
    async def everything_of(self, user: str) -> Rows:
        """The ledger's rows of the person and of those whom they were before a link, by table."""
        return await self._store.read(lambda db: _ledger(db, user))


def _ledger(db: Database, user: str) -> Rows:
    people = [user, *(row["user"] for row in many(db, "SELECT user FROM merges WHERE into_user = ?", (user,)))]
    marks = ", ".join("?" * len(people))
    found: Rows = {"users": many(db, f"SELECT * FROM users WHERE id IN ({marks})", people)}  # noqa: S608  (marks alone)
    for table in _with_user(db):
        found[table] = many(db, f'SELECT * FROM "{table}" WHERE user IN ({marks})', people)  # noqa: S608
    plans = f"SELECT plan_id FROM plans WHERE user IN ({marks})"  # noqa: S608  (marks alone)
    for table in _BY_PLAN:
        found[table] = many(db, f"SELECT * FROM {table} WHERE plan_id IN ({plans})", people)  # noqa: S608
    accounts = f"SELECT address FROM accounts WHERE user IN ({marks})"  # noqa: S608  (marks alone)
    for table in _BY_ACCOUNT:
        found[table] = many(db, f"SELECT * FROM {table} WHERE account IN ({accounts})", people)  # noqa: S608
    return {table: [_plain(table, row) for row in rows] for table, rows in sorted(found.items()) if rows}


def _with_user(db: Database) -> list[str]:
    """The tables that have a column `user`, whatever later versions add."""
    sql = """SELECT tables.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND columns.name = 'user' AND tables.name <> 'users'"""
    return [row[0] for row in db.execute(sql).fetchall()]


def _plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its JSON columns read, and without pictures, which are of figures that it has."""
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if name in LEFT_OUT.get(table, ()):
            continue
        if name.endswith("_json") and isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = json.loads(value)
        if isinstance(value, dict):
            value.pop("pictures", None)
        kept[name] = value
    return kept
