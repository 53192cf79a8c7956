"""What a mandate's picture is drawn from: one a token, with what is in each venue against its cap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.gate.mandates.mandate import Terms
from agent.gate.mandates.rules import percent, price
from agent.money import Amount, Token
from agent.plugin import Venue, VenueState
from agent.usd import cents, dollars

TOLD = "told, nothing moves"


def data_of(
    terms: Terms, token: Token, venues: Mapping[str, Venue], states: Mapping[str, VenueState], tz: str
) -> dict[str, Any]:
    """The data of agent.plots.mandate: venues that hold something first, then those with the highest cap."""
    of_token = {key: state.position for key, state in states.items() if key in venues and venues[key].asset == token}
    inside = {key: held for key, held in of_token.items() if held or terms.enters(key)}
    caps = {key: terms.cap_of(venues[key]) if terms.enters(key) else None for key in inside}
    order = sorted(inside, key=lambda key: (-inside[key], -(caps[key] or 0), key))
    return {
        "title": f"Your mandate: {token.symbol}",
        "decimals": str(token.decimals),
        "venues": [
            {"name": key, "held": str(inside[key]), "cap": None if caps[key] is None else str(caps[key])}
            for key in order
        ],
        "limits": _limits(terms, token),
        "quiet": None if terms.quiet is None else [str(hour) for hour in terms.quiet],
        "zone": tz,
    }


def _limits(terms: Terms, token: Token) -> list[list[str]]:
    illiquid = TOLD if terms.illiquid is None else f"less than {percent(terms.illiquid)} free"
    return [
        ["most in one move", str(Amount(terms.assets[token.symbol].most, token))],
        ["least gain of a move", _usd(terms.min_gain)],
        ["gas at the most", f"{_usd(terms.gas_budget)} in {terms.horizon_days} days"],
        ["out on a depeg", TOLD if terms.depeg is None else f"below {price(terms.depeg)}"],
        ["out before it is hard to leave", illiquid],
        ["out on other danger", "at once" if terms.safety else TOLD],
    ]


def _usd(amount: int) -> str:
    return dollars(cents(amount, 0, 1))
