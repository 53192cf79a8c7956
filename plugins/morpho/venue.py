"""Lending to one Morpho Blue market. It keeps its accounts inside: there is no receipt token, and no cap or pause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from moneta import Address, Block, Call, Curve, Flag, Listed, Rate, Step, Token, Unavailable, Venue, VenueState
from plugins.morpho import views
from plugins.morpho.expected import curve_of
from plugins.morpho.market import Market
from plugins.morpho.maths import assets_down

PARAMS = "(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv) marketParams"
SUPPLY = f"supply({PARAMS},uint256 assets,uint256 shares,address onBehalf,bytes data)"
WITHDRAW = f"withdraw({PARAMS},uint256 assets,uint256 shares,address onBehalf,address receiver)"

MarketParams = tuple[str, str, str, str, int]
NO_RATE_MODEL = "0x" + "0" * 40
Answer = tuple[Any, ...] | None


class MorphoVenue(Venue):
    """One market of `morpho`, entered by assets and left by shares when it is left whole, so that no dust stays."""

    entry_gas, exit_gas = 200_000, 130_000  # on devnet, a little more than they take

    def __init__(self, market: str, market_id: str, morpho: Listed, asset: Token, params: MarketParams) -> None:
        self.id = f"morpho-blue:{market}:{asset.symbol}"
        self.name = f"Morpho Blue {market} {asset.symbol}"
        self.asset = asset
        self.liquidity_source = self.id
        self.contract = morpho
        self.receipt = None
        self.market_id = bytes.fromhex(market_id[2:])
        self._params = params
        self._irm = Address(params[3])

    def reads(self, account: Address) -> tuple[Call, ...]:
        morpho = self.contract.address
        own = (views.MARKET.at(morpho, self.market_id), views.POSITION.at(morpho, self.market_id, account))
        return own if self._irm == NO_RATE_MODEL else (*own, views.RATE_AT_TARGET.at(self._irm, self.market_id))

    def state(self, answers: Sequence[Answer], block: Block) -> VenueState:
        market, position = answers[:2]
        if market is None or position is None or None in answers:
            raise Unavailable(self.id, "the market can't be read")
        supply, supply_shares, borrow, _, last_update, fee = market
        target = answers[2][0] if len(answers) > 2 and answers[2] else None
        now = Market(supply, supply_shares, borrow, last_update, fee, target).accrued(block.timestamp)
        shares, liquidity = position[0], now.supply_assets - now.borrow_assets
        facts = {
            "supplied": now.supply_assets,
            "borrowed": now.borrow_assets,
            "supply_shares": now.supply_shares,
            "fee": now.fee,
            **({} if now.rate_at_target is None else {"rate_at_target": now.rate_at_target}),
        }
        return VenueState(
            venue=self.id,
            rate=now.supply_rate(),
            position=assets_down(shares, now.supply_assets, now.supply_shares),
            shares=shares,
            liquidity=liquidity,
            room=None,
            flags=frozenset([Flag.ILLIQUID] if liquidity == 0 and now.borrow_assets else []),
            facts=facts,
        )

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        facts = state.facts
        return _market(facts, max(facts["supplied"] + deposit, facts["borrowed"])).supply_rate()

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        return curve_of(_market(state.facts, state.facts["supplied"]), seconds)

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return (self._step(SUPPLY, (self._params, units, 0, account, b"")),)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        assets, shares = (0, state.shares) if units is None else (units, 0)
        return (self._step(WITHDRAW, (self._params, assets, shares, account, account)),)

    def _step(self, function: str, args: tuple[Any, ...]) -> Step:
        return Step(self.contract.address, self.contract.name, function, args)


def _market(facts: Mapping[str, int], supplied: int) -> Market:
    return Market(
        supply_assets=supplied,
        supply_shares=facts["supply_shares"],
        borrow_assets=facts["borrowed"],
        last_update=0,
        fee=facts["fee"],
        rate_at_target=facts.get("rate_at_target"),
    )
