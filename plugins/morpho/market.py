"""One Morpho Blue market brought up to a moment: Morpho._accrueInterest, in integers equal to the contract's."""

from __future__ import annotations

from dataclasses import dataclass, replace

from moneta import RAY, SECONDS_PER_YEAR, Rate
from plugins.morpho import irm
from plugins.morpho.maths import WAD, compounded, div_down, mul_down, shares_down


@dataclass(frozen=True, slots=True)
class Market:
    """`fee` in wad of the interest; `rate_at_target` per second in wad, None for a market without interest."""

    supply_assets: int
    supply_shares: int
    borrow_assets: int
    last_update: int
    fee: int
    rate_at_target: int | None

    @property
    def utilisation(self) -> int:
        """In wad, as AdaptiveCurveIrm takes it."""
        return div_down(self.borrow_assets, self.supply_assets) if self.supply_assets else 0

    def accrued(self, now: int) -> Market:
        """The market with all interest up to `now` written down."""
        elapsed = now - self.last_update
        if elapsed == 0 or self.rate_at_target is None:
            return replace(self, last_update=now)
        rate, end = irm.borrow_rate(self.utilisation, self.rate_at_target, elapsed)
        interest = mul_down(self.borrow_assets, compounded(rate, elapsed))
        supply = self.supply_assets + interest
        fee_assets = mul_down(interest, self.fee)
        return replace(
            self,
            supply_assets=supply,
            supply_shares=self.supply_shares + shares_down(fee_assets, supply - fee_assets, self.supply_shares),
            borrow_assets=self.borrow_assets + interest,
            last_update=now,
            rate_at_target=end,
        )

    def borrow_rate(self) -> int:
        """Per second in wad at this very moment: what borrowRateView says right after an interaction."""
        if self.rate_at_target is None:
            return 0
        return irm.borrow_rate(self.utilisation, self.rate_at_target, 0)[0]

    def supply_rate(self) -> Rate:
        """Borrow rate · utilisation · (1 − fee), divided once so that nothing is lost on the way."""
        if self.supply_assets == 0:
            return Rate(0)
        earned = self.borrow_rate() * SECONDS_PER_YEAR * self.borrow_assets * (WAD - self.fee)
        return Rate(earned * RAY // (self.supply_assets * WAD * WAD))
