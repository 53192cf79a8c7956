"""Offers from outside beside the own trade: which one costs the least with its gas, and never beyond our own bound.

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
from agent.gate.trades.measure import Measure, cost
from agent.gate.trades.offers import Tried
from agent.money import Address, Amount, Token, grouped, text_from_units
from agent.plans import Step
from agent.plugin import Ask, Block, Chain, Trader
from agent.routes import AnyPool, Route, Trade

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
        if limits != (self.tried.bound,) or native != (self.tried.gives.is_native, self.tried.gets.is_native):
            raise ValueError("an offer is taken as it was made")
        return (self.tried.step(),)

    @property
    def spender(self) -> Address:
        return self.tried.taker

    @property
    def surplus(self) -> int:
        """Base units beyond an exact output that may come: what its run gave, and one that a router may keep or not
        (as Augustus does, see plugins/trade/velora.py). An order is filled for exactly its amount.
        """
        tried = self.tried
        return max(tried.got - tried.least, 0) + 1 if tried.exact_out and not tried.typed else 0

    @property
    def trade(self) -> Trade:
        """What it gives, as one route through its router."""
        tried = self.tried
        route = Route(
            trader=tried.quoter,
            tokens=(tried.gives, tried.gets),
            fees=(0,),
            pools=(tried.contract.address,),
            units_in=tried.given if tried.exact_out else tried.units,
            units_out=tried.least if tried.exact_out else tried.got,
            exact_out=tried.exact_out,
            impact_bps=0,
        )
        return Trade((route,), tried.gas)


def weighed(offers: Sequence[Tried], measure: Measure, own: Trade | None, gas: Fraction) -> tuple[Tried, ...]:
    """The offers; of those that would be better than the own trade, the ones are refused that may come to less than
    our least, or of an exact output to more than our most.
    """
    ours = None if own is None else cost(own, gas)
    better = (ours is None or _cost(each, gas) < ours for each in offers)
    return tuple(
        _held(each, measure) if above and not each.why_not else each
        for each, above in zip(offers, better, strict=True)
    )


def asking(offers: Sequence[Tried], chosen: Tried, bound: int | None, own: Trade | None, gas: Fraction) -> Tried:
    """The order as it is signed: filled, it comes to no worse than our own bound, and than the best of the others net
    of its gas.
    """
    others = [each for each in offers if each is not chosen and not each.why_not and not each.typed]
    costs = [_cost(each, gas) for each in others] + ([] if own is None else [cost(own, gas)])
    if chosen.exact_out:
        most = min((chosen.units if bound is None else bound), *(floor(each) for each in costs), chosen.units)
        return chosen.asking(max(most, chosen.given))
    return chosen.asking(min(max(bound or 0, *(floor(-each) for each in costs), 0), chosen.got))


def _cost(offer: Tried, gas: Fraction) -> Fraction:
    return offer.gas * gas + (offer.given if offer.exact_out else -offer.got)


def _held(offer: Tried, measure: Measure) -> Tried:
    token, rule = offer.told[1], "quote-maximum" if offer.exact_out else "quote-minimum"
    if measure.bound is None or (offer.typed and measure.edge is None):
        return replace(offer, rule=rule, why_not=NO_MEASURE)
    if offer.typed and measure.edge is not None and _beyond(offer, measure.edge, offer.said):
        said, edge = Amount(offer.said, token), Amount(measure.edge, token)
        why = f"it says {said}, and nobody would give above {edge}"
        if offer.exact_out:
            why = f"it says {said}, and nobody would take below {edge}"
        return replace(offer, rule="quote-inflated", why_not=why)
    if _beyond(offer, offer.bound, measure.bound):
        bound, ours = Amount(offer.bound, token), Amount(measure.bound, token)
        why = f"it may give as little as {bound}; {ours} is my least"
        if offer.exact_out:
            why = f"it may take as much as {bound}; {ours} is my most"
        return replace(offer, rule=rule, why_not=why)
    return offer


def _beyond(offer: Tried, worse: int, better: int) -> bool:
    """Whether the first comes to less than the second, or of an exact output takes more."""
    return worse > better if offer.exact_out else worse < better


def best(offers: Sequence[Tried], own: Trade | None, gas: Fraction) -> Tried | None:
    """The offer that costs less than the own trade with its gas, and the least of all; None where the own one does.

    `gas`: base units, of the side that isn't said, that a unit of gas costs. Of equal ones the first is taken.
    """
    least = None if own is None else cost(own, gas)
    chosen: Tried | None = None
    for each in offers:
        if not each.why_not and (least is None or _cost(each, gas) < least):
            chosen, least = each, _cost(each, gas)
    return chosen


def told(offers: Sequence[Tried], own: Trade | None, chosen: Tried | None) -> str:
    """'Offers in USDC: uniswap-v3 1,000.12, 1inch 1,000.3 (taken); 0x: no answer within 1.5 s.', or of an exact
    output 'Offers to get 1 WETH: uniswap-v3 for 3,012.4 USDC, velora for 3,001.2 USDC (taken).'
    """
    if not offers:
        return ""
    first = offers[0]
    said = [(own.trader, own.units_in if own.exact_out else own.units_out, chosen is None)] if own else []
    said += [(each.quoter, each.told[0], each is chosen) for each in offers if _may(each)]
    found = [f"{name} {_offered(first, units)}{_taken(is_it)}" for name, units, is_it in said]
    refused = [f"{each.quoter}: {each.why_not.rstrip('.')}" for each in offers if not _may(each)]
    part = "; ".join(each for each in (", ".join(found), *refused) if each)
    if first.exact_out:
        return f"Offers to get {Amount(first.asked, first.gets)}: {part}."
    return f"Offers in {first.gets.symbol}: {part}."


def _offered(offer: Tried, units: int) -> str:
    amount = _amount(units, offer.told[1])
    return f"for {amount} {offer.gives.symbol}" if offer.exact_out else amount


def ordered(offer: Tried) -> str:
    """What taking an order means: who pays, until when, and what happens where nobody fills it."""
    until = datetime.fromtimestamp(offer.until, UTC).strftime("%H:%M:%S")
    kept = "Filled, it gives the least or more: no sandwich can take it below."
    if offer.exact_out:
        kept = "Filled, it takes the most or less: no sandwich can take it above."
    return (
        f"This is an order by {offer.contract.name}: you sign it, and whoever fills it by {until} UTC pays the gas "
        "of the swap; you pay for the approval. If nobody does, nothing is lost but the gas of the approval and of "
        f"taking it back. {kept}"
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
