"""Brings both files up to date: each step that a file hasn't had is applied, in its order."""

from __future__ import annotations

from sqlite_utils import Database

from agent.errors import Unavailable
from memory.steps.of_ledger import ledger
from memory.steps.of_memory import memory
from memory.steps.sets import Steps

__all__ = ["ledger", "memory", "migrate_ledger", "migrate_memory"]


def migrate_ledger(db: Database) -> None:
    _apply(ledger, db)


def migrate_memory(db: Database) -> None:
    _apply(memory, db)


def _apply(steps: Steps, db: Database) -> None:
    unknown = {step.name for step in steps.applied(db)} - {step.name for step in steps._migrations}
    if unknown:
        raise Unavailable(
            steps.name,
            f"{steps.name}.db was written by a newer Moneta ({', '.join(sorted(unknown))}): update this one",
        )
    steps.apply(db)
