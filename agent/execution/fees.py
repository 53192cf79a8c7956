"""EIP-1559 fees: what a plan may cost at the most, and what its next transaction offers under that."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import rlp  # type: ignore[import-untyped]

from agent.errors import Refused
from agent.plans import Plan

PRIORITY_FEE_WEI = 100_000_000
"""0.1 gwei a gas for the block's builder: enough on a quiet chain; what is offered stays under the digest's cap."""

CANCEL_GAS = 21_000  # a plain transfer (Yellow Paper, G_transaction)


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


def offered(base_fee: int) -> Fees:
    """Twice the base fee and a tip: six full blocks of rising base fee (12.5 % each) still include it."""
    return Fees(2 * base_fee + PRIORITY_FEE_WEI, PRIORITY_FEE_WEI)


def within(base_fee: int, gas: int, budget: int) -> Fees:
    """The fees for a transaction of `gas` that may cost `budget` wei at the most.

    Raises Refused("fee") where the base fee has risen beyond what was confirmed.
    """
    wanted = offered(base_fee)
    highest = min(wanted.max_fee_per_gas, budget // gas)
    if highest < base_fee + 1:
        raise Refused(
            "fee",
            f"Gas now costs {base_fee} wei, more than what was confirmed allows ({max(budget // gas, 0)}).",
            "Ask again for a new preview.",
        )
    return Fees(highest, min(wanted.max_priority_fee_per_gas, highest - base_fee))


def first(base_fee: int, gas: int, budget: int) -> Fees:
    """The fees of a first offer: where that is enough, a fifth of the budget is left for replacing it.

    Raises Refused("fee") as `within` does.
    """
    kept = budget * 4 // 5
    return within(base_fee, gas, kept if kept // gas >= base_fee + PRIORITY_FEE_WEI else budget)


def budget(plan: Plan, index: int, worst: Mapping[int, int], later: Collection[int]) -> int:
    """Wei that step `index` may cost: what was confirmed, less what the other signed steps may cost (`worst`, by
    index), less the shares of the steps that are still to be signed.
    """
    signed = sum(wei for step, wei in worst.items() if step != index)
    return plan.max_total_fee_wei - signed - sum(_share(plan, step) for step in later if step not in worst)


def _share(plan: Plan, index: int) -> int:
    return plan.steps[index].gas * (plan.max_total_fee_wei // sum(step.gas for step in plan.steps))


def of_raw(raw: bytes) -> Fees:
    """The fees of a signed EIP-1559 transaction (EIP-2718 type 2)."""
    fields = rlp.decode(raw[1:])
    return Fees(int.from_bytes(fields[3], "big"), int.from_bytes(fields[2], "big"))


def is_stuck(fees: Fees, base_fee: int) -> bool:
    """Whether the base fee has risen so far that the transaction can't pay its whole tip any more."""
    return fees.max_fee_per_gas - base_fee < fees.max_priority_fee_per_gas


def bumped(old: Fees, base_fee: int, gas: int, budget: int) -> Fees | None:
    """The fees of a replacement: a tenth more of both at least (geth, txpool.pricebump), else what is offered now.

    None where that doesn't fit into `budget` wei, or wouldn't be mined either.
    """
    highest = budget // gas
    tip = max(_tenth_more(old.max_priority_fee_per_gas), PRIORITY_FEE_WEI)
    least = max(_tenth_more(old.max_fee_per_gas), base_fee + tip)
    if least > highest:
        return None
    return Fees(min(max(least, offered(base_fee).max_fee_per_gas), highest), tip)


def replaces(new: Fees, old: Fees) -> bool:
    """Whether nodes take `new` in the place of `old`: a tenth more of both (geth, txpool.pricebump)."""
    return (
        new.max_fee_per_gas * 10 >= old.max_fee_per_gas * 11
        and new.max_priority_fee_per_gas * 10 >= old.max_priority_fee_per_gas * 11
    )


def _tenth_more(wei: int) -> int:
    return -(-wei * 11 // 10)
