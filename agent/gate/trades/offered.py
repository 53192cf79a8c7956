"""Offers from outside beside the own trade: which one gives the most net of gas, and never below our own least.

Pure: replay comes to the same from what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from math import floor
from typing import Any

from agent.abi import Call
from agent.gate.moves import Move, Swap
from agent.gate.trades.offers import Tried
from agent.money import Address, Amount, Token, grouped, text_from_units
from agent.plans import Step
from agent.plugin import Ask, Block, Chain, Trader
from agent.routes import AnyPool, Route, Trade

BASIS_POINTS = 10_000
SHOWN_PLACES = 6
NO_MEASURE = "neither a pool that I know nor the price feeds say what it should give"


class Offered(Trader):
    """An offer in the shape of an exchange: its one trade is the call that was checked and run."""

    def __init__(self, tried: Tried) -> None:
        self.tried = tried
        self.name = tried.quoter  # type: ignore[misc]
        self.contract = tried.contract

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Trader:
        raise NotImplementedError("an offer is asked for, not found")

    def reads(self) -> tuple[Call, ...]:
        return ()

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[AnyPool, ...]:
        return ()

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        return ()

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        if limits != (self.tried.least,) or native != (self.tried.gives.is_native, self.tried.gets.is_native):
            raise ValueError("an offer is taken as it was made")
        return (self.tried.step(),)

    @property
    def spender(self) -> Address:
        return self.tried.taker

    @property
    def trade(self) -> Trade:
        """What it gives, as one route through its router."""
        tried = self.tried
        route = Route(
            trader=tried.quoter,
            tokens=(tried.gives, tried.gets),
            fees=(0,),
            pools=(tried.contract.address,),
            units_in=tried.units,
            units_out=tried.got,
            exact_out=False,
            impact_bps=0,
        )
        return Trade((route,), tried.gas)


def fair_least(gives: Token, gets: Token, units: int, prices: Mapping[str, int], loss_bps: int) -> int | None:
    """The least that may come back by the price feeds, in base units, `loss_bps` basis points below them, rounded up;
    None where a price isn't known. Prices in USD with 8 decimals.
    """
    given, got = prices.get(gives.symbol, 0), prices.get(gets.symbol, 0)
    if given <= 0 or got <= 0:
        return None
    scale_in: int = 10**gives.decimals
    scale_out: int = 10**gets.decimals
    fair = units * given * scale_out * (BASIS_POINTS - loss_bps)
    return -(-fair // (got * scale_in * BASIS_POINTS))


def weighed(
    offers: Sequence[Tried], least: int | None, own: Trade | None, gas: Fraction, most: int | None = None
) -> tuple[Tried, ...]:
    """The offers; of those that would be better than the own trade, the ones are refused whose least is below ours.

    `least` None: nothing says what ours is. `most`: what an order may say that it gives, which nobody can simulate.
    """
    net = _net(own, gas)
    better = (net is None or each.got - each.gas * gas > net for each in offers)
    return tuple(
        _held(each, least, most) if above and not each.why_not else each
        for each, above in zip(offers, better, strict=True)
    )


def asking(offers: Sequence[Tried], chosen: Tried, least: int, own: Trade | None, gas: Fraction) -> Tried:
    """The order as it is signed: filled, it gives no less than our own least, and than the best of the others net of
    its gas.
    """
    others = [each for each in offers if each is not chosen and not each.why_not and not each.typed]
    nets = [each.got - each.gas * gas for each in others] + ([] if own is None else [own.units_out - own.gas * gas])
    return chosen.asking(min(max(least, *(floor(net) for net in nets), 0), chosen.got))


def _net(own: Trade | None, gas: Fraction) -> Fraction | None:
    return None if own is None else own.units_out - own.gas * gas


def _held(offer: Tried, least: int | None, most: int | None) -> Tried:
    if least is None or (offer.typed and most is None):
        return replace(offer, rule="quote-minimum", why_not=NO_MEASURE)
    if offer.typed and most is not None and offer.said > most:
        said, above = Amount(offer.said, offer.gets), Amount(most, offer.gets)
        return replace(offer, rule="quote-inflated", why_not=f"it says {said}, and nobody would give above {above}")
    if offer.least < least:
        low, ours = Amount(offer.least, offer.gets), Amount(least, offer.gets)
        return replace(offer, rule="quote-minimum", why_not=f"it may give as little as {low}; {ours} is my least")
    return offer


def best(offers: Sequence[Tried], own: Trade | None, gas: Fraction) -> Tried | None:
    """The offer that gives more than the own trade net of gas, and the most of all; None where the own one does.

    `gas`: base units of what comes back that a unit of gas costs. Of equal ones the first is taken.
    """
    net = _net(own, gas)
    chosen: Tried | None = None
    for each in offers:
        if not each.why_not and (net is None or each.got - each.gas * gas > net):
            chosen, net = each, each.got - each.gas * gas
    return chosen


def told(offers: Sequence[Tried], own: Trade | None, chosen: Tried | None) -> str:
    """'Offers in USDC: uniswap-v3 1,000.12, 1inch 1,000.3 (taken); 0x: no answer within 1.5 s.'"""
    if not offers:
        return ""
    gets = offers[0].gets
    found = [f"{own.trader} {_amount(own.units_out, gets)}{_taken(chosen is None)}"] if own else []
    found += [f"{each.quoter} {_amount(each.got, gets)}{_taken(each is chosen)}" for each in offers if _may(each)]
    refused = [f"{each.quoter}: {each.why_not.rstrip('.')}" for each in offers if not _may(each)]
    return f"Offers in {gets.symbol}: {'; '.join(part for part in (', '.join(found), *refused) if part)}."


def ordered(offer: Tried) -> str:
    """What taking an order means: who pays, until when, and what happens where nobody fills it."""
    until = datetime.fromtimestamp(offer.until, UTC).strftime("%H:%M:%S")
    return (
        f"This is an order by {offer.contract.name}: you sign it, and whoever fills it by {until} UTC pays the gas "
        "of the swap; you pay for the approval. If nobody does, nothing is lost but the gas of the approval and of "
        "taking it back. Filled, it gives the least or more: no sandwich can take it below."
    )


def quoter_of(moves: Iterable[Move]) -> str:
    """Whose offer the moves take, '' where they take none."""
    taken = (move.trader.tried for move in moves if isinstance(move, Swap) and isinstance(move.trader, Offered))
    return next((each.quoter for each in taken), "")


def _may(offer: Tried) -> bool:
    return not offer.why_not


def _taken(is_it: bool) -> str:
    return " (taken)" if is_it else ""


def _amount(units: int, token: Token) -> str:
    """In whole tokens, cut to six decimals: what differs behind them is worth no look."""
    cut = 10 ** max(token.decimals - SHOWN_PLACES, 0)
    return grouped(text_from_units(units // cut * cut or units, token.decimals))


def as_json(offers: Sequence[Tried]) -> dict[str, Any]:
    """What a decision keeps, so that it can be made again; {} where nobody was asked."""
    return {"offers": [each.as_json() for each in offers]} if offers else {}


def from_json(facts: Mapping[str, Any], tokens: Mapping[str, Token]) -> tuple[Tried, ...]:
    """What `as_json` wrote."""
    return tuple(Tried.from_json(each, tokens) for each in facts.get("offers", ()))


def turned_down(offers: Sequence[Tried], quoter: str, rule: str, why: str) -> tuple[Tried, ...]:
    """The offers with that quoter's refused by a check of the whole plan."""
    return tuple(replace(each, rule=rule, why_not=why) if each.quoter == quoter else each for each in offers)
