"""What an account owes to one Aave v3 market, which weighs all its debts against all its collateral together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from moneta import RAY, Address, Block, Call, Lender, Listed, Loan, Step, Token, Unavailable, Venue
from plugins.aave import views

REPAY = "repay(address asset,uint256 amount,uint256 interestRateMode,address onBehalfOf)"
VARIABLE = 2  # DataTypes.InterestRateMode; stable debt is gone since v3.2 and can't be taken anew before
WAD_TO_RAY = 10**9
BPS_TO_RAY = RAY // 10_000
NO_DEBT = 2**256 - 1  # GenericLogic.calculateUserAccountData, of an account that owes nothing
USD_BASE = 10**8
"""AaveOracle.BASE_CURRENCY_UNIT of a market that counts in dollars."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One reserve: its asset, the token that counts its variable debt, and its number in the pool."""

    asset: Token
    debt: Token
    number: int = 0


def _unlisted(used: int, listed: Iterable[Owed]) -> int:
    """How many reserves an account uses besides the listed ones."""
    for each in listed:
        used &= ~(0b11 << 2 * each.number)
    return sum(1 for at in range(0, used.bit_length(), 2) if used >> at & 0b11)


class AaveLender(Lender):
    """Variable debts, by venue id. Debts in assets that no venue has are in the health factor, not in `debts`."""

    def __init__(self, market: str, pool: Listed, reserves: Mapping[str, Owed], in_dollars: bool) -> None:
        self.id = f"aave-v3:{market}"
        self.debt_tokens = {venue_id: each.debt for venue_id, each in reserves.items()}
        self._pool = pool
        self._reserves = dict(reserves)
        self._in_dollars = in_dollars

    def reads(self, account: Address) -> tuple[Call, ...]:
        debts = (views.BALANCE_OF.at(Address(str(each.debt.address)), account) for each in self._reserves.values())
        pool = self._pool.address
        return (views.ACCOUNT_DATA.at(pool, account), views.CONFIGURATION.at(pool, account), *debts)

    def loan(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> Loan:
        whole, used, *owed = answers
        if whole is None or None in owed:
            raise Unavailable(self.id, "what is owed there can't be read")
        collateral, debt, _, threshold, _, health = (int(word) for word in whole)
        debts = {key: int(word[0]) for key, word in zip(self._reserves, owed, strict=True) if word and word[0]}
        return Loan(
            lender=self.id,
            debts=debts,
            shares=debts,
            health=None if health == NO_DEBT else health * WAD_TO_RAY,
            threshold=threshold * BPS_TO_RAY,
            collateral_usd=collateral if self._in_dollars else None,
            debt_usd=debt if self._in_dollars else None,
            unlisted=_unlisted(int(used[0]), self._reserves.values()) if used else 0,
        )

    def repay(self, loan: Loan, venue: Venue, account: Address, units: int | None, most: int) -> tuple[Step, ...]:
        """An amount above the debt pays the debt and no more (BorrowLogic.executeRepay), so none needs to be open."""
        amount = most if units is None else units
        args = (str(self._reserves[venue.id].asset.address), amount, VARIABLE, account)
        return (Step(self._pool.address, self._pool.name, REPAY, args),)
