"""One asset of one Aave v3 market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from moneta import (
    MAX_UINT256,
    Address,
    Block,
    Call,
    Curve,
    Flag,
    Listed,
    Rate,
    Step,
    Token,
    Unavailable,
    Venue,
    VenueState,
)
from plugins.aave import views
from plugins.aave.curve import curve_of, supply_rate
from plugins.aave.reserve import Reserve, StableDebt

SUPPLY = "supply(address asset,uint256 amount,address onBehalfOf,uint16 referralCode)"
WITHDRAW = "withdraw(address asset,uint256 amount,address to)"
NO_REFERRAL = 0

Answer = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Contracts:
    """Where the reserve's parts are. `stable_debt` is None where the generation has none (from 3.2)."""

    a_token: Address
    variable_debt: Address
    stable_debt: Address | None
    strategy: Address


def venue_id(market: str, asset: Token) -> str:
    return f"aave-v3:{market}:{asset.symbol}"


class AaveVenue(Venue):
    """Supplying `asset` to one market. The position is the account's aToken balance, which grows by itself."""

    entry_gas, exit_gas = 300_000, 220_000  # on devnet, a little more than they take

    def __init__(
        self, market: str, generation: int, pool: Listed, asset: Token, receipt: Token, contracts: Contracts
    ) -> None:
        if asset.address is None:
            raise ValueError("Aave takes the wrapped coin, not the native one")
        self.id = venue_id(market, asset)
        self.name = f"Aave v3 {market} {asset.symbol}"
        self.asset = asset
        self.liquidity_source = self.id
        self.contract = pool
        self.receipt = receipt
        self.generation = generation
        self._underlying = asset.address
        self._at = contracts

    def reads(self, account: Address) -> tuple[Call, ...]:
        pool, at, asset = self.contract.address, self._at, self._underlying
        available = (
            views.BALANCE_OF.at(asset, at.a_token) if self.generation == 30 else views.VIRTUAL_BALANCE.at(pool, asset)
        )
        return (
            views.GET_RESERVE_DATA.at(pool, asset),
            views.BALANCE_OF.at(at.a_token, account),
            views.SCALED_TOTAL_SUPPLY.at(at.a_token),
            views.SCALED_TOTAL_SUPPLY.at(at.variable_debt),
            available,
            *self._curve_reads(),
            *([views.STABLE_SUPPLY.at(at.stable_debt)] if at.stable_debt else []),
            *([views.DEFICIT.at(pool, asset)] if self.generation >= 33 else []),
        )

    def _curve_reads(self) -> tuple[Call, ...]:
        if self.generation > 30:
            return (views.RATE_DATA.at(self._at.strategy, self._underlying),)
        return tuple(
            getter.at(self._at.strategy) for getter in (views.OPTIMAL, views.BASE, views.SLOPE_1, views.SLOPE_2)
        )

    def state(self, answers: Sequence[Answer], block: Block) -> VenueState:
        data, *numbers = answers[:5]
        if data is None or None in numbers:
            raise Unavailable(self.id, "the pool can't be read")
        position, scaled_supply, scaled_debt, available = (int(answer[0]) for answer in numbers if answer)
        reserve = Reserve.of(data[0], self.generation)
        curve, rest = self._curve(answers[5:], reserve)
        stable = StableDebt(*rest.pop(0)) if self._at.stable_debt and rest[0] else StableDebt()
        deficit = int(rest[-1][0]) if self.generation >= 33 and rest[-1] else 0
        supplied = reserve.supplied(scaled_supply, scaled_debt, stable, block.timestamp)
        room = _room(reserve, supplied)
        variable_debt = reserve.variable_debt(scaled_debt, block.timestamp)
        facts = {
            "generation": self.generation,
            "available": available,
            "index": reserve.next_liquidity_index(block.timestamp),
            "supplied": supplied,
            "borrowed": variable_debt + stable.total,
            "variable_debt": variable_debt,
            "stable_debt": stable.total,
            "stable_rate": stable.rate,
            "unbacked": reserve.unbacked + deficit,
            "reserve_factor": reserve.config.reserve_factor,
            "supply_cap": reserve.config.supply_cap,  # whole tokens
            # bit 252 says so from 3.1; from 3.4 on there is nothing else, and 3.0 counts real balances
            "virtual_accounting": int(self.generation in (30, *range(34, 40)) or reserve.config.virtual_accounting),
            **(curve or {}),
        }
        return VenueState(
            venue=self.id,
            rate=Rate(reserve.liquidity_rate),
            position=position,
            shares=position,
            liquidity=available,
            room=room,
            flags=_flags(reserve, room, available, curve is not None, facts),
            facts=facts,
        )

    def _curve(self, answers: Sequence[Answer], reserve: Reserve) -> tuple[dict[str, int] | None, list[Any]]:
        """The curve's four numbers, None where they aren't known, and the answers behind them."""
        count = 1 if self.generation > 30 else 4
        own, rest = answers[:count], list(answers[count:])
        if None in own or reserve.strategy.lower() != self._at.strategy.lower():
            return None, rest  # another rate strategy was set since discovery: its curve isn't known
        values = own[0][0] if self.generation > 30 and own[0] else [answer[0] for answer in own if answer]
        return dict(zip(("optimal", "base", "slope_1", "slope_2"), map(int, values), strict=True)), rest

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        if "optimal" not in state.facts:
            return state.rate
        return Rate(supply_rate(state.facts, deposit))

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        del seconds  # the curve stays what it is
        return curve_of(state.facts) if state.facts.get("optimal", 0) > 0 else None

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (self._step(SUPPLY, (self._underlying, units, account, NO_REFERRAL)),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        amount = MAX_UINT256 if units is None else units
        return (self._step(WITHDRAW, (self._underlying, amount, account)),)

    def _step(self, function: str, args: tuple[int | str, ...]) -> Step:
        return Step(self.contract.address, self.contract.name, function, args)


def _room(reserve: Reserve, supplied: int) -> int | None:
    cap = reserve.config.supply_cap * 10**reserve.config.decimals
    return max(cap - supplied, 0) if cap else None


def _flags(reserve: Reserve, room: int | None, available: int, rated: bool, facts: dict[str, int]) -> frozenset[Flag]:
    config = reserve.config
    raised = {
        Flag.PAUSED: config.paused or not config.active,  # an inactive reserve lets nothing in or out
        Flag.FROZEN: config.frozen,
        Flag.CAPPED: room == 0,
        Flag.ILLIQUID: available == 0 and facts["borrowed"] > 0,
        Flag.UNRATED: not rated,
    }
    return frozenset(flag for flag, up in raised.items() if up)
