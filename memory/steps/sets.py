"""The steps of each file. One is never changed once it is released: a new need is a new function."""

from __future__ import annotations

from sqlite_utils import Migrations


class Steps(Migrations):
    migrations_table = "_migrations"


ledger = Steps("ledger")
memory = Steps("memory")
