"""The policy that holds now, and the loosenings that wait: tightening is immediate, loosening takes its time."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.policy import policy as policies
from agent.policy.changes import Change, applied, nested, parse, split
from agent.policy.files import write_private
from agent.policy.policy import Policy

VERSION = 1
MOST_PENDING = 32


@dataclass(frozen=True, slots=True)
class Pending:
    """Changes that wait. They hold from `ripe_at` (Unix seconds) on, unless they are withdrawn before."""

    id: str
    asked_at: int
    ripe_at: int
    changes: tuple[Change, ...]

    def shown(self) -> dict[str, Any]:
        """As JSON data, times as decimal text."""
        return {
            "id": self.id,
            "asked_at": str(self.asked_at),
            "ripe_at": str(self.ripe_at),
            "changes": nested(self.changes),
        }


class Limits:
    """policy.json and pending.json of the signer's folder."""

    def __init__(self, policy: Policy, policy_path: Path, pending_path: Path) -> None:
        """Raises Refused("limits") where pending.json is damaged; a missing one is empty."""
        self.policy = policy
        self._policy_path = policy_path
        self._pending_path = pending_path
        self._next, self._pending = _read(pending_path)

    def pending(self) -> list[Pending]:
        """What waits, the oldest first."""
        return list(self._pending)

    def loosens(self, wanted: Mapping[str, Any]) -> bool:
        """Whether any of the changes loosens the policy. Raises Refused("limits")."""
        return bool(split(self.policy, parse(wanted))[1])

    def change(self, wanted: Mapping[str, Any], now: int) -> tuple[list[Change], Pending | None]:
        """Applies what tightens and lets wait what loosens; returns both. Without a delay all of it holds at once.

        A change takes the place of one that waits for the same value. Raises Refused("limits"), and then nothing
        has changed.
        """
        tightening, loosening = split(self.policy, parse(wanted))
        tighter = applied(self.policy, tightening)
        rest = _without(self._pending, {change.place for change in (*tightening, *loosening)})
        waits = self._waiting(loosening, now)
        if waits is not None and len(rest) >= MOST_PENDING:
            raise Refused("limits", f"{MOST_PENDING} changes are waiting already.", "Withdraw one of them.")
        if rest != self._pending or waits is not None:
            self._keep([*rest, waits] if waits is not None else rest)
        if tightening:
            self._hold(tighter)
        self.ripen(now)
        if waits is not None and waits not in self._pending:
            return [*tightening, *waits.changes], None
        return tightening, waits

    def withdraw(self, change: str) -> Pending:
        """Takes back what waits. Raises Refused("limits") where nothing of that id does."""
        found = next((each for each in self._pending if each.id == change), None)
        if found is None:
            raise Refused("limits", f"No change {change} is waiting.", "Look at what is pending.")
        self._keep([each for each in self._pending if each is not found])
        return found

    def ripen(self, now: int) -> None:
        """Lets hold what has waited long enough. One that no longer fits the policy is dropped."""
        for each in [each for each in self._pending if each.ripe_at <= now]:
            with contextlib.suppress(Refused):
                self._hold(applied(self.policy, each.changes))
            self._keep([other for other in self._pending if other is not each])

    def _waiting(self, loosening: list[Change], now: int) -> Pending | None:
        if not loosening:
            return None
        return Pending(str(self._next), now, now + self.policy.loosen_delay_seconds, tuple(loosening))

    def _hold(self, policy: Policy) -> None:
        policies.save(policy, self._policy_path)
        self.policy = policy

    def _keep(self, pending: list[Pending]) -> None:
        last = max((int(each.id) for each in pending), default=0)
        following = max(self._next, last + 1)
        body = {"version": VERSION, "next": str(following), "pending": [each.shown() for each in pending]}
        write_private(self._pending_path, json.dumps(body, indent=1) + "\n")
        self._next, self._pending = following, pending


def _without(pending: list[Pending], places: set[tuple[str, str]]) -> list[Pending]:
    """What waits without the changes of these values; one that is left empty is gone."""
    kept = []
    for each in pending:
        left = tuple(change for change in each.changes if change.place not in places)
        if left == each.changes:
            kept.append(each)
        elif left:
            kept.append(Pending(each.id, each.asked_at, each.ripe_at, left))
    return kept


def _read(path: Path) -> tuple[int, list[Pending]]:
    if not path.exists():
        return 1, []
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["version"] != VERSION:
            raise ValueError
        return int(body["next"]), [
            Pending(str(each["id"]), int(each["asked_at"]), int(each["ripe_at"]), tuple(parse(each["changes"])))
            for each in body["pending"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError, Refused):
        raise Refused("limits", f"{path} is damaged.", "Restore it, or remove it and ask anew.") from None
