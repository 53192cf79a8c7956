"""Several swaps in one call: each is read by itself, and together they must be one swap of one token for another.

What a swap leaves in the contract anybody may take, so a batch gives it out before it ends: `unwrap` to the account.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from agent.abi import decode_call, parse_signature, selector
from agent.errors import Refused
from agent.money import Address, Token, address
from agent.plugin import Listed
from agent.policy.effects import Effect
from agent.policy.tables import MOST_CALLS, Batch, Unwrap
from agent.policy.unread import unreadable

RULE = "batch"


def batched(
    native: Token, contract: Listed, batch: Batch, data: bytes, value: int, read: Callable[[bytes, int], Effect]
) -> Effect:
    """What the whole call does; `read` says what one of its calls does with so much coin sent along.

    Raises Refused: batch, and lists for a call that can't be read.
    """
    args = arguments(contract, batch.signature, data)
    swaps, given, refunds = _sorted(contract, batch, list(args[batch.calls]))
    parts = tuple(read(each, value) for each in swaps)
    check_one_swap(contract, parts)
    recipient, gets, least = _end(native, contract, batch, parts, given)
    leaves_over = batch.refund is not None or any(part.at_most for part in parts)  # a pool that runs dry takes less
    if refunds != (leaves_over and value > 0):
        raise _wrong(contract, "coin that a swap may leave over is given back, and only then is there a refund")
    return replace(
        parts[0],
        entry=None,
        signature=batch.signature,
        args=args,
        units=sum(part.units for part in parts),
        recipient=recipient,
        is_all=any(part.is_all for part in parts),
        to=gets,
        least=least,
        through=tuple(dict.fromkeys(token for part in parts for token in part.through)),
        parts=parts,
        deadline=int(args[batch.deadline]),
        refunds=refunds,
    )


def arguments(contract: Listed, signature: str, data: bytes) -> dict[str, Any]:
    """A call's arguments by their names. Raises Refused("lists") for bytes that aren't exactly of that form."""
    try:
        values = decode_call(signature, data)
    except ValueError as error:
        raise unreadable(contract, error) from None
    names = [parameter.name for parameter in parse_signature(signature)[1]]
    return dict(zip(names, values, strict=True))


def _sorted(contract: Listed, batch: Batch, calls: Sequence[bytes]) -> tuple[list[bytes], bytes | None, bool]:
    """The swaps, the call that unwraps, and whether there is a refund; they stand in that order."""
    if not 0 < len(calls) <= MOST_CALLS:
        raise _wrong(contract, f"a batch has 1 to {MOST_CALLS} calls, not {len(calls)}")
    left = list(calls)
    refunds = batch.refund is not None and left[-1] == selector(batch.refund)
    if refunds:
        left.pop()
    given = None
    if left and batch.unwrap is not None and left[-1][:4] == selector(batch.unwrap.signature):
        given = left.pop()
    if not left:
        raise _wrong(contract, "a batch has a swap")
    return left, given, refunds


def check_one_swap(contract: Listed, parts: Sequence[Effect]) -> None:
    """Raises Refused("batch") unless all parts are swaps of the same two tokens, for the same account."""
    first = parts[0]
    for part in parts:
        if part.direction != "swap":
            raise _wrong(contract, "all calls of a batch are swaps")
        if (part.paid, part.to, part.at_most) != (first.paid, first.to, first.at_most):
            raise _wrong(contract, "all swaps of a batch are of the same two tokens, in the same way")
        if (part.recipient, part.owner) != (first.recipient, first.owner):
            raise _wrong(contract, "all swaps of a batch are of the same account and give to the same place")
        if part.market != first.market:
            raise _wrong(contract, "all swaps of a batch are in the same market")


def _end(
    native: Token, contract: Listed, batch: Batch, parts: Sequence[Effect], given: bytes | None
) -> tuple[Address | None, Token | None, int]:
    """Who gets what in the end, and how much of it at the least."""
    first, least = parts[0], sum(part.least for part in parts)
    stays = batch.here is not None and first.recipient == address(batch.here)
    if stays != (given is not None):
        raise _wrong(contract, "what stays in the contract is unwrapped at the end, and nothing else is")
    if given is None or batch.unwrap is None:
        return first.recipient, first.to, least
    if first.to is None or contract.wrapped is None or first.to.address != contract.wrapped:
        raise _wrong(contract, "only the wrapped coin is unwrapped")
    return _unwrapped(contract, batch.unwrap, given, least), native, least


def _unwrapped(contract: Listed, unwrap: Unwrap, data: bytes, least: int) -> Address:
    """Who gets what is unwrapped."""
    args = arguments(contract, unwrap.signature, data)
    if int(args[unwrap.amount]) < least:
        raise _wrong(contract, f"it unwraps {args[unwrap.amount]} or more, less than the swaps give")
    return address(args[unwrap.recipient])


def _wrong(contract: Listed, why: str) -> Refused:
    return Refused(
        RULE,
        f"The batch of {contract.name} can't be signed: {why}.",
        "Ask for a new preview; a plug-in that builds such calls has a fault.",
    )
