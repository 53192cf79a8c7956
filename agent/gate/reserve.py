"""Reserve: every account keeps native coin for leaving all its positions; an entry that would break that refuses."""

from __future__ import annotations

from agent.errors import Refused
from agent.execution.costs import Costs
from agent.money import Amount, Token

EXIT_GAS = 500_000
"""Gas kept for leaving one position. The dearest exit on devnet (a StataTokenV2 redeem) takes about 260,000."""


def reserve_wei(positions: int, costs: Costs) -> int:
    """Wei to keep for leaving that many positions at these prices, what L1 takes for it among them."""
    return positions * costs.wei(EXIT_GAS)


def check_reserve(native: Token, balance: int, spent: int, max_total_fee: int, reserve: int) -> None:
    """Raises Refused("gas-reserve") unless balance − spent − fee still holds `reserve`; all in wei."""
    left = balance - spent - max_total_fee
    _check_held(native, left, reserve - left)
    if left < reserve:
        raise Refused(
            "gas-reserve",
            f"This would leave {Amount(left, native)}; leaving your positions may take {Amount(reserve, native)}.",
            f"Send at least {Amount(reserve - left, native)} to your account first.",
        )


def _check_held(native: Token, left: int, missing: int) -> None:
    """Nobody is told of less than nothing: what is spent beyond what is held is said as such."""
    if left < 0:
        raise Refused(
            "gas-reserve",
            f"With its gas this would take {Amount(-left, native)} more than the account holds.",
            f"Send at least {Amount(missing, native)} to your account first.",
        )


def check_fee(native: Token, balance: int, max_total_fee: int) -> None:
    """Raises Refused("gas") where even an exit's fee can't be paid; wei.

    `balance`: what is left where the plan sends some along, so it may be below nothing.
    """
    if balance < 0:
        raise Refused(
            "gas",
            f"Without its gas this would take {Amount(-balance, native)} more than the account holds.",
            f"Send at least {Amount(max_total_fee - balance, native)} to your account first.",
        )
    if balance < max_total_fee:
        raise Refused(
            "gas",
            f"The gas may cost {Amount(max_total_fee, native)}; the account holds {Amount(balance, native)}.",
            f"Send at least {Amount(max_total_fee - balance, native)} to your account first.",
        )


def check_most(native: Token, most: int, max_total_fee: int) -> None:
    """Raises Refused("fees") where the signer's policy doesn't let one plan cost as much; wei."""
    if max_total_fee > most:
        raise Refused(
            "fees",
            f"The gas may cost {Amount(max_total_fee, native)}; the policy allows one plan {Amount(most, native)}.",
            "Wait until gas is cheaper, or ask for less at once: for one venue alone, say.",
        )
