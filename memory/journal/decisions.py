"""Choices, with all that they were made from: what `why` and `replay` read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from memory.part import Part, dump, many, one
from memory.rows import DecisionRow

_STANDS = """NOT EXISTS (SELECT 1 FROM plans WHERE plans.plan_id = decisions.plan_id
             AND confirmed_at IS NULL AND status IN ('cancelled', 'expired', 'void'))"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Decisions of a span (Unix seconds, both included): of one token, about one venue, with money moved by them."""

    since: int
    until: int
    asset: str | None = None
    venue: str | None = None
    moved: bool = False

    @property
    def dated(self) -> bool:
        return self.since > 0


class Decisions(Part):
    async def decide(
        self,
        *,
        user: str,
        kind: str,
        rule: str,
        snapshot: Mapping[str, Any],
        alternatives: Sequence[Mapping[str, Any]],
        chosen: str,
        plan_id: str | None = None,
    ) -> int:
        """Writes a choice down; its number. `chosen` is a venue's id, or '' where nothing was; data is JSON data."""
        row = {
            "plan_id": plan_id,
            "user": user,
            "at": self._now(),
            "kind": kind,
            "rule": rule,
            "snapshot_json": dump(snapshot),
            "alternatives_json": dump(list(alternatives)),
            "chosen": chosen,
        }
        return int(await self._store.write(lambda db: db.table("decisions").insert(row).last_rowid or 0))

    async def set_outcome(self, decision_id: int, outcome: str) -> None:
        """How it ended; settling a plan says so for the plan's own decision."""
        sql = "UPDATE decisions SET outcome = ? WHERE id = ?"
        await self._store.write(lambda db: db.execute(sql, (outcome, decision_id)).rowcount)

    async def decision(self, decision_id: int) -> DecisionRow | None:
        row = await self._store.read(lambda db: one(db, "SELECT * FROM decisions WHERE id = ?", (decision_id,)))
        return None if row is None else _decision(row)

    async def last_decision(self, user: str, venue: str | None = None) -> DecisionRow | None:
        """The user's latest decision, or the latest that chose `venue` to put money there.

        One whose preview was taken back, or lapsed, doesn't count any more.
        """
        sql = f"""SELECT * FROM decisions WHERE user = ? AND (? IS NULL OR (chosen = ? AND kind <> 'withdraw'))
                  AND {_STANDS} ORDER BY id DESC LIMIT 1"""  # noqa: S608 - a constant
        row = await self._store.read(lambda db: one(db, sql, (user, venue, venue)))
        return None if row is None else _decision(row)

    async def decisions_wanted(self, user: str, wanted: Wanted) -> list[DecisionRow]:
        """The user's decisions that were wanted, the oldest first, at most 100; none whose preview was taken back."""
        sql = f"""SELECT * FROM decisions WHERE user = :user AND at BETWEEN :since AND :until AND {_STANDS}
                  AND (:asset IS NULL OR json_extract(snapshot_json, '$.asset') = :asset)
                  AND (:venue IS NULL OR chosen = :venue OR instr(alternatives_json, :leg) > 0)
                  AND (NOT :moved OR EXISTS (SELECT 1 FROM plans WHERE plans.plan_id = decisions.plan_id
                                             AND confirmed_at IS NOT NULL))
                  ORDER BY id DESC LIMIT 100"""  # noqa: S608 - a constant
        leg = f'"source":"{wanted.venue}"'  # where a move of a rebalance took it from
        parameters = {**asdict(wanted), "user": user, "leg": leg}
        rows = await self._store.read(lambda db: many(db, sql, parameters))
        return [_decision(row) for row in reversed(rows)]

    async def last_placement(self, user: str, before: int) -> DecisionRow | None:
        """The user's latest decision before that number that was about where money goes."""
        sql = f"""SELECT * FROM decisions WHERE user = ? AND id < ? AND kind NOT IN ('withdraw', 'swap')
                  AND {_STANDS} ORDER BY id DESC LIMIT 1"""  # noqa: S608 - a constant
        row = await self._store.read(lambda db: one(db, sql, (user, before)))
        return None if row is None else _decision(row)

    async def decisions_of_plan(self, plan_id: str) -> list[DecisionRow]:
        """All choices that one plan was made of, in their order."""
        sql = "SELECT * FROM decisions WHERE plan_id = ? ORDER BY id"
        return await self._store.read(lambda db: [_decision(row) for row in many(db, sql, (plan_id,))])


def _decision(row: dict[str, Any]) -> DecisionRow:
    alternatives = tuple(json.loads(row.pop("alternatives_json")))
    simulated = row.pop("simulated_json")
    return DecisionRow(
        snapshot=json.loads(row.pop("snapshot_json")),
        alternatives=alternatives,
        simulated=None if simulated is None else json.loads(simulated),
        **row,
    )
