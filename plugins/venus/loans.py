"""What an account owes to Venus's pool, which weighs all its debts against all its collateral together.

The contracts say how much more may be owed, not a health factor; it follows from that and from the debts at the
pool's own prices. They count what was written down last; the debts here are brought up to the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moneta import RAY, Address, Block, Call, Lender, Loan, Step, Unavailable, Venue, address
from plugins.venus import views
from plugins.venus.market import ONE
from plugins.venus.venue import BORROWS_AT, VenusVenue

REPAY = "repayBorrow(uint256 repayAmount)"
TO_USD = 10**10  # from USD with 18 decimals to 8
OWN = 3  # reads of the pool itself, before those of each market

Answer = tuple[Any, ...] | None


class VenusLender(Lender):
    """One comptroller. Where an account is in markets that no venue has, its health factor isn't known here."""

    def __init__(self, pool: str, comptroller: Address, oracle: Address, venues: Sequence[VenusVenue]) -> None:
        self.id = f"venus:{pool}"
        self.debt_tokens = {}
        self._comptroller = comptroller
        self._oracle = oracle
        self._venues = tuple(venues)
        self._counts = [len(self._of(venue, comptroller)) for venue in venues]

    def reads(self, account: Address) -> tuple[Call, ...]:
        pool = self._comptroller
        own = (views.LIQUIDITY.at(pool, account), views.ASSETS_IN.at(pool, account), views.ORACLE.at(pool))
        return (*own, *(call for venue in self._venues for call in self._of(venue, account)))

    def _of(self, venue: VenusVenue, account: Address) -> tuple[Call, ...]:
        vtoken = venue.contract.address
        own = (views.ACCOUNT_SNAPSHOT.at(vtoken, account), views.PRICE.at(self._oracle, vtoken))
        return (*own, *venue.reads(account))

    def loan(self, answers: Sequence[Answer], block: Block) -> Loan:
        liquidity, entered, oracle = answers[:OWN]
        debts: dict[str, int] = {}
        stored_usd, rest = 0, list(answers[OWN:])
        priced = oracle is not None and address(str(oracle[0])) == self._oracle
        for venue, count in zip(self._venues, self._counts, strict=True):
            (own, price, *market), rest = rest[:count], rest[count:]
            if own is None or own[0]:
                raise Unavailable(self.id, "what is owed there can't be read")
            if own[2]:
                debts[venue.id] = _accrued(venue, own[2], market, block)
                priced = priced and price is not None
                stored_usd += own[2] * int(price[0]) // ONE if price is not None else 0
        known = {venue.contract.address for venue in self._venues}
        whole = entered is not None and {address(str(each)) for each in entered[0]} <= known
        spare = liquidity[1] - liquidity[2] if liquidity is not None and not liquidity[0] else None
        sure = priced and whole and stored_usd > 0
        return Loan(
            lender=self.id,
            debts=debts,
            shares=debts,
            health=max(stored_usd + spare, 0) * RAY // stored_usd if sure and spare is not None else None,
            debt_usd=stored_usd // TO_USD if priced else None,
        )

    def repay(self, loan: Loan, venue: Venue, account: Address, units: int | None, most: int) -> tuple[Step, ...]:
        """An amount above the debt pays the debt and no more (VToken.repayBorrowFresh)."""
        args = (most if units is None else units,)
        return (Step(venue.contract.address, venue.contract.name, REPAY, args),)


def _accrued(venue: VenusVenue, stored: int, market: Sequence[Answer], block: Block) -> int:
    """A debt of the last accrual with the interest since, as much as the whole market's borrows grew."""
    facts = venue.state(market, block).facts
    before = market[BORROWS_AT]
    return -(-stored * facts["borrowed"] // int(before[0])) if before and before[0] else stored
