"""What an account owes at a lending protocol, and how far it is from being liquidated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.money import RAY, text_from_units

PLACES = 27
SHOWN = 2


@dataclass(frozen=True, slots=True)
class Loan:
    """The debts that one lender (`aave-v3:core`) weighs together against the same collateral, at one block.

    `debts`: base units owed of each venue's asset, by the venue's id, interest up to the block in them; `shares` the
    same in the market's own unit. `health`: the health factor in ray, below 1 of which the protocol liquidates; None
    without a debt. `threshold`: how much of the collateral's worth may be owed at the most, in ray. `collateral_usd`
    and `debt_usd` in USD with 8 decimals, as the protocol itself counts; None where it counts in no dollars.
    `pledged`: base units by symbol of collateral that lies with the loan and in no venue. `unlisted`: how many assets
    of that market the account pledges or owes that no venue has.
    """

    lender: str
    debts: Mapping[str, int]
    shares: Mapping[str, int]
    health: int | None
    threshold: int | None = None
    collateral_usd: int | None = None
    debt_usd: int | None = None
    pledged: Mapping[str, int] = field(default_factory=dict)
    unlisted: int = 0

    @property
    def owes(self) -> bool:
        """Whether anything is owed, in an asset that no venue has, too."""
        return self.health is not None or any(self.debts.values())


def health_text(health: int | None) -> str:
    """'1.85', rounded down: never said safer than it is; 'none' without a debt."""
    if health is None:
        return "none"
    if health >= 1_000 * RAY:
        return "over 1,000"
    whole, _, part = text_from_units(health, PLACES).partition(".")
    return f"{whole}.{part[:SHOWN]:0<{SHOWN}}"
