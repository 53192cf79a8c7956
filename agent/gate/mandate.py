"""Mandate: the limits that stand in the place of a confirmation. What isn't inside every one of them refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.chain.registry import Registry
from agent.config import Settings
from agent.errors import NeedsAnswer, Refused
from agent.gate.order import Enter, Leave, Move, taken
from agent.intents import Mandate
from agent.money import Amount, Token, units_from_text
from agent.plugin import Limits, Placement, Venue, VenueState
from agent.usd import PRICE_DECIMALS, cents, dollars

RULE = "mandate"
ONE_DOLLAR: int = 10**PRICE_DECIMALS
NATIVE_DECIMALS = 18
SIGNIFICANT = 3  # digits of a default in tokens: $100,000 of a token at $2,930.11 is said as 34.1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Base units of one asset: the most in one venue, and in one move."""

    cap: int
    most: int


@dataclass(frozen=True, slots=True)
class Terms:
    """A mandate in numbers. Money in USD has 8 decimals. `defaults` are the fields that the user didn't say."""

    assets: Mapping[str, Bounds]
    venues: tuple[str, ...] | None
    min_gain: int
    gas_budget: int
    horizon_days: int
    defaults: tuple[str, ...] = ()

    @property
    def seconds(self) -> int:
        return self.horizon_days * 86_400

    def as_json(self) -> dict[str, Any]:
        """What the digest covers and the ledger keeps: integers as decimal text."""
        return {
            "assets": {key: {"cap": str(b.cap), "most": str(b.most)} for key, b in self.assets.items()},
            "venues": None if self.venues is None else list(self.venues),
            "min_gain": str(self.min_gain),
            "gas_budget": str(self.gas_budget),
            "horizon_days": str(self.horizon_days),
            "defaults": list(self.defaults),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Terms:
        """What `as_json` wrote."""
        return cls(
            assets={key: Bounds(int(b["cap"]), int(b["most"])) for key, b in data["assets"].items()},
            venues=None if data["venues"] is None else tuple(data["venues"]),
            min_gain=int(data["min_gain"]),
            gas_budget=int(data["gas_budget"]),
            horizon_days=int(data["horizon_days"]),
            defaults=tuple(data["defaults"]),
        )


def terms_of(
    intent: Mandate, registry: Registry, venues: Mapping[str, Venue], prices: Mapping[str, int], settings: Settings
) -> Terms:
    """The mandate with a default for each limit that wasn't said.

    Raises NeedsAnswer for a venue that isn't one, Refused("mandate") where a limit can't be put in numbers.
    """
    tokens = [registry.token(symbol) for symbol in intent.assets]
    for token in tokens:
        if not any(venue.asset == token for venue in venues.values()):
            raise Refused(
                "lists",
                f"There is no venue for {token.symbol} here, so nothing to keep well placed.",
                "Name a token that a venue takes: `best yields?` lists them.",
            )
    for name in intent.venues or ():
        if name not in venues or venues[name].asset not in tokens:
            raise NeedsAnswer(f"{name} is no venue for {', '.join(intent.assets)}. Which venue, or any?", "venue")
    said = {"cap_per_venue": intent.cap_per_venue, "max_move": intent.max_move}
    if len(tokens) > 1 and any(said.values()) and not {t.symbol for t in tokens} <= registry.usd_stable:
        raise Refused(RULE, "A cap in tokens means another thing for each token.", "Name one token at a time.")
    bounds = {
        token.symbol: Bounds(
            _units(intent.cap_per_venue, settings.mandate_cap_usd, token, registry, prices),
            _units(intent.max_move, settings.mandate_max_move_usd, token, registry, prices),
        )
        for token in tokens
    }
    fields = ("venues", "cap_per_venue", "max_move", "min_gain_usd", "gas_budget_usd", "horizon_days")
    return Terms(
        assets=bounds,
        venues=intent.venues,
        min_gain=_dollars(intent.min_gain_usd, settings.mandate_min_gain_usd),
        gas_budget=_dollars(intent.gas_budget_usd, settings.mandate_gas_budget_usd),
        horizon_days=intent.horizon_days or settings.mandate_horizon_days,
        defaults=tuple(field for field in fields if getattr(intent, field) is None),
    )


def limits_for(terms: Terms, asset: Token, price: int, gas: int) -> Limits:
    """What the rule may use: `price` of the asset and `gas` of one move in USD with 8 decimals."""
    bounds = terms.assets[asset.symbol]
    venues = None if terms.venues is None else frozenset(terms.venues)
    return Limits(venues, bounds.cap, bounds.most, terms.min_gain, gas, price, terms.seconds, decimals=asset.decimals)


def wei_in_usd(wei: int, price: int) -> int:
    """USD with 8 decimals, rounded up: a cost is never said too small."""
    scale: int = 10**NATIVE_DECIMALS
    return -(-wei * price // scale)


def check(
    terms: Terms,
    moves: Sequence[Move],
    states: Mapping[str, VenueState],
    fee_wei: int,
    spent_wei: int,
    native_price: int | None,
) -> None:
    """Raises Refused("mandate") unless the moves are inside the mandate.

    `fee_wei` is the most that they may cost, `spent_wei` what moves of the last horizon have cost.
    """
    left: dict[str, int] = {}
    used = taken(moves)
    for move in moves:
        if not isinstance(move, Enter | Leave):
            raise Refused(RULE, "A mandate moves money between venues and sends none.", "Say it yourself.")
        units = _most(move, states, move in used)
        _check_move(terms, move, units)
        sign = 1 if isinstance(move, Leave) else -1
        left[move.venue.asset.symbol] = left.get(move.venue.asset.symbol, 0) + sign * units
        if left[move.venue.asset.symbol] < 0:
            raise Refused(
                RULE, f"A mandate enters {move.venue.id} only with what left another venue.", "Say it yourself."
            )
        if isinstance(move, Enter):
            _check_cap(terms, move, states[move.venue.id].position + units)
    _check_gas(terms, fee_wei, spent_wei, native_price)


def check_gain(terms: Terms, placement: Placement, gas: int) -> None:
    """Raises Refused("mandate") where the simulated gas (USD, 8 decimals) leaves too little of the gain.

    What leaves for safety needs none.
    """
    if any(shift.signal for shift in placement.shifts):
        return
    if placement.gain_usd <= terms.min_gain + placement.doubt_usd + gas:
        raise Refused(
            RULE,
            f"The move would gain {_shown(placement.gain_usd)} and its gas came out at {_shown(gas)}: not worth it.",
            "Say `rebalance now` to move it all the same, or give a lower minimum gain.",
        )


def _check_move(terms: Terms, move: Enter | Leave, units: int) -> None:
    asset = move.venue.asset
    if asset.symbol not in terms.assets:
        raise Refused(
            RULE, f"Your mandate isn't for {asset.symbol}.", "Give a mandate for it, or say `rebalance now`."
        )
    if terms.venues is not None and move.venue.id not in terms.venues:
        raise Refused(
            RULE, f"{move.venue.id} isn't in your mandate.", "Give a mandate with that venue, or say `rebalance now`."
        )
    most = terms.assets[asset.symbol].most
    if not 0 < units <= most:
        raise Refused(
            RULE,
            f"A move of {Amount(units, asset)} is more than your {Amount(most, asset)}.",
            "Give a mandate with larger moves, or say `rebalance now`.",
        )


def _most(move: Enter | Leave, states: Mapping[str, VenueState], used: bool) -> int:
    """Base units that a move may come to: of one that leaves its amount open, its upper bound counts."""
    if isinstance(move, Enter):
        return move.most_in
    if used:
        return move.most_out
    return states[move.venue.id].position if move.units is None else move.units


def _check_cap(terms: Terms, move: Enter, held: int) -> None:
    asset, cap = move.venue.asset, terms.assets[move.venue.asset.symbol].cap
    if held > cap:
        whole = Amount(held, asset)
        raise Refused(
            RULE,
            f"{move.venue.id} would hold {whole}, more than your {Amount(cap, asset)} a venue.",
            "Give a mandate with a higher cap, or say `rebalance now`.",
        )


def _check_gas(terms: Terms, fee_wei: int, spent_wei: int, native_price: int | None) -> None:
    if native_price is None:
        raise Refused(
            RULE, "Gas has no price in dollars now, so your gas budget can't be held.", "I try again later."
        )
    cost = wei_in_usd(fee_wei + spent_wei, native_price)
    if cost > terms.gas_budget:
        raise Refused(
            RULE,
            f"With this, gas in {terms.horizon_days} days may come to {_shown(cost)}; "
            f"your budget is {_shown(terms.gas_budget)}.",
            "Give a mandate with a larger gas budget, or wait.",
        )


def _units(said: str | None, default_usd: int, token: Token, registry: Registry, prices: Mapping[str, int]) -> int:
    if said is not None:
        try:
            return Amount.parse(said, token).units
        except ValueError as error:
            raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error
    if token.symbol in registry.usd_stable:
        return default_usd * int(10**token.decimals)
    price = prices.get(token.symbol)
    if price is None:
        raise Refused(RULE, f"{token.symbol} has no price now, so I can't put a limit on it.", "Say the limits.")
    units = default_usd * ONE_DOLLAR * int(10**token.decimals) // price
    scale = 10 ** max(len(str(units)) - SIGNIFICANT, 0)
    return int(units // scale * scale)


def _dollars(said: str | None, default: int) -> int:
    try:
        return default * ONE_DOLLAR if said is None else units_from_text(said, PRICE_DECIMALS)
    except ValueError as error:
        raise Refused("amount", f"{error}.", "Say it with fewer decimals.") from error


def _shown(usd: int) -> str:
    return dollars(cents(usd, 0, 1))
