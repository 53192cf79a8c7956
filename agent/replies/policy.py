"""'Show my policy': the limits that gate and signer hold every transaction to."""

from __future__ import annotations

from collections.abc import Sequence

from agent.money import Amount
from agent.policy.policy import Policy
from agent.replies.clock import duration
from agent.replies.reply import Reply, Table

SIGNER = "operator (signer)"

Row = tuple[str, str, str]
"""A limit, what it is, and whose."""


def policy(shown: Policy, contacts: Sequence[str], paused: bool, limits: Sequence[Row] = ()) -> Reply:
    """`contacts` are the names that may be paid or will be, each with when; `limits` those over all of that."""
    tokens = {token.symbol: token for token in (shown.native, *shown.tokens.values())}
    rows: list[Row] = [*limits]
    rows += [
        (f"most {symbol} in one transaction", str(Amount(cap, tokens[symbol])), SIGNER)
        for symbol, cap in shown.caps.items()
    ]
    rows += [
        (f"a code above {Amount(most, tokens[symbol])} at once", "needed", SIGNER)
        for symbol, most in shown.step_up.items()
    ]
    known = f"{len(shown.contracts)}, each by functions that a call table decodes"
    rows += [
        ("most gas of one plan", str(Amount(shown.max_fee_wei, shown.native)), SIGNER),
        ("contracts that may be called", known, SIGNER),
        ("who may be paid", ", ".join(contacts) or "nobody: no contact is in your address book", "you"),
        ("a new contact waits", _wait(shown.contact_delay_seconds), SIGNER),
        ("a higher limit waits", _wait(shown.loosen_delay_seconds), SIGNER),
        ("paused", "yes: only money out" if paused else "no", "you"),
    ]
    text = (
        f"On {shown.chain_name} nothing is signed outside of this; the signer holds a copy of its own. Money out of "
        "venues is never limited. Say for example `my limit is 500 USDC a day` or `only aave and morpho`."
    )
    return Reply(text, Table(("limit", "is", "by"), tuple(rows)), private=True)


def _wait(seconds: int) -> str:
    return duration(seconds) if seconds else "not here"
