"""What a user confirmed once and what then acts in their place, a mandate or an order, and the plans under it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from memory.journal.plans import Plans, _reserve, must_plan
from memory.rows import PlanRow, PlanStatus

if TYPE_CHECKING:
    from sqlite_utils import Database


class InPlace(Plans):
    def _agreed(self, db: Database, plan: PlanRow) -> None:
        """The plan without steps by which it was given is done with its confirmation."""
        self._move(db, plan, PlanStatus.CONFIRMED, "")
        self._move(db, plan, PlanStatus.SETTLED, "")

    def _confirm_in_place(self, db: Database, plan: PlanRow, barred: Refused | None, by: str) -> PlanRow | Refused:
        """Confirms a plan in its user's place, `by` the mandate or the order; a barred one is refused for good."""
        if barred is not None:
            if plan.status is PlanStatus.PROPOSED:
                self._move(db, plan, PlanStatus.REFUSED, str(barred))
            return barred
        self._move(db, plan, PlanStatus.CONFIRMED, by)
        _reserve(db, plan.plan)
        return must_plan(db, plan.plan_id)


def is_confirmed(body: str, digest: str, user: str, key: str, said: Any) -> bool:
    """Whether a user confirmed what is said, under that key of the intent of the plan by which it was given: one that
    was edited in the file isn't confirmed.
    """
    confirmed = json.loads(body)
    whole = hashlib.sha256(body.encode()).hexdigest() == digest and confirmed["user"] == user
    return bool(whole and confirmed["intent"].get(key) == said)
