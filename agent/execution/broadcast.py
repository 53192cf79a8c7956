"""Sending signed bytes, and what a node's answer says about where they are now."""

from __future__ import annotations

from enum import StrEnum

from agent.chain.rpc_types import RpcError
from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.look import look
from agent.execution.parts import Parts
from memory.rows import Attempt, AttemptStatus

TOO_LOW_IN_A_ROW = 3
PAUSE_SECONDS = 0.25


class Answer(StrEnum):
    """What a node's refusal means for the bytes."""

    THERE = "there"  # it has them
    USED = "used"  # their nonce is mined
    HELD = "held"  # another transaction waits at their nonce
    DEAR = "dear"  # gas costs more than they offer
    REFUSED = "refused"  # it didn't take them, and won't as things are
    UNKNOWN = "unknown"  # it doesn't say: a rate limit, an inner error


# the words of geth (core/txpool/errors.go, core/error.go), which other clients use or vary
_WORDS = (
    (Answer.THERE, ("already known", "already imported", "known transaction")),
    (Answer.USED, ("nonce too low", "nonce is too low", "oldnonce")),
    (Answer.HELD, ("replacement transaction underpriced", "replacement underpriced", "replacement fee too low")),
    (Answer.DEAR, ("base fee", "underpriced", "feetoolow", "max fee per gas less than block")),
    (Answer.REFUSED, ("insufficient funds", "fee cap", "intrinsic gas", "gas limit", "gas too low")),
)


class NonceUsed(MonetaError):
    """The nonce is mined: by these bytes, by others of ours at this nonce, or by a stranger's."""


class TooDear(MonetaError):
    """The bytes were or may be out, and no node takes them at today's base fee: they wait, or are replaced."""


def meaning(message: str) -> Answer:
    """What a node's words about a transaction mean."""
    said = message.lower()
    return next((answer for answer, words in _WORDS if any(each in said for each in words)), Answer.UNKNOWN)


async def broadcast(parts: Parts, attempt: Attempt, *, first: bool) -> None:
    """Sends an attempt's bytes. `first`: they never left before, so what refuses them loses them.

    Raises Refused("broadcast") where they are surely nowhere; the nonce is then free again. Raises NonceUsed, TooDear
    (never for a first time), Unavailable where their fate is unknown.
    """
    for _ in range(TOO_LOW_IN_A_ROW):
        try:
            await parts.rpc.send_raw(attempt.raw)
            return
        except RpcError as error:
            answer = meaning(error.message)
            if answer is Answer.THERE or await parts.rpc.transaction(attempt.hash) is not None:
                return
            if answer is not Answer.USED:
                raise await _refused(parts, attempt, answer, error, first=first) from error
            if (await look(parts.rpc, attempt.account, attempt.chain_id)).latest > attempt.nonce:
                raise NonceUsed(f"Transaction number {attempt.nonce} of this account is mined already.") from error
        await parts.sleep(PAUSE_SECONDS)
    raise Unavailable(
        "node",
        f"The node said {TOO_LOW_IN_A_ROW} times in a row that number {attempt.nonce} is too low, and yet counts no "
        "such transaction: it contradicts itself. I stop here; ask its operator, or connect to another node.",
    )


async def _refused(parts: Parts, attempt: Attempt, answer: Answer, error: RpcError, *, first: bool) -> MonetaError:
    said = f"The node refused the transaction: {error.message}."
    if answer is Answer.UNKNOWN:
        return Unavailable("node", f"The node didn't say whether it took the transaction: {error.message}.")
    if not first and parts.rpc.hides(attempt.raw):
        return Unavailable("node", f"The private endpoint, which took it before, now says: {error.message}.")
    if not first and (answer is not Answer.REFUSED or attempt.replaces is not None):
        return TooDear(said)  # it, or the one that it replaces, may be out: whichever is mined settles the nonce
    lost = AttemptStatus.REPLACED if answer is Answer.HELD else AttemptStatus.LOST
    await parts.ledger.mark_attempt(attempt.hash, lost)
    return Refused("broadcast", said)
