"""Entries for the books, put down by hand."""

from __future__ import annotations

from agent.books.entries import NATIVE, Entry, Movement, Sort, Way
from agent.money import Address, Token
from memory.journal.booked import Price

DOLLAR = 10**8
USDC, DAI, WETH = (f"0x{digit * 40}" for digit in "123")
COINS = {
    NATIVE: Token(1, "ETH", None, 18),
    USDC: Token(1, "USDC", Address(USDC), 6),
    DAI: Token(1, "DAI", Address(DAI), 18),
    WETH: Token(1, "WETH", Address(WETH), 18),
}
VENUE = "aave-v3:core:USDC"


def price(dollars: int | None) -> Price:
    return Price(None if dollars is None else dollars * DOLLAR, "feed" if dollars is not None else "none: gone")


def move(token: str, units: int, way: Way, dollars: int | None = 1) -> Movement:
    return Movement(token, units, way, price(dollars))


def entry(at: int, sort: Sort, *moves: Movement, gas: int = 0, ether: int | None = 3_000, **more: str) -> Entry:
    return Entry(at, at, sort, moves, hash=more.pop("hash", f"0x{at:064x}"), gas=gas, gas_price=price(ether), **more)
