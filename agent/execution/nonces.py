"""One sequence of nonces an account: the next one, or why there is none now."""

from __future__ import annotations

from agent.errors import Refused, Unavailable
from agent.execution.look import Seen
from memory.journal.nonces import Nonces

EXTERNAL = "external-use"
NONCE = "nonce"


def next_nonce(seen: Seen, known: Nonces, *, cleaning: bool = False, leaving: bool = False) -> int:
    """The nonce to sign next. `cleaning`: it only takes an allowance back, which somebody else's use doesn't stop.
    `leaving`: it only takes money out, which isn't stopped by what somebody else has waiting there either: it offers
    itself in its place, and one of the two is mined.

    Raises Refused: nonce, external-use; Unavailable where the node counts less than is mined.
    """
    if known.open:
        raise Refused(
            NONCE,
            f"Transaction number {known.open[0]} of this account is signed but not mined.",
            "It is looked up and sent again first; try once more in a moment, or say `cancel the stuck transaction`.",
        )
    if seen.latest < known.next:
        raise Unavailable(
            "node",
            f"The node counts {seen.latest} transactions of this account, and number {known.next - 1} was mined: "
            "it is behind, or on another branch.",
        )
    if not (cleaning or leaving) and (known.missing or known.strangers):
        numbers = (*(each.nonce for each in known.strangers), *known.missing)
        raise external(numbers)
    if not leaving and seen.pending > seen.latest:
        raise Refused(
            EXTERNAL,
            f"Transaction number {seen.latest} of this account waits at the node, and I didn't send it.",
            "Wait until it is mined, or cancel it in the wallet that sent it.",
        )
    return seen.latest


def external(numbers: tuple[int, ...]) -> Refused:
    """Says that the key is used elsewhere. Until the owner says that they know, money only comes out."""
    first, *more = sorted(set(numbers))
    which = f"Transaction number {first}" if not more else f"{1 + len(more)} transactions, number {first} the first,"
    return Refused(
        EXTERNAL,
        f"{which} of your account {'was' if not more else 'were'} not sent by me, so I put nothing in and "
        "pay nobody. Taking money out works.",
        "Say `acknowledge` if it was you. If it wasn't, somebody else has your key: move your money elsewhere.",
    )


def warning(numbers: tuple[int, ...], waiting: int | None) -> str:
    """What the preview of money that comes out says of them; '' where the key is used by nobody else."""
    said = [f"Transaction number {each} of your account was not sent by me." for each in sorted(set(numbers))[:3]]
    if waiting is not None:
        said.append(f"Number {waiting} waits at the node and was not sent by me: this would take its place.")
    if not said:
        return ""
    meaning = "If you didn't send that, somebody else has your key, and can take what comes out to your account."
    return " ".join((*said, meaning, *(("Say `acknowledge` if it was you.",) if numbers else ())))
