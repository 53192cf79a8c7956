"""Shares: a vault whose share price was inflated would round part of a deposit away. It refuses."""

from __future__ import annotations

from agent.errors import Refused
from agent.money import Amount, Token

TOLERANCE_BPS = 1
DUST_UNITS = 2  # rounding of a deposit and its conversion back, one base unit each


def check_worth(asset: Token, deposited: int, worth: int, venue: str) -> None:
    """Raises Refused("shares") where what the deposit is worth falls short by more than a basis point.

    `deposited` and `worth` are base units of `asset`: what went in, and what the account's position grew by.
    """
    loss = deposited - worth
    if loss > DUST_UNITS and loss * 10_000 > deposited * TOLERANCE_BPS:
        raise Refused(
            "shares",
            f"{venue} would give shares worth {Amount(worth, asset)} for {Amount(deposited, asset)}.",
            "Deposit more at once, or choose another venue.",
        )
