"""Price: what is spent must have a price now, or what it is worth can't be counted. Exits never get here."""

from __future__ import annotations

from collections.abc import Mapping

from agent.errors import Refused
from agent.money import Token


def price_of(token: Token, prices: Mapping[str, int]) -> int:
    """USD with 8 decimals. Raises Refused("price") where the snapshot has none: unknown is not a dollar."""
    price = prices.get(token.symbol, 0)
    if price <= 0:
        raise Refused(
            "price",
            f"{token.symbol} has no price now, so what you would spend can't be held against limits.",
            "Try again when its price feed answers; taking money out needs no price.",
        )
    return price
