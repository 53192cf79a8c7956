"""What was done for a person, for words that point at it, and their own last turns: read from the ledger alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from memory.part import Part, many
from memory.rows import FlowKind, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_DEEDS = 500
_DONE = (str(PlanStatus.SETTLED), str(PlanStatus.PARTIAL))
_ACTIONS = ("deposit", "withdraw", "exit", "transfer", "swap")


@dataclass(frozen=True, slots=True)
class DeedRow:
    """What one plan that a person asked for moved of one token: base units, above zero. `at`: when it was settled."""

    plan_id: str
    at: int
    action: str
    symbol: str
    units: int
    venues: tuple[str, ...]
    venue: str | None
    recipient: str | None


@dataclass(frozen=True, slots=True)
class OwnTurn:
    """A message of a person's own that was answered: what it was understood as, and how that ended."""

    text: str
    at: int
    action: str | None
    status: str | None


class Deeds(Part):
    async def deeds_of(self, user: str, since: int = 0) -> list[DeedRow]:
        """What settled plans of the person's own moved, the oldest first; what a mandate did isn't theirs."""
        marks = ", ".join("?" * len(_ACTIONS))
        sql = f"""SELECT plan_id, settled_at, body FROM plans WHERE user = ? AND status IN (?, ?)
                  AND settled_at >= ? AND json_extract(intent_json, '$.action') IN ({marks})
                  ORDER BY settled_at DESC, rowid DESC LIMIT {MOST_DEEDS}"""  # noqa: S608 - marks and a constant

        def find(db: Database) -> list[DeedRow]:
            found: list[DeedRow] = []
            for plan in reversed(many(db, sql, (user, *_DONE, since, *_ACTIONS))):
                flows = many(db, "SELECT * FROM flows WHERE plan_id = ? ORDER BY id", (plan["plan_id"],))
                found += _deeds(plan["plan_id"], plan["settled_at"], json.loads(plan["body"])["intent"], flows)
            return found

        return await self._store.read(find)

    async def own_turns(self, user: str, channel: str, since: int, n: int) -> list[OwnTurn]:
        """The last `n` things that the person said in the channel since then and that were answered, oldest first.

        A press of a button is one too, without a text.
        """
        sql = """SELECT text, kind, received_at, reply_json FROM inbox WHERE user = ? AND channel = ?
                 AND status = 'done' AND received_at >= ? ORDER BY id DESC LIMIT ?"""
        rows = await self._store.read(lambda db: many(db, sql, (user, channel, since, n)))
        return [_turn(row) for row in reversed(rows)]


def _turn(row: dict[str, Any]) -> OwnTurn:
    reply = json.loads(row["reply_json"]) if row["reply_json"] else {}
    intent, verdict = reply.get("intent") or {}, reply.get("verdict") or {}
    text = "" if row["kind"] == "press" else row["text"]
    return OwnTurn(text, row["received_at"], intent.get("action"), verdict.get("status"))


def _deeds(plan_id: str, at: int, intent: dict[str, Any], flows: list[dict[str, Any]]) -> list[DeedRow]:
    """What each token that the plan was about moved in sum: receipts' mirrors, fees and gas are left out."""
    action = "withdraw" if intent["action"] == "exit" else str(intent["action"])
    sums: dict[str, int] = {}
    venues: dict[str, dict[str, None]] = {}
    for flow in flows:
        units = _counted(action, intent, flow)
        if units:
            sums[flow["symbol"]] = sums.get(flow["symbol"], 0) + units
            venues.setdefault(flow["symbol"], {}).update({flow["venue"]: None} if flow["venue"] else {})
    named, to = intent.get("venue"), intent.get("recipient")
    return [
        DeedRow(plan_id, at, action, symbol, units, tuple(venues[symbol]), named, to)
        for symbol, units in sums.items()
        if units > 0
    ]


def _counted(action: str, intent: dict[str, Any], flow: dict[str, Any]) -> int:
    """Base units of a flow that count for its action, 0 for what doesn't."""
    kind, units = FlowKind(flow["kind"]), int(flow["units"])
    if action == "swap":
        return units if kind is FlowKind.OTHER and flow["symbol"] == intent["to_asset"] else 0
    if action == "withdraw":
        own = intent.get("asset") in (None, flow["symbol"])
        return max(units, 0) if kind is FlowKind.WITHDRAW and own else 0
    if flow["symbol"] != intent.get("asset"):
        return 0
    return max(-units, 0) if kind == action else 0
