"""Supplying one asset to Venus. Interest is written down per block, only when somebody touches the market.

A read therefore shows the market as it was touched last; the state here is computed up to the snapshot's block from
`accrualBlockNumber`, so nothing is lacking. Several functions answer an error code instead of reverting: what a plan
really did is seen in its balance changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moneta import Address, Block, Call, Curve, Flag, Listed, Rate, Step, Token, Unavailable, Venue, VenueState
from plugins.venus import views
from plugins.venus.market import ONE, Market, Model, curve_of

MINT = "mint(uint256 mintAmount)"
REDEEM = "redeem(uint256 redeemTokens)"
REDEEM_UNDERLYING = "redeemUnderlying(uint256 redeemAmount)"
NO_CAP = 2**256 - 1
BORROWS_AT = 1  # where the borrows stand among the reads

Answer = tuple[Any, ...] | None


class VenusVenue(Venue):
    """One vToken. `shares` are vTokens; a position is left whole by redeeming them all."""

    entry_gas, exit_gas = 320_000, 220_000  # on devnet, a little more than they take

    def __init__(
        self,
        pool: str,
        vtoken: Listed,
        asset: Token,
        receipt: Token,
        comptroller: Address,
        model: Address,
        blocks_per_year: int,
    ) -> None:
        self.id = f"venus:{pool}:{asset.symbol}"
        self.name = f"Venus {pool} {asset.symbol}"
        self.asset = asset
        self.liquidity_source = self.id
        self.contract = vtoken
        self.receipt = receipt
        self._comptroller = comptroller
        self._model = model
        self._blocks_per_year = blocks_per_year

    def reads(self, account: Address) -> tuple[Call, ...]:
        vtoken, comptroller = self.contract.address, self._comptroller
        getters = (views.CASH, views.BORROWS, views.RESERVES, views.SUPPLY, views.RESERVE_FACTOR, views.STORED_RATE)
        return (
            *(getter.at(vtoken) for getter in getters),
            views.ACCRUED_AT.at(vtoken),
            views.BALANCE.at(vtoken, account),
            views.PROTOCOL_PAUSED.at(comptroller),
            views.ACTION_PAUSED.at(comptroller, vtoken, views.MINT),
            views.ACTION_PAUSED.at(comptroller, vtoken, views.REDEEM),
            views.SUPPLY_CAP.at(comptroller, vtoken),
            views.TREASURY_PERCENT.at(comptroller),
            views.RATE_MODEL.at(vtoken),
            *(getter.at(self._model) for getter in (views.BASE, views.MULTIPLIER, views.JUMP, views.KINK)),
        )

    def state(self, answers: Sequence[Answer], block: Block) -> VenueState:
        values = [answer[0] for answer in answers if answer is not None]
        if None in answers[:14]:
            raise Unavailable(self.id, "the market can't be read")
        accrued_at, shares, all_paused, mint_paused, redeem_paused, cap, fee, model = values[6:14]
        known = len(values) == 18 and str(model).lower() == self._model.lower()
        cash, borrows, reserves, supply, factor, exchange_rate = values[:6]
        model_ = Model(*values[14:18]) if known else None
        stored = Market(cash, borrows, reserves, supply, factor, exchange_rate, model_)
        now = stored.accrued(block.number - accrued_at)
        gross = shares * now.exchange_rate // ONE
        room = _room(now, cap)
        raised = {
            Flag.PAUSED: all_paused or redeem_paused,
            Flag.FROZEN: mint_paused,
            Flag.CAPPED: room == 0,
            Flag.ILLIQUID: now.cash == 0 and now.borrows > 0,
            Flag.UNRATED: not known,  # another rate model was set since discovery
        }
        return VenueState(
            venue=self.id,
            # the contract charges the next blocks what the stored balances say, until somebody touches it
            rate=stored.supply_rate(self._blocks_per_year),
            position=gross - gross * fee // ONE,  # treasuryPercent is kept back from what a redeemer gets
            shares=shares,
            liquidity=now.cash,
            room=room,
            flags=frozenset(flag for flag, up in raised.items() if up),
            facts=self._facts(now),
        )

    def _facts(self, now: Market) -> dict[str, int]:
        facts = {
            "supplied": now.cash + now.borrows - now.reserves,
            "borrowed": now.borrows,
            "cash": now.cash,
            "reserves": now.reserves,
            "supply": now.supply,
            "reserve_factor": now.reserve_factor,
            "exchange_rate": now.exchange_rate,
            "blocks_per_year": self._blocks_per_year,
        }
        model = now.model
        if model is None:
            return facts
        return facts | {"base": model.base, "multiplier": model.multiplier, "jump": model.jump, "kink": model.kink}

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        facts = state.facts
        if "kink" not in facts:
            return state.rate
        market = Market(
            cash=facts["cash"],
            borrows=facts["borrowed"],
            reserves=facts["reserves"],
            supply=facts["supply"],
            reserve_factor=facts["reserve_factor"],
            stored_rate=facts["exchange_rate"],
            model=Model(facts["base"], facts["multiplier"], facts["jump"], facts["kink"]),
        )
        return market.moved(deposit).supply_rate(facts["blocks_per_year"])

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        del seconds  # the curve stays what it is
        return curve_of(state.facts) if 0 < state.facts.get("kink", 0) <= ONE else None

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (self._step(MINT, units),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        if units is None:
            return (self._step(REDEEM, state.shares),)
        return (self._step(REDEEM_UNDERLYING, units),)

    def _step(self, function: str, amount: int) -> Step:
        return Step(self.contract.address, self.contract.name, function, (amount,))


def _room(now: Market, cap: int) -> int | None:
    """PolicyFacet.mintAllowed: the asset value of all vTokens may not pass the cap; a cap of 0 closes the market."""
    if cap == NO_CAP:
        return None
    return max(cap - now.exchange_rate * now.supply // ONE, 0)
