"""One sequence of nonces an account: the next one, or why there is none now."""

from __future__ import annotations

from agent.errors import Refused, Unavailable
from agent.execution.look import Seen
from memory.nonces import Nonces

EXTERNAL = "external-use"
NONCE = "nonce"


def next_nonce(seen: Seen, known: Nonces, *, cleaning: bool = False) -> int:
    """The nonce to sign next. `cleaning`: it only takes an allowance back, which somebody else's use doesn't stop.

    Raises Refused: nonce, external-use; Unavailable where the node counts less than is mined.
    """
    if known.open:
        raise Refused(
            NONCE,
            f"Transaction number {known.open[0]} of this account is signed but not mined.",
            "It is looked up and sent again first; try once more in a moment.",
        )
    if seen.latest < known.next:
        raise Unavailable(
            "node",
            f"The node counts {seen.latest} transactions of this account, and number {known.next - 1} was mined: "
            "it is behind, or on another branch.",
        )
    if not cleaning and (known.missing or known.strangers):
        numbers = (*(each.nonce for each in known.strangers), *known.missing)
        raise external(numbers)
    if seen.pending > seen.latest:
        raise Refused(
            EXTERNAL,
            f"Transaction number {seen.latest} of this account waits at the node, and I didn't send it.",
            "Wait until it is mined, or cancel it in the wallet that sent it.",
        )
    return seen.latest


def external(numbers: tuple[int, ...]) -> Refused:
    """Says that the key is used elsewhere. Nothing more is sent until the owner says that they know."""
    first, *more = sorted(set(numbers))
    which = f"Transaction number {first}" if not more else f"{1 + len(more)} transactions, number {first} the first,"
    return Refused(
        EXTERNAL,
        f"{which} of your account {'was' if not more else 'were'} not sent by me, so I send nothing more.",
        "Say `acknowledge` if it was you. If it wasn't, somebody else has your key: move your money elsewhere.",
    )
