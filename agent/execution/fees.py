"""EIP-1559 fees: what a plan may cost at the most, and what its next transaction offers under that.

On an OP-stack chain a transaction pays for L1 beside its gas, and no field of it bounds that: each step's part of the
budget is kept aside (`l1`, wei by the step's index), and what is offered for gas stays under the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import rlp  # type: ignore[import-untyped]

from agent.errors import Refused
from agent.money import grouped, text_from_units
from agent.plans import Plan

PRIORITY_FEE_WEI = 100_000_000
"""0.1 gwei a gas for the block's builder: enough on a quiet chain; what is offered stays under the digest's cap."""
OP_STACK_TIP_WEI = 1_000_000
"""0.001 gwei: the least that op-geth's own oracle suggests (gpo.minsuggestedpriorityfee)."""

CANCEL_GAS = 21_000  # a plain transfer (Yellow Paper, G_transaction)

NO_L1: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per gas."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int


@dataclass(frozen=True, slots=True)
class Habit:
    """How a chain's gas is paid: how many times the base fee is offered, the least tip, and the most that a node may
    suggest at the time of signing; wei per gas.
    """

    times: int
    tip: int
    most_tip: int


ETHEREUM = Habit(2, PRIORITY_FEE_WEI, 3_000_000_000)
"""Six full blocks of rising base fee (12.5 % each, EIP-1559) still include it."""
OP_STACK = Habit(2, OP_STACK_TIP_WEI, PRIORITY_FEE_WEI)
"""There a full block of two seconds raises the base fee by far less than 12.5 %; blocks are ordered by tip."""
ARBITRUM = Habit(3, 0, 0)
"""The sequencer takes first what comes first and charges the base fee alone, whatever is offered above it. The base
fee is exponential in the backlog (OffchainLabs/nitro, arbos/l2pricing), block by block: it can double at once."""


DEVNET = Habit(2, PRIORITY_FEE_WEI, PRIORITY_FEE_WEI)
"""anvil suggests 1 gwei, whatever goes on."""


def habit(l1_fee: str | None, *, devnet: bool = False) -> Habit:
    """The habit of a chain, by how it charges for L1 (a chain file's `fees.l1`)."""
    return {None: DEVNET if devnet else ETHEREUM, "op-stack": OP_STACK, "arbitrum": ARBITRUM}[l1_fee]


def offered(base_fee: int, how: Habit = ETHEREUM) -> Fees:
    """The chain's usual offer at that base fee."""
    return Fees(how.times * base_fee + how.tip, how.tip)


def gwei(wei: int) -> str:
    """Wei as decimal text in gwei, to the last wei."""
    return grouped(text_from_units(wei, 9))


def within(base_fee: int, gas: int, budget: int, how: Habit = ETHEREUM) -> Fees:
    """The fees for a transaction of `gas` that may cost `budget` wei at the most.

    Raises Refused("fee") where the base fee has risen beyond what was confirmed.
    """
    wanted = offered(base_fee, how)
    highest = min(wanted.max_fee_per_gas, budget // gas)
    if highest < base_fee + min(how.tip, 1):
        allowed = max(budget // gas, 0)
        raise Refused(
            "fee",
            f"Gas now costs {gwei(base_fee)} gwei, more than what was confirmed allows ({gwei(allowed)}).",
            "Ask again for a new preview.",
        )
    return Fees(highest, min(wanted.max_priority_fee_per_gas, highest - base_fee))


def first(base_fee: int, gas: int, budget: int, how: Habit = ETHEREUM, suggested: int = 0) -> Fees:
    """The fees of a first offer: where that is enough, a fifth of the budget is left for replacing it.

    `suggested`: the tip that a node suggests, paid as far as the habit and what was confirmed allow.

    Raises Refused("fee") as `within` does.
    """
    kept = budget * 4 // 5
    enough = kept // gas >= base_fee + how.tip
    tip = max(how.tip, min(suggested, how.most_tip))
    return within(base_fee, gas, kept if enough else budget, replace(how, tip=tip))


def budget(
    plan: Plan, index: int, worst: Mapping[int, int], later: Collection[int], l1: Mapping[int, int] = NO_L1
) -> int:
    """Wei that the gas of step `index` may cost: what was confirmed, less what the other signed steps may cost
    (`worst`, by index), less the shares of the steps that are still to be signed, less its own part for L1.
    """
    signed = sum(wei for step, wei in worst.items() if step != index)
    shares = sum(_share(plan, step, l1) for step in later if step not in worst)
    return plan.max_total_fee_wei - signed - shares - l1.get(index, 0)


def _share(plan: Plan, index: int, l1: Mapping[int, int]) -> int:
    for_gas = max(plan.max_total_fee_wei - sum(l1.values()), 0)
    return plan.steps[index].gas * (for_gas // sum(step.gas for step in plan.steps)) + l1.get(index, 0)


def of_raw(raw: bytes) -> Fees:
    """The fees of a signed EIP-1559 transaction (EIP-2718 type 2)."""
    fields = rlp.decode(raw[1:])
    return Fees(int.from_bytes(fields[3], "big"), int.from_bytes(fields[2], "big"))


def gas_of_raw(raw: bytes) -> int:
    """The gas limit of such a transaction."""
    return int.from_bytes(rlp.decode(raw[1:])[4], "big")


def is_stuck(fees: Fees, base_fee: int) -> bool:
    """Whether the base fee has risen so far that the transaction can't pay its whole tip any more."""
    return fees.max_fee_per_gas - base_fee < fees.max_priority_fee_per_gas


def bumped(old: Fees, base_fee: int, gas: int, budget: int, how: Habit = ETHEREUM) -> Fees | None:
    """The fees of a replacement: a tenth more of both at least (geth, txpool.pricebump), else what is offered now.

    None where that doesn't fit into `budget` wei, or wouldn't be mined either.
    """
    highest = budget // gas
    tip = max(_tenth_more(old.max_priority_fee_per_gas), how.tip)
    least = max(_tenth_more(old.max_fee_per_gas), base_fee + tip)
    if least > highest:
        return None
    return Fees(min(max(least, offered(base_fee, how).max_fee_per_gas), highest), tip)


def replaces(new: Fees, old: Fees) -> bool:
    """Whether nodes take `new` in the place of `old`: a tenth more of both (geth, txpool.pricebump)."""
    return (
        new.max_fee_per_gas * 10 >= old.max_fee_per_gas * 11
        and new.max_priority_fee_per_gas * 10 >= old.max_priority_fee_per_gas * 11
    )


def _tenth_more(wei: int) -> int:
    return -(-wei * 11 // 10)
