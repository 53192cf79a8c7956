"""Which row of the ledger the words of a request point at, as its preview names it."""

from __future__ import annotations

from datetime import tzinfo

from agent.replies.past import when
from agent.words.turns.deeds import Deed

_DID = {
    "withdraw": "that you took out",
    "deposit": "that you put in",
    "transfer": "that you sent",
    "swap": "that a swap gave you",
}


def told(deed: Deed, words: str, zone: tzinfo) -> str:
    """'“what I took out” is the 503.07 USDC that you took out of aave-v3:core:USDC on Tuesday, 3 March 2026 …'."""
    where = {"withdraw": " of ", "deposit": " to "}.get(deed.action, "")
    where = where + " and ".join(deed.venues) if where and deed.venues else ""
    whom = f" to {deed.recipient}" if deed.action == "transfer" and deed.recipient else ""
    what = f"{deed.value} {deed.asset} {_DID[deed.action]}{where}{whom}"
    return f"“{words}” is the {what} on {when(deed.at, zone)} (plan {deed.plan[:8]})."
