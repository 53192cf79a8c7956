"""Choices that a request left to code, each with all that it was chosen from: the ledger keeps it, `why` reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agent.gate.liquidity.choice import RangeOption, width_text
from agent.gate.moves import Swap
from agent.gate.spread import Spread
from agent.gate.trades.offers import Tried
from agent.money import Token
from agent.plugin import Option, VenueState
from agent.routes import Route, Trade

VENUE, ROUTE, TURN, RANGE = "deposit", "swap", "withdraw", "provide"
"""The kinds of decisions that a request makes."""

BEST_RATE = "the highest rate with your own deposit in it, of the venues that can take it"
SPREAD = "the most income after gas, with your own deposit in each market: a part only where it earns its own gas"
NAMED = "you named it"
BEST_PRICE = "the best price for that size net of gas, over the pools that I know, up to three hops"
BEST_OFFER = "the best price for that size net of gas, over the pools that I know and what others offered"
BEST_RANGE = "the most fees beyond the loss against holding, as the pool was seen to move and to be traded"
LOWEST_RATE = "the lowest rate first, since what is taken out there costs you least"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A choice as JSON data. `facts` stand beside the snapshot; `chosen` is a venue's id, or a route's name."""

    kind: str
    rule: str
    facts: dict[str, Any]
    alternatives: list[dict[str, Any]]
    chosen: str


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """The venue of a deposit of `units`; `options` is empty where the user named it.

    With a `spread` it goes to several: the option of each is what it is for its own part.
    """

    asset: Token
    units: int
    chosen: str
    options: tuple[Option, ...]
    spread: Spread | None = None

    def recorded(self) -> Recorded:
        facts = {"asset": self.asset.symbol, "units": str(self.units)}
        alternatives = options_json(self.options)
        if self.spread is None:
            return Recorded(VENUE, BEST_RATE if self.options else NAMED, facts, alternatives, self.chosen)
        parts = {share.venue: str(share.units) for share in self.spread.shares}
        shared = [each | {"part": parts.get(each["venue"], "0")} for each in alternatives]
        return Recorded(VENUE, SPREAD, facts | {"spread": self.spread.as_json()}, shared, self.chosen)


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """The trade of a swap; `routes` are the single ways that it was compared with, the best first,
    `offers` what others offered, in the order of their names;
    `own` is the own trade, where an offer was taken in its place.
    """

    swap: Swap
    routes: tuple[Route, ...]
    offers: tuple[Tried, ...] = ()
    own: Trade | None = None

    def recorded(self) -> Recorded:
        trade, swap = self.swap.trade, self.swap
        facts = {
            "asset": swap.pays.symbol,
            "to_asset": swap.gets.symbol,
            "exact_out": trade.exact_out,
            "units": str(trade.units_out if trade.exact_out else trade.units_in),
            "limit": str(swap.limit),
            "worst": [str(units) for units in swap.worst],
        }
        alternatives = [_route_json(each) for each in self.routes]
        if len(trade.parts) > 1:
            alternatives.insert(0, _trade_json(trade))
        if self.offers:
            alternatives += [_offer_json(each) for each in self.offers]
            side, sign = ("units_in", 1) if trade.exact_out else ("units_out", -1)
            alternatives.sort(key=lambda each: (bool(each["why_not"]), sign * int(each[side])))
        return Recorded(ROUTE, BEST_OFFER if self.offers else BEST_PRICE, facts, alternatives, trade.name)


@dataclass(frozen=True, slots=True)
class TurnChoice:
    """Which positions give `units`: `held` in the order that they were gone through, with what each gives."""

    asset: Token
    units: int
    held: tuple[tuple[VenueState, int], ...]

    def recorded(self) -> Recorded:
        facts = {"asset": self.asset.symbol, "units": str(self.units)}
        alternatives = [
            {
                "venue": state.venue,
                "rate": str(state.rate.ray),
                "position": str(state.position),
                "units": str(units),
            }
            for state, units in self.held
        ]
        chosen = next((state.venue for state, units in self.held if units), "")
        return Recorded(TURN, LOWEST_RATE, facts, alternatives, chosen)


@dataclass(frozen=True, slots=True)
class RangeChoice:
    """The range of a position of so many dollars (cents, None without a price), of the widths that were weighed."""

    pair: str
    base: Token
    cents: int | None
    chosen: RangeOption
    options: tuple[RangeOption, ...]

    def recorded(self) -> Recorded:
        facts = {
            "asset": self.base.symbol,
            "pair": self.pair,
            "cents": None if self.cents is None else str(self.cents),
        }
        alternatives = [
            {
                "width": width_text(option.width),
                "low": str(option.low),
                "high": str(option.high),
                "in_range": str(option.outlook.in_range),
                "fees": str(option.outlook.fees),
                "loss": str(option.outlook.loss),
            }
            for option in self.options
        ]
        return Recorded(RANGE, BEST_RANGE, facts, alternatives, width_text(self.chosen.width))


Choice = VenueChoice | RouteChoice | TurnChoice | RangeChoice


def options_json(options: Sequence[Option]) -> list[dict[str, Any]]:
    """The venues that were weighed, as JSON data."""
    return [
        {
            "venue": option.venue,
            "rate": str(option.rate.ray),
            "after": str(option.after.ray),
            "income": str(option.income),
            "reasons": list(option.reasons),
            "why_not": option.why_not,
        }
        for option in options
    ]


def _route_json(route: Route) -> dict[str, Any]:
    body = asdict(route) | {"tokens": [token.symbol for token in route.tokens]}
    numbers = {key: str(body[key]) for key in ("units_in", "units_out", "impact_bps")}
    places = {"fees": [str(fee) for fee in route.fees], "pools": list(route.pools)}
    return {"route": route.name, "fee": str(route.fee)} | body | numbers | places


def _offer_json(offer: Tried) -> dict[str, Any]:
    """An offer as a route is kept: what it gives is what its call gave when it was run."""
    name = f"{offer.quoter}:{offer.gives.symbol}-0-{offer.gets.symbol}"
    numbers = {
        "units_in": str(offer.given if offer.exact_out else offer.units),
        "units_out": str(offer.least if offer.exact_out else offer.got),
        "said": str(offer.said),
        "gas": str(offer.gas),
        **({"ordered": True} if offer.typed else {}),
    }
    return {"route": name, "fee": "0", "impact_bps": "0", "why_not": offer.why_not, "rule": offer.rule, **numbers}


def _trade_json(trade: Trade) -> dict[str, Any]:
    """Several routes together, each as it is alone in its place."""
    numbers = {key: str(getattr(trade, key)) for key in ("fee", "units_in", "units_out", "impact_bps", "gas")}
    return {"route": trade.name, "why_not": "", "parts": [_route_json(part) for part in trade.parts]} | numbers
