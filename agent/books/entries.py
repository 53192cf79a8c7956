"""What books are made of: an entry a transaction, and what each of its movements means (docs/books.md)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from memory.journal.booked import Price

NATIVE = "native"
NO_PRICE = Price(None, "none: that block wasn't read")


class Way(StrEnum):
    """What a movement means for lots."""

    OPENED = "opening balance"
    ARRIVED = "came in"
    UNEXPLAINED = "not by Moneta"
    ADOPTED = "found at a venue"
    PUT = "put in"
    TAKEN = "taken out"
    PAID = "paid"
    GOT = "got"
    SENT = "sent"
    REWARD = "reward"
    CLOSED = "taken out of liquidity"
    REPAID = "debt repaid"
    WRAPPED = "wrapped"
    RECEIPT = "receipt token"


class Sort(StrEnum):
    """What a transaction was for."""

    OPENING = "opening balance"
    ARRIVAL = "arrival"
    UNEXPLAINED = "not by Moneta"
    ADOPTION = "position found"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    SWAP = "swap"
    WRAP = "wrap"
    TRANSFER = "transfer"
    REWARD = "rewards"
    PROVIDED = "liquidity provided"
    CLOSED = "liquidity closed"
    REPAYMENT = "repayment"
    APPROVAL = "approval"
    FAILED = "failed"
    CANCELLED = "cancelled"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Movement:
    """`units` base units of `token` (signed), and what one whole token was worth at that block."""

    token: str
    units: int
    way: Way
    price: Price = NO_PRICE


@dataclass(frozen=True, slots=True)
class Entry:
    """One transaction, or what was found besides. `gas` in wei, at `gas_price`; `hash` '' where none is known."""

    at: int
    block: int
    sort: Sort
    moves: tuple[Movement, ...]
    hash: str = ""
    plan_id: str = ""
    venue: str = ""
    gas: int = 0
    gas_price: Price = NO_PRICE
    note: str = ""


def worth(units: int, decimals: int, price: Price) -> int | None:
    """USD with 8 decimals of base units, towards zero; None where the price is unknown."""
    if price.usd is None:
        return None
    value: int = abs(units) * price.usd // 10**decimals
    return value if units >= 0 else -value
