"""What stops money: the operator's freeze all of it, and one that can't be read any more all that goes in."""

from __future__ import annotations

from agent.errors import Refused
from memory.ledger import Ledger

RULE = "freeze"


async def check_stops(ledger: Ledger, *, leaving: bool) -> None:
    """Raises Refused("freeze") where nothing may be signed. `leaving`: it only takes money out."""
    if await ledger.frozen():
        raise Refused(RULE, "The operator has frozen everything.", "Ask the operator.")
    if ledger.unsure and not leaving:
        raise Refused(
            RULE,
            f"My ledger is damaged, and I can't read {ledger.unsure} any more: I put nothing in and pay nobody.",
            "Taking money out works: `exit`, or `withdraw`. The operator puts a copy of the ledger back.",
        )
