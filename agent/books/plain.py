"""Everything that the books hold, a row a movement, with prices and where they are from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from agent.books.entries import NATIVE, Entry, Movement, Way, worth
from agent.books.keep import Books, Gain, Income
from agent.books.shapes import Files, moment, safe, table, usd
from agent.money import Token, text_from_units
from memory.journal.booked import Price

HEADER = (
    "Date", "Block", "Transaction", "Plan", "Kind", "Venue", "Movement", "Token", "Contract", "Amount", "Price USD",
    "Value USD", "Cost USD", "Gain USD", "Income USD", "Price source", "Note",
)  # fmt: skip
UNKNOWN = "unknown"
_Part = TypeVar("_Part", Gain, Income)


def plain(books: Books, coins: Mapping[str, Token], since: int = 0, until: int = 2**62) -> Files:
    """Entries of [since, until], Unix seconds. Cost and gain are of what was given away, income is interest and
    rewards: each column adds up to the books.
    """
    gains: dict[str, list[Gain]] = {}
    for gain in books.gains:
        gains.setdefault(gain.hash, []).append(gain)
    incomes: dict[str, list[Income]] = {}
    for income in books.incomes:
        incomes.setdefault(income.hash, []).append(income)
    rows = [
        row
        for entry in books.entries
        if since <= entry.at <= until
        for row in _rows(entry, coins, gains.get(entry.hash, []), incomes.get(entry.hash, []))
    ]
    return {"": table(HEADER, rows)}


def _rows(
    entry: Entry, coins: Mapping[str, Token], gains: Sequence[Gain], incomes: Sequence[Income]
) -> Iterator[tuple[str, ...]]:
    first = (
        moment(entry.at, "%Y-%m-%dT%H:%M:%SZ"),
        str(entry.block),
        entry.hash,
        entry.plan_id,
        str(entry.sort),
        safe(entry.venue),
    )
    moves = [move for move in entry.moves if move.way is not Way.RECEIPT]
    given = [each for each in gains if not each.gas]
    made = _placed(moves, [(each.lot.token, each) for each in given], (Way.PAID, Way.CLOSED))
    came = _placed(moves, [(each.token, each) for each in incomes], (Way.TAKEN, Way.REWARD, Way.CLOSED))
    for place, move in enumerate(moves):
        told = _amount(move.token, move.units, move.price, coins, made[place], came[place])
        yield (*first, str(move.way), *told, safe(entry.note))
    if entry.gas:
        burnt = [each for each in gains if each.gas]
        yield (*first, "gas", *_amount(NATIVE, -entry.gas, entry.gas_price, coins, burnt, []), safe(entry.note))


def _placed(
    moves: Sequence[Movement], parts: Sequence[tuple[str, _Part]], ways: Collection[Way]
) -> list[list[_Part]]:
    """The parts beside the movement that they come from: of their own token, where there is one.

    A pool may keep all of a token that was put in, which then has no movement when the position is closed.
    """
    found: list[list[_Part]] = [[] for _ in moves]
    places = [place for place, move in enumerate(moves) if move.way in ways]
    for token, part in parts:
        own = next((place for place in places if moves[place].token == token), None)
        found[own if own is not None else places[0]].append(part)
    return found


def _amount(
    token: str,
    units: int,
    price: Price,
    coins: Mapping[str, Token],
    made: Sequence[Gain],
    came: Sequence[Income],
) -> tuple[str, ...]:
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
        _total([each.usd for each in came]),
        safe(price.source),
    )


def _total(values: list[int | None]) -> str:
    if not values:
        return ""
    known = [each for each in values if each is not None]
    return usd(sum(known)) if len(known) == len(values) else UNKNOWN
