"""A choice, written down with all that it was made from: replay needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.gate.choices import Choice
from memory.ledger import Ledger


async def decided(ledger: Ledger, user: str, choice: Choice, facts: Mapping[str, Any]) -> int:
    """The decision's number. `facts` is JSON data: the snapshot, what the user had, the intent."""
    made = choice.recorded()
    return await ledger.decide(
        user=user,
        kind=made.kind,
        rule=made.rule,
        snapshot={**facts, **made.facts},
        alternatives=made.alternatives,
        chosen=made.chosen,
    )
