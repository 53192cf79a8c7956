"""What the ledger's parts share: the store, the clock, randomness, the audit log, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from agent.errors import Refused
from agent.harmless import whole
from memory.audit.chain_of_hashes import append
from memory.sqlite.store import Store

if TYPE_CHECKING:
    from sqlite_utils import Database

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)

T = TypeVar("T")
Clock = Callable[[], int]
Entropy = Callable[[int], bytes]
Parameters = Sequence[Any] | dict[str, Any]


class Part:
    """Methods over one subject's tables. `now` gives Unix seconds, `entropy(n)` n random bytes."""

    def __init__(self, store: Store, now: Clock, entropy: Entropy) -> None:
        self._store = store
        self._now = now
        self._entropy = entropy

    def _audit(
        self,
        db: Database,
        kind: str,
        user: str | None,
        body: Mapping[str, Any],
        private: Mapping[str, str] | None = None,
    ) -> None:
        """Appends to the audit log inside the caller's transaction; `private` texts go in as salted hashes."""
        salt = self._entropy(16).hex() if private else None
        append(db, at=self._now(), kind=kind, user=user, body=body, private=private or {}, salt=salt)


def raised(outcome: T | Refused) -> T:
    """What a write gave. A refusal is raised out here: inside, it would undo what was written."""
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def one(db: Database, sql: str, parameters: Parameters = ()) -> dict[str, Any] | None:
    """The first row, or None."""
    return next(iter(many(db, sql, parameters)), None)


def many(db: Database, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """All rows of a statement that gives some. Not Database.query: it puts a savepoint of its own around each."""
    found = db.execute(sql, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def dump(data: Any) -> str:
    """Compact JSON text with sorted keys. Raises TypeError or ValueError for what isn't JSON data."""
    return whole(_ENCODER.encode(data))
