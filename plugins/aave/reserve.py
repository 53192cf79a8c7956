"""One reserve at one block: what the pool would know of it after its updateState, from what it stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plugins.aave.maths import (
    compounded,
    compounded_exactly,
    linear,
    percent_mul,
    ray_div,
    ray_div_floor,
    ray_mul,
    ray_mul_ceil,
    ray_mul_floor,
)

EXACT = 34  # from v3.4 interest compounds by another order of the same steps
DIRECTED = 36  # from v3.5 rounding favours the protocol; v3.5 has no mark of its own and counts as 34

# Bits of ReserveConfigurationMap: @aave/core-v3, protocol/libraries/configuration/ReserveConfiguration.sol
_DECIMALS, _ACTIVE, _FROZEN, _PAUSED, _FACTOR, _SUPPLY_CAP, _VIRTUAL = 48, 56, 57, 60, 64, 116, 252


@dataclass(frozen=True, slots=True)
class Config:
    """A reserve's settings. `supply_cap` in whole tokens, 0 is none; `reserve_factor` in basis points."""

    decimals: int
    active: bool
    frozen: bool
    paused: bool
    reserve_factor: int
    supply_cap: int
    virtual_accounting: bool

    @classmethod
    def of(cls, word: int) -> Config:
        return cls(
            decimals=word >> _DECIMALS & 0xFF,
            active=bool(word >> _ACTIVE & 1),
            frozen=bool(word >> _FROZEN & 1),
            paused=bool(word >> _PAUSED & 1),
            reserve_factor=word >> _FACTOR & 0xFFFF,
            supply_cap=word >> _SUPPLY_CAP & (1 << 36) - 1,
            virtual_accounting=bool(word >> _VIRTUAL & 1),
        )


@dataclass(frozen=True, slots=True)
class StableDebt:
    """StableDebtToken.getSupplyData: `total` is accrued to the snapshot's time, `principal` to `updated_at`."""

    principal: int = 0
    total: int = 0
    rate: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Reserve:
    """DataTypes.ReserveData, indexes and rates in ray."""

    config: Config
    liquidity_index: int
    liquidity_rate: int
    variable_index: int
    variable_rate: int
    updated_at: int
    a_token: str
    stable_token: str
    variable_token: str
    strategy: str
    accrued_to_treasury: int
    unbacked: int
    generation: int
    id: int = 0

    @classmethod
    def of(cls, words: tuple[Any, ...], generation: int = 30) -> Reserve:
        """From the fifteen words of getReserveData. `generation` tells how the pool rounds."""
        config, index, rate, variable_index, variable_rate, _, updated, number, *rest = words
        a_token, stable, variable, strategy, accrued, unbacked, _ = rest
        return cls(
            Config.of(config), index, rate, variable_index, variable_rate, updated,
            a_token, stable, variable, strategy, accrued, unbacked, generation, number,
        )  # fmt: skip

    def next_liquidity_index(self, now: int) -> int:
        """ReserveLogic._updateIndexes, the supply side."""
        if self.liquidity_rate == 0:
            return self.liquidity_index
        return ray_mul(linear(self.liquidity_rate, now - self.updated_at), self.liquidity_index)

    def variable_debt(self, scaled: int, now: int) -> int:
        """The variable debt with interest up to `now`, in base units; `scaled` is the debt token's scaled supply."""
        multiplied = ray_mul_ceil if self.generation >= DIRECTED else ray_mul
        return multiplied(scaled, self._next_variable_index(scaled, now))

    def supplied(self, scaled_supply: int, scaled_debt: int, stable: StableDebt, now: int) -> int:
        """What the supply cap counts, in base units: claims and the treasury's part, accrued up to `now`.

        ValidationLogic.validateSupply after ReserveLogic._accrueToTreasury.
        """
        index = self.next_liquidity_index(now)
        treasury = self.accrued_to_treasury
        if self.generation >= DIRECTED:
            part = percent_mul(self._accrued(scaled_debt, now), self.config.reserve_factor)
            return ray_mul_floor(scaled_supply + treasury + ray_div_floor(part, index), index)
        if now != self.updated_at:
            treasury += ray_div(self._treasury_part(scaled_debt, stable, now), index)
        return ray_mul(scaled_supply + treasury, index)

    def _next_variable_index(self, scaled: int, now: int) -> int:
        if scaled == 0:
            return self.variable_index
        grown = compounded_exactly if self.generation >= EXACT else compounded
        return ray_mul(grown(self.variable_rate, now - self.updated_at), self.variable_index)

    def _accrued(self, scaled_debt: int, now: int) -> int:
        """What the debt grew by since the last update, as the treasury counts it from v3.5 on."""
        return ray_mul_floor(scaled_debt, self._next_variable_index(scaled_debt, now) - self.variable_index)

    def _treasury_part(self, scaled_debt: int, stable: StableDebt, now: int) -> int:
        before = ray_mul(scaled_debt, self.variable_index)
        # the stable debt as it stood at the reserve's last update, from which on it has earned since
        stable_before = ray_mul(
            stable.principal, compounded(stable.rate, max(self.updated_at - stable.updated_at, 0))
        )
        accrued = self.variable_debt(scaled_debt, now) + stable.total - before - stable_before
        return percent_mul(accrued, self.config.reserve_factor)
