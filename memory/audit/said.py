"""Does the journal still say what the audit log last said of it? Each row that differs is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from agent.plans import plain
from memory.part import many

if TYPE_CHECKING:
    from sqlite_utils import Database

OF_ATTEMPTS = ("plan_id", "step", "nonce", "replaces", "kind")
OF_RECEIPTS = ("block_number", "block_hash", "gas_used", "fee_wei")

Said = dict[tuple[str, str], dict[str, Any]]
"""The last words of the log on a thing, by what it is and its id."""


def contradictions(db: Database, rows: list[dict[str, Any]]) -> list[str]:
    """Plans, attempts and flows that aren't what the log last said of them, and those that only one of them has."""
    said = _last_said(rows)
    problems: list[str] = []
    for plan in many(db, "SELECT plan_id, status, reason, digest, body, account, chain_id, not_after FROM plans"):
        problems += _plan(plan, said.pop(("plan", plan["plan_id"]), {}))
    for attempt in many(db, "SELECT * FROM attempts"):
        problems += _attempt(attempt, said.pop(("attempt", attempt["hash"]), {}))
    for plan_id, flows in _flows(db).items():
        words = said.pop(("flows", plan_id), {"flows": []})
        problems += _differing(plan_id, flows, words["flows"])
    return [*problems, *(f"{what} {name} stands in the audit log alone" for what, name in said)]


def _plan(row: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    name = f"plan {row['plan_id']}"
    if row["status"] != said.get("status"):
        yield f"{name} is {row['status']}, which the audit log doesn't say"
    elif row["reason"] != said.get("reason", row["reason"]):
        yield f"{name} ended for another reason than the audit log says: {row['reason']!r}"
    digest = hashlib.sha256(row["body"].encode()).hexdigest()
    if not digest == row["digest"] == said.get("digest"):
        yield f"{name} isn't the one that was proposed: its digest differs"
        return
    body = json.loads(row["body"])
    for column in ("account", "chain_id", "not_after"):
        if str(row[column]) != body[column]:
            yield f"{name} has {column} {row[column]}, {body[column]} was proposed"


def _attempt(row: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    name = f"attempt {row['hash']}"
    if row["status"] != said.get("status"):
        yield f"{name} is {row['status']}, which the audit log doesn't say"
        return
    for column in (*OF_ATTEMPTS, *OF_RECEIPTS):
        if column in said and _text(row[column]) != _text(said[column]):
            yield f"{name} has {column} {row[column]}, the audit log says {said[column]}"


def _differing(plan_id: str, flows: list[Any], said: list[Any]) -> Iterator[str]:
    """One sentence a plan: what the table has and what the log has, where they aren't the same."""
    if flows == said:
        return
    alone, lacking = [each for each in flows if each not in said], [each for each in said if each not in flows]
    told = [f"{_flow(each)} isn't in the log" for each in alone]
    told += [f"{_flow(each)} isn't in the table" for each in lacking]
    yield f"the flows of plan {plan_id} aren't those that the audit log says: {'; '.join(told) or 'their order'}"


def _flow(flow: Any) -> str:
    if not isinstance(flow, dict):
        return repr(flow)
    return f"{flow.get('units')} {flow.get('symbol') or flow.get('token')} ({flow.get('kind')}) of {flow.get('hash')}"


def _last_said(rows: list[dict[str, Any]]) -> Said:
    said: Said = {}
    for row in rows:
        kind = row["kind"].partition(".")[0]
        body = _body(row)
        if kind == "plan" and "plan_id" in body:
            digest = said.get(("plan", body["plan_id"]), {}).get("digest")
            said["plan", body["plan_id"]] = {"digest": digest, **body}
        elif kind == "attempt" and "hash" in body:
            before = said.get(("attempt", body["hash"]), {})
            said["attempt", body["hash"]] = {name: before[name] for name in OF_ATTEMPTS if name in before} | body
        elif kind == "flows" and "flows" in body:
            said["flows", body["plan_id"]] = body
            if not body["flows"]:  # they were taken out: their blocks are gone
                del said["flows", body["plan_id"]]
    return said


def _body(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says; nothing where somebody wrote something else there, which its hash tells."""
    try:
        body = json.loads(row["body_json"])
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _flows(db: Database) -> dict[str, list[Any]]:
    flows: dict[str, list[Any]] = {}
    for row in many(db, "SELECT * FROM flows ORDER BY id"):
        del row["id"]
        flows.setdefault(row.pop("plan_id"), []).append(plain(row))
    return flows


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
