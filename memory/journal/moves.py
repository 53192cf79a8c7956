"""Moves of liquidity positions: what each was made of, so that one that stopped on its way can be gone on with.

A move is open while its plan stopped, nobody went on with it and it wasn't ended by hand: that follows from the rows,
so nothing has to be written where it stops.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from memory.part import Part, dump, many, one

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE position_moves (
      plan_id TEXT PRIMARY KEY REFERENCES plans(plan_id),
      user TEXT NOT NULL REFERENCES users(id),
      rest_of TEXT REFERENCES plans(plan_id),
      facts_json TEXT NOT NULL,
      ended_at INTEGER,
      why_ended TEXT CHECK (why_ended IN ('declined', 'by hand'))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX position_moves_open ON position_moves (user) WHERE ended_at IS NULL;
    CREATE INDEX position_moves_rest ON position_moves (rest_of) WHERE rest_of IS NOT NULL;
"""
Why = Literal["declined", "by hand"]
_UNSENT_SECONDS = 86_400
"""One of which nothing was sent can be gone on with for a day; the position lies as it was."""
_OPEN = """
    SELECT position_moves.plan_id, account, rest_of, facts_json, intent_json, status FROM position_moves
    JOIN plans USING (plan_id)
    WHERE position_moves.user = ? AND ended_at IS NULL AND confirmed_at IS NOT NULL
      AND (status = 'partial' OR (status = 'void' AND rest_of IS NULL AND settled_at > ?))
      AND NOT EXISTS (
        SELECT 1 FROM position_moves AS later JOIN plans AS carried ON carried.plan_id = later.plan_id
        WHERE later.rest_of = position_moves.plan_id
          AND carried.status IN ('confirmed', 'running', 'settled', 'partial'))
    ORDER BY settled_at, plans.rowid
"""
_SPENT = """
    SELECT token, units FROM flows WHERE holder = ? AND units LIKE '-%' AND plan_id <> ? AND token <> 'native'
      AND id > (SELECT max(id) FROM flows WHERE plan_id = ? AND kind <> 'fee')
"""


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move that stopped: `done` are its steps that were mined, `spent` base units by token (address) that later
    plans of ours took out of the account.
    """

    plan_id: str
    rest_of: str | None
    facts: Mapping[str, Any]
    intent: Mapping[str, Any]
    done: frozenset[int]
    spent: Mapping[str, int]


class MoveBook(Part):
    async def stopped_moves(self, user: str) -> list[MoveRow]:
        """The user's moves that stopped on their way and that nobody went on with, the oldest first."""

        def find(db: Database) -> list[MoveRow]:
            rows = many(db, _OPEN, (user, self._now() - _UNSENT_SECONDS))
            return [row for each in rows if not _is_whole(row := _row(db, each))]

        return await self._store.read(find)

    async def move_of(self, plan_id: str) -> tuple[str | None, Mapping[str, Any]] | None:
        """The plan that a plan goes on with, None for one that begins by itself, and what it was made of; None for
        one that moves nothing.
        """
        sql = "SELECT rest_of, facts_json FROM position_moves WHERE plan_id = ?"
        row = await self._store.read(lambda db: one(db, sql, (plan_id,)))
        return None if row is None else (row["rest_of"], json.loads(row["facts_json"]))

    async def end_move(self, plan_id: str, why: Why) -> bool:
        """Nobody goes on with it any more; whether it was open."""

        def end(db: Database) -> bool:
            sql = """UPDATE position_moves SET ended_at = ?, why_ended = ? WHERE plan_id = ? AND ended_at IS NULL
                     RETURNING user"""
            row = one(db, sql, (self._now(), why, plan_id))
            if row is not None:
                self._audit(db, "move.ended", row["user"], {"plan_id": plan_id, "reason": why})
            return row is not None

        return await self._store.write(end)


def moving(plan_id: str, user: str, rest_of: str | None, facts: Mapping[str, Any]) -> Callable[[Database], None]:
    """What is written beside a plan that moves a position, or goes on with the plan `rest_of` that did."""

    def add(db: Database) -> None:
        sql = "INSERT INTO position_moves (plan_id, user, rest_of, facts_json) VALUES (?, ?, ?, ?)"
        db.execute(sql, (plan_id, user, rest_of, dump(facts)))

    return add


def _row(db: Database, row: dict[str, Any]) -> MoveRow:
    steps = "SELECT step FROM attempts WHERE plan_id = ? AND status = 'mined' AND kind = 'step'"
    spent: dict[str, int] = {}
    for flow in many(db, _SPENT, (row["account"], row["plan_id"], row["plan_id"])):
        spent[flow["token"]] = spent.get(flow["token"], 0) - int(flow["units"])
    return MoveRow(
        plan_id=row["plan_id"],
        rest_of=row["rest_of"],
        facts=json.loads(row["facts_json"]),
        intent=json.loads(row["intent_json"]),
        done=frozenset(each["step"] for each in many(db, steps, (row["plan_id"],))),
        spent=spent,
    )


def _is_whole(row: MoveRow) -> bool:
    """Whether the new position is there: only what was let to others had to be taken back."""
    return int(row.facts["entry"]) in row.done
