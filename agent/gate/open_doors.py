"""While the ledger can't be written, nothing goes in: only what takes money out, or looks, is done."""

from __future__ import annotations

from agent.errors import Refused
from agent.plans import LEAVING
from agent.words.limits.allowances import TRANSACTION

LOOKING = frozenset({"yields", "portfolio", "explain", "history", "usage", "help", "chat", "cancel"})
RULE = "ledger"


def check_ledger(broken: str, action: str, ref: str | None = None) -> None:
    """Raises Refused("ledger") where `broken` says why the ledger isn't kept and `action` would need it.

    To cancel what `ref` names (a mandate, a change, a contact) is to promise that it stays cancelled; but
    a transaction is cancelled on the chain.
    """
    if broken and (action not in LEAVING | LOOKING or (action == "cancel" and ref not in (None, TRANSACTION))):
        raise Refused(
            RULE,
            f"I can't keep my ledger now ({broken}), so I put nothing in and promise nothing.",
            "Taking money out works: `exit`, or `withdraw`. The operator mends the disk and starts me again.",
        )


def note(broken: str) -> str:
    """What every reply ends with meanwhile; '' while the ledger is kept."""
    if not broken:
        return ""
    return (
        f"\nMy ledger can't be kept now: {broken}. I only take money out until that is mended and I am started anew."
    )
