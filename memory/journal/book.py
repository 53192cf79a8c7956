"""All that the ledger says of money, read at one moment, so that it can be held against the chain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from agent.money import Address
from agent.plans import Plan, from_canonical
from memory.audit.chain_mark import find_mark
from memory.journal.attempts import attempt_of
from memory.journal.flows import flow_of
from memory.journal.signed_orders import SignedOrder, order_of
from memory.part import Part, many, one
from memory.rows import Account, Attempt, ChainMark, Flow, PlanStatus, Stranger

if TYPE_CHECKING:
    from sqlite_utils import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Book:
    """Attempts in the order of their making, plans with their status and flows by the plan's id, `orders` that were
    filled.

    `adopted`: base units by account and venue that no plan put there. `first` is the nonce that the ledger answers
    from, by account. `unreadable` names rows that hold no such thing; `rows` counts the audit log's: another number
    means that the ledger has moved on.
    """

    accounts: tuple[Account, ...]
    plans: Mapping[str, tuple[Plan, PlanStatus]]
    attempts: tuple[Attempt, ...]
    flows: Mapping[str, tuple[Flow, ...]]
    strangers: tuple[Stranger, ...]
    first: Mapping[Address, int]
    mark: ChainMark | None
    unreadable: tuple[str, ...]
    rows: int
    adopted: Mapping[tuple[Address, str], int] = field(default_factory=dict)
    orders: tuple[SignedOrder, ...] = ()


class Books(Part):
    async def book(self) -> Book:
        """Reads all of it."""
        return await self._store.read(_book)


def _book(db: Database) -> Book:
    bad: list[str] = []
    flows: dict[str, list[Flow]] = {}
    for row in many(db, "SELECT * FROM flows ORDER BY id"):
        plan_id = row["plan_id"]
        found = _read(f"flow {row['id']} of plan {plan_id}", lambda row=row: flow_of(row), bad)  # type: ignore[misc]
        flows.setdefault(plan_id, []).extend(found)
    rows = many(db, "SELECT * FROM attempts ORDER BY id")
    attempts = [_read(f"attempt {row['hash']}", lambda row=row: attempt_of(row), bad) for row in rows]  # type: ignore[misc]
    plans = {
        row["plan_id"]: plan
        for row in many(db, "SELECT plan_id, status, body FROM plans ORDER BY rowid")
        for plan in _read(f"plan {row['plan_id']}", lambda row=row: _plan(row), bad)  # type: ignore[misc]
    }
    rows = many(db, "SELECT * FROM signed_orders WHERE status = 'filled' ORDER BY plan_id, step")
    orders = [_read(f"order {row['uid']}", lambda row=row: order_of(row), bad) for row in rows]  # type: ignore[misc]
    last = one(db, "SELECT max(seq) AS seq FROM audit")
    return Book(
        accounts=tuple(Account(**row) for row in many(db, 'SELECT * FROM accounts ORDER BY "index"')),
        plans=plans,
        attempts=tuple(each for found in attempts for each in found),
        flows={plan_id: tuple(found) for plan_id, found in flows.items()},
        strangers=tuple(Stranger(**row) for row in many(db, "SELECT * FROM strangers ORDER BY account, nonce")),
        first={row["account"]: row["first"] for row in many(db, "SELECT account, first FROM nonce_marks")},
        mark=find_mark(db),
        unreadable=tuple(bad),
        rows=0 if last is None or last["seq"] is None else last["seq"],
        adopted=_adopted(db),
        orders=tuple(each for found in orders for each in found),
    )


def _adopted(db: Database) -> dict[tuple[Address, str], int]:
    found: dict[tuple[Address, str], int] = {}
    for row in many(db, "SELECT account, venue, units FROM adoptions ORDER BY id"):
        key = Address(row["account"]), str(row["venue"])
        found[key] = found.get(key, 0) + int(row["units"])
    return found


def _plan(row: Mapping[str, Any]) -> tuple[Plan, PlanStatus]:
    return from_canonical(json.loads(row["body"])), PlanStatus(row["status"])


def _read(name: str, make: Callable[[], T], bad: list[str]) -> list[T]:
    """What `make` makes of a row; nothing, and its name in `bad`, where somebody wrote what is no such row."""
    try:
        return [make()]
    except (ValueError, TypeError, KeyError):
        bad.append(f"{name} can't be read: what stands there is nothing that was written by this program")
        return []
