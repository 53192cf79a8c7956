"""How much of a debt a mandate pays down: as much as brings the health factor back up, from idle money. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.loans import with_growth
from agent.gate.mandates.mandate import RULE, Terms
from agent.gate.moves import PayBack
from agent.intents import All, Exact, Repay
from agent.loans import Loan, health_text
from agent.money import RAY, Amount, Token
from agent.plugin import Venue

ABOVE: int = 55 * RAY // 1_000
"""How far above the line a loan is brought: 0.05 is where it has recovered (agent/runtime/lending.py), and interest
runs until the payment is mined.
"""


def target_of(terms: Terms, floor: int) -> int:
    """The health factor (ray) that a repayment brings a loan to: where the user is told that it has recovered."""
    return max(terms.repay or 0, floor) + ABOVE


def to_repay(
    snapshot: Snapshot, venues: Mapping[str, Venue], terms: Terms, target: int
) -> tuple[Repay, tuple[PayBack, ...]] | None:
    """What to pay of the loan that is nearest to its liquidation, None where none is below the mandate's line.

    Raises Refused("mandate") where the wallet has nothing of what is owed, or the mandate isn't over it.
    """
    below = [loan for loan in snapshot.loans.values() if _is_below(loan, terms)]
    if not below:
        return None
    loan = min(below, key=lambda each: each.health or 0)
    best: tuple[int, Venue, int, int] | None = None
    for key, debt in sorted(loan.debts.items()):
        venue = venues.get(key)
        if venue is None or venue.asset.symbol not in terms.assets:
            continue
        wanted = _wanted(loan, key, debt, venue.asset, snapshot, target)
        idle = snapshot.balances.get(venue.asset.symbol, 0)
        units = min(wanted, debt, idle, terms.assets[venue.asset.symbol].most)
        part = units * RAY // wanted if wanted else 0
        if units and (best is None or part > best[0]):
            best = part, venue, units, debt
    if best is None:
        raise _nothing(loan, terms)
    _, venue, units, debt = best
    whole = units == debt and with_growth(debt) <= terms.assets[venue.asset.symbol].most
    amount = All() if whole else Exact(value=Amount(units, venue.asset).value)
    move = PayBack(venue, None, with_growth(debt)) if whole else PayBack(venue, units, units)
    return Repay(asset=venue.asset.symbol, amount=amount, venue=venue.id), (move,)


def _is_below(loan: Loan, terms: Terms) -> bool:
    return loan.health is not None and terms.repay is not None and loan.health < terms.repay


def _wanted(loan: Loan, key: str, debt: int, asset: Token, snapshot: Snapshot, target: int) -> int:
    """Base units that bring the loan to the target: the health factor is collateral over debt, so the debt must fall
    to health / target of what it is.
    """
    whole, price = debt, snapshot.prices.get(asset.symbol)
    if set(loan.debts) != {key}:
        if loan.debt_usd is None or not price:
            return debt
        whole = loan.debt_usd * int(10**asset.decimals) // price
    return -(-whole * (target - (loan.health or 0)) // target)


def _nothing(loan: Loan, terms: Terms) -> Refused:
    return Refused(
        RULE,
        f"Your health factor at {loan.lender} is {health_text(loan.health)}, and I have nothing to repay with: only "
        f"{' and '.join(terms.assets)} that lies idle in your wallet, where that is what you owe.",
        "Put some there, or repay by words.",
    )
