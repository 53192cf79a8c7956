"""EIP-1559 fees: what a plan may cost at the most, and what its next transaction offers under that."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors import Refused

PRIORITY_FEE_WEI = 100_000_000
"""0.1 gwei a gas for the block's builder: enough on a quiet chain; what is offered stays under the digest's cap."""


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
            f"Gas now costs {base_fee} wei, more than what was confirmed allows ({budget // gas}).",
            "Ask again for a new preview.",
        )
    return Fees(highest, min(wanted.max_priority_fee_per_gas, highest - base_fee))
