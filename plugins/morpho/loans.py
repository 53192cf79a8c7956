"""What an account owes in one Morpho Blue market, against the collateral that it put into that market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moneta import RAY, Address, Block, Call, Lender, Listed, Loan, Step, Token, Unavailable, Venue
from plugins.morpho import views
from plugins.morpho.market import Market
from plugins.morpho.maths import WAD, assets_up, mul_down
from plugins.morpho.venue import NO_RATE_MODEL, PARAMS, MarketParams

REPAY = f"repay({PARAMS},uint256 assets,uint256 shares,address onBehalf,bytes data)"
ORACLE_SCALE = 10**36  # ConstantsLib.ORACLE_PRICE_SCALE
NO_ORACLE = "0x" + "0" * 40
WAD_TO_RAY = RAY // WAD


class MorphoLender(Lender):
    """One market. A debt is paid back whole by its shares, so that no interest stays behind."""

    def __init__(
        self, venue: Venue, market_id: str, morpho: Listed, params: MarketParams, collateral: Token | None
    ) -> None:
        self.id = venue.id.rpartition(":")[0]
        self.debt_tokens = {}
        self._venue = venue.id
        self._id = bytes.fromhex(market_id[2:])
        self._morpho = morpho
        self._params = params
        self._collateral = collateral

    def reads(self, account: Address) -> tuple[Call, ...]:
        morpho, irm = self._morpho.address, Address(self._params[3])
        own = [views.MARKET.at(morpho, self._id), views.POSITION.at(morpho, self._id, account)]
        own += [] if self._params[2] == NO_ORACLE else [views.ORACLE_PRICE.at(Address(self._params[2]))]
        return (*own, *([] if irm == NO_RATE_MODEL else [views.RATE_AT_TARGET.at(irm, self._id)]))

    def loan(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> Loan:
        """MorphoBlue._isHealthy, with interest up to the block."""
        market, position, *others = answers
        rate = others.pop() if self._params[3] != NO_RATE_MODEL else (None,)
        price = others.pop() if others else None
        if market is None or position is None or rate is None:
            raise Unavailable(self.id, "what is owed there can't be read")
        supply, supply_shares, borrow, borrow_shares, last_update, fee = market
        now = Market(supply, supply_shares, borrow, last_update, fee, rate[0]).accrued(block.timestamp)
        _, shares, pledged = position
        debt = assets_up(shares, now.borrow_assets, borrow_shares)
        lltv = self._params[4]
        health = None
        if debt and price is not None:
            health = mul_down(pledged * int(price[0]) // ORACLE_SCALE, lltv) * RAY // debt
        symbol = self._collateral.symbol if self._collateral is not None else ""
        return Loan(
            lender=self.id,
            debts={self._venue: debt} if debt else {},
            shares={self._venue: shares} if debt else {},
            health=health,
            threshold=lltv * WAD_TO_RAY,
            pledged={symbol: pledged} if symbol and pledged else {},
        )

    def repay(self, loan: Loan, venue: Venue, account: Address, units: int | None, most: int) -> tuple[Step, ...]:
        assets, shares = (0, loan.shares[venue.id]) if units is None else (units, 0)
        args = (self._params, assets, shares, account, b"")
        return (Step(self._morpho.address, self._morpho.name, REPAY, args),)
