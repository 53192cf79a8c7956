"""A cancellation: a transfer of nothing to oneself, which takes the number of what isn't mined or got lost."""

from __future__ import annotations

import contextlib

from agent.errors import Refused
from agent.execution import fees, for_l1
from agent.execution.broadcast import NonceUsed, TooDear, broadcast
from agent.execution.fees import Fees
from agent.execution.look import look, receipts
from agent.execution.parts import Parts
from agent.execution.replace import recorded
from agent.execution.stops import check_stops
from agent.money import Address
from memory.rows import Attempt, AttemptKind

NOTHING = "nothing-pending"


async def signed_off(parts: Parts, old: Attempt, offer: Fees, limits: tuple[int, int], *, replaces: bool) -> Attempt:
    """A cancellation at the number of `old`, signed and written down; not sent. Raises Refused, Unavailable.

    `limits`: its gas limit, and the wei that are kept for L1 beside it.
    """
    gas, l1 = limits
    terms = (old.nonce, offer.max_fee_per_gas, offer.max_priority_fee_per_gas)
    signed = await parts.signer.cancel(old.account, *terms, None if gas == fees.CANCEL_GAS else gas)
    most = gas * offer.max_fee_per_gas + l1
    return await recorded(parts, old, signed, most, AttemptKind.CANCEL, replaces=replaces)


async def cancel_stuck(parts: Parts, account: Address, chain_id: int) -> tuple[Attempt, Attempt]:
    """Offers a cancellation for the account's first transaction that isn't mined: that one, and the cancellation.

    Either of them may be mined; whichever is settles the number. Raises Refused: nothing-pending, freeze, endpoints,
    fee, or a rule of the signer; Unavailable.
    """
    await check_stops(parts.ledger, leaving=True)
    old = await _stuck(parts, account, chain_id)
    await parts.rpc.agree(account, "latest")
    seen = await look(parts.rpc, account, chain_id)
    if seen.latest > old.nonce:
        raise _mined(old)
    before = fees.of_raw(old.raw) if old.raw else fees.offered(seen.head.base_fee, parts.habit)
    gas, l1 = await for_l1.cancelling(parts, seen.head.base_fee)
    offer = fees.bumped(before, seen.head.base_fee, gas, parts.most_fee_wei() - l1, parts.habit)
    if offer is None:
        raise Refused(
            "fee",
            f"Gas now costs {seen.head.base_fee} wei, and a cancellation may cost {parts.most_fee_wei()} wei in all.",
            "Wait until gas is cheaper, or let the operator raise `max_fee_gwei`.",
        )
    cancellation = await signed_off(parts, old, offer, (gas, l1), replaces=True)
    with contextlib.suppress(TooDear, NonceUsed):  # it waits, as the one that it is to replace
        await broadcast(parts, cancellation, first=False)
    return old, cancellation


async def _stuck(parts: Parts, account: Address, chain_id: int) -> Attempt:
    """The open attempt of the lowest number. Raises Refused where there is none to cancel."""
    waiting = [each for each in await parts.ledger.open_attempts(account) if each.chain_id == chain_id]
    if not waiting:
        raise Refused(NOTHING, "No transaction of yours waits to be mined.", "Look at `history` for what was done.")
    old = waiting[0]
    if old.kind is AttemptKind.CANCEL:
        raise Refused(
            NOTHING,
            f"Number {old.nonce} is being cancelled already, by {old.hash}.",
            "Ask again in a moment: I offer more for it where gas has risen.",
        )
    there = await parts.ledger.attempts_at(account, chain_id, old.nonce)
    if await receipts(parts.rpc, [each.hash for each in there]):
        raise _mined(old)
    return old


def _mined(old: Attempt) -> Refused:
    return Refused(NOTHING, f"Number {old.nonce} is mined already.", "Ask again, and I say what became of it.")
