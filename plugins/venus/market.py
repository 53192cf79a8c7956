"""One vToken brought up to a block: VToken.accrueInterest and JumpRateModel, in integers equal to the contracts'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from moneta import RAY, Curve, Rate

ONE = 10**18
TO_RAY = RAY // ONE


@dataclass(frozen=True, slots=True)
class Model:
    """JumpRateModel, contracts/InterestRateModels/JumpRateModel.sol: rates per block in wad."""

    base: int
    multiplier: int
    jump: int
    kink: int

    def borrow_rate(self, utilisation: int) -> int:
        """getBorrowRate."""
        below, above = min(utilisation, self.kink), max(utilisation - self.kink, 0)
        return below * self.multiplier // ONE + self.base + above * self.jump // ONE


@dataclass(frozen=True, slots=True)
class Market:
    """Base units of the asset, but `supply` in base units of the vToken; `reserve_factor` in wad."""

    cash: int
    borrows: int
    reserves: int
    supply: int
    reserve_factor: int
    stored_rate: int
    model: Model | None

    @property
    def utilisation(self) -> int:
        """JumpRateModel.utilizationRate, in wad."""
        if self.borrows == 0:
            return 0
        return self.borrows * ONE // (self.cash + self.borrows - self.reserves)

    @property
    def exchange_rate(self) -> int:
        """VToken.exchangeRateStoredInternal: base units of the asset per base unit of the vToken, in wad."""
        if self.supply == 0:
            return self.stored_rate
        return (self.cash + self.borrows - self.reserves) * ONE // self.supply

    def accrued(self, blocks: int) -> Market:
        """The market after `blocks` blocks of simple interest (VToken.accrueInterest)."""
        if blocks == 0 or self.model is None:
            return self
        factor = self.model.borrow_rate(self.utilisation) * blocks
        interest = factor * self.borrows // ONE
        return replace(
            self,
            borrows=self.borrows + interest,
            reserves=self.reserves + self.reserve_factor * interest // ONE,
        )

    def moved(self, units: int) -> Market:
        """With `units` base units more (negative: fewer, as far as there is cash) in it."""
        return replace(self, cash=max(self.cash + units, 0))

    def supply_rate_per_block(self) -> int:
        """JumpRateModel.getSupplyRate, in wad; 0 where the model isn't known."""
        if self.model is None:
            return 0
        to_pool = self.model.borrow_rate(self.utilisation) * (ONE - self.reserve_factor) // ONE
        return self.utilisation * to_pool // ONE

    def supply_rate(self, blocks_per_year: int) -> Rate:
        """The yearly rate: what a block pays, for all the blocks of a year."""
        return Rate(self.supply_rate_per_block() * blocks_per_year * RAY // ONE)


def shape(facts: Mapping[str, int]) -> Curve:
    """JumpRateModel as its points, for the allocator; `base`, `multiplier` and `jump` a year, fractions in ray.

    Compound v2's model is the same (compound-finance/compound-protocol, BaseJumpRateModelV2.sol).
    """
    if not 0 < facts["kink"] < RAY:
        raise ValueError("its kink isn't between 0 and 1")
    return _shape(facts)


def _shape(facts: Mapping[str, int]) -> Curve:
    kink, base = facts["kink"], facts["base"]
    at_kink = base + facts["multiplier"] * kink // RAY
    beyond = ((RAY, at_kink + facts["jump"] * (RAY - kink) // RAY),) if kink < RAY else ()
    points = ((0, base), (kink, at_kink), *beyond)
    return Curve(facts["supplied"], facts["borrowed"], points, kept=RAY - facts["reserve_factor"])


def curve_of(facts: Mapping[str, int]) -> Curve:
    """The curve of a venue's facts: rates there are per block in wad, and so are its fractions."""
    yearly = {key: facts[key] * facts["blocks_per_year"] * TO_RAY for key in ("base", "multiplier", "jump")}
    fractions = {key: facts[key] * TO_RAY for key in ("kink", "reserve_factor")}
    return _shape({**yearly, **fractions, "supplied": facts["supplied"], "borrowed": facts["borrowed"]})
