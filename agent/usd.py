"""Dollar values, for showing only. Prices are integers with 8 decimals, as Chainlink's USD feeds have them."""

from __future__ import annotations

from agent.money import grouped

PRICE_DECIMALS = 8
CENT = 10 ** (PRICE_DECIMALS - 2)
"""Of dollars with 8 decimals."""


def cents(units: int, decimals: int, price: int) -> int:
    """US cents of `units` base units at `price`, rounded down."""
    scale: int = 10 ** (decimals + PRICE_DECIMALS)
    return units * price * 100 // scale


def most(units: int, decimals: int, price: int) -> str:
    """What so many base units are worth at the most, in words: less than a cent isn't nothing."""
    worth = cents(units, decimals, price)
    return dollars(worth) if worth or not units else "a cent"


def dollars(amount_cents: int) -> str:
    """'$1,234.56', with a minus before the sign where it is negative."""
    sign = "-" if amount_cents < 0 else ""
    whole, part = divmod(abs(amount_cents), 100)
    return f"{sign}${grouped(str(whole))}.{part:02d}"
