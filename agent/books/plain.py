"""Everything that the books hold, a row a movement, with prices and where they are from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.books.entries import NATIVE, Entry, Way, worth
from agent.books.keep import Books, Gain
from agent.books.shapes import Files, moment, safe, table, usd
from agent.money import Token, text_from_units
from memory.booked import Price

HEADER = (
    "Date", "Block", "Transaction", "Plan", "Kind", "Venue", "Movement", "Token", "Contract", "Amount", "Price USD",
    "Value USD", "Cost USD", "Gain USD", "Price source", "Note",
)  # fmt: skip
UNKNOWN = "unknown"


def plain(books: Books, coins: Mapping[str, Token], since: int = 0, until: int = 2**62) -> Files:
    """Entries of [since, until], Unix seconds. Cost and gain are of what was given away."""
    gains: dict[tuple[str, str, bool], list[Gain]] = {}
    for each in books.gains:
        gains.setdefault((each.hash, each.lot.token, each.gas), []).append(each)
    rows = [row for entry in books.entries if since <= entry.at <= until for row in _rows(entry, coins, gains)]
    return {"": table(HEADER, rows)}


def _rows(
    entry: Entry, coins: Mapping[str, Token], gains: Mapping[tuple[str, str, bool], list[Gain]]
) -> Iterator[tuple[str, ...]]:
    first = (
        moment(entry.at, "%Y-%m-%dT%H:%M:%SZ"),
        str(entry.block),
        entry.hash,
        entry.plan_id,
        str(entry.sort),
        safe(entry.venue),
    )
    for move in entry.moves:
        if move.way is not Way.RECEIPT:
            made = gains.get((entry.hash, move.token, False), []) if move.way is Way.PAID else []
            yield (*first, str(move.way), *_amount(move.token, move.units, move.price, coins, made), safe(entry.note))
    if entry.gas:
        made = gains.get((entry.hash, NATIVE, True), [])
        yield (*first, "gas", *_amount(NATIVE, -entry.gas, entry.gas_price, coins, made), safe(entry.note))


def _amount(token: str, units: int, price: Price, coins: Mapping[str, Token], made: list[Gain]) -> tuple[str, ...]:
    coin = coins[token]
    value = worth(units, coin.decimals, price)
    costs, won = [each.lot.cost for each in made], [each.usd for each in made]
    return (
        safe(coin.symbol),
        coin.address or "",
        text_from_units(units, coin.decimals),
        UNKNOWN if price.usd is None else usd(price.usd),
        UNKNOWN if value is None else usd(value),
        _total(costs),
        _total(won),
        safe(price.source),
    )


def _total(values: list[int | None]) -> str:
    if not values:
        return ""
    known = [each for each in values if each is not None]
    return usd(sum(known)) if len(known) == len(values) else UNKNOWN
