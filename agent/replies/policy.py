"""'Show my policy': the limits that gate and signer hold every transaction to."""

from __future__ import annotations

from collections.abc import Sequence

from agent.money import Amount
from agent.policy.policy import Policy
from agent.replies.clock import duration
from agent.replies.reply import Reply, Table


def policy(shown: Policy, contacts: Sequence[str], paused: bool) -> Reply:
    """`contacts` are the names that may be paid or will be, each with when."""
    tokens = {token.symbol: token for token in (shown.native, *shown.tokens.values())}
    rows = [
        (f"most {symbol} in one transaction", str(Amount(cap, tokens[symbol]))) for symbol, cap in shown.caps.items()
    ]
    rows += [
        ("most gas of one plan", str(Amount(shown.max_fee_wei, shown.native))),
        ("contracts that may be called", f"{len(shown.contracts)}, each by functions that a call table decodes"),
        ("who may be paid", ", ".join(contacts) or "nobody: no contact is in your address book"),
        ("a new contact waits", duration(shown.contact_delay_seconds) if shown.contact_delay_seconds else "not here"),
        ("paused", "yes: only money out" if paused else "no"),
    ]
    text = f"On {shown.chain_name} nothing is signed outside of this; the signer holds a copy of its own."
    return Reply(text, Table(("limit", "is"), tuple(rows)), private=True)
