"""Books as lines that tax tools know: something came, something went, something was traded; each with its gas.

What went into a venue and came back stays the user's: tools don't see it, only the interest and the gas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest

from agent.books.entries import NATIVE, Entry, Movement, Sort, Way, worth
from agent.books.keep import Books
from agent.money import Token

Part = tuple[str, int]
"""A token and base units, positive."""


class What(StrEnum):
    CAME = "came in"
    WENT = "went out"
    TRADE = "trade"
    WRAP = "wrap"
    INTEREST = "interest"
    REWARD = "reward"
    REPAYMENT = "repayment"
    GAS = "gas"


_THINGS = frozenset({
    Sort.DEPOSIT, Sort.WITHDRAWAL, Sort.SWAP, Sort.WRAP, Sort.TRANSFER, Sort.REPAYMENT, Sort.APPROVAL,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """`usd` with 8 decimals is what the side that counts was worth, None: unknown. `fee` in wei, besides `sent`."""

    at: int
    what: What
    sent: Part | None
    got: Part | None
    usd: int | None
    hash: str
    fee: int = 0
    fee_usd: int | None = None
    note: str = ""


_CAME = {Way.OPENED, Way.ARRIVED, Way.ADOPTED}


def lines_of(books: Books, coins: Mapping[str, Token], since: int = 0, until: int = 2**62) -> list[Line]:
    """The lines of [since, until], Unix seconds, in the order of the chain. All of them add up to the lots left."""
    interest = {(each.hash, each.token): (each.units, each.usd) for each in books.incomes if each.way is Way.TAKEN}
    closed = _closed(books)
    found: list[Line] = []
    for entry in books.entries:
        if since <= entry.at <= until:
            lines = [*_trades(entry, coins), *_lines(entry, coins, interest)]
            if entry.sort is Sort.CLOSED:
                lines = _pooled(entry, closed.get(entry.hash, {}))
            found += _with_gas(entry, lines, coins)
    return found


def _closed(books: Books) -> dict[str, dict[tuple[str, Way], tuple[int, int | None]]]:
    """What closed positions of liquidity really gave and took, by transaction, then token and way."""
    found: dict[str, dict[tuple[str, Way], tuple[int, int | None]]] = {}
    gone = [(each.hash, each.lot.token, Way.PAID, each.lot.units, None) for each in books.gains if not each.gas]
    came = [(lot.hash, lot.token, lot.way, lot.units, lot.cost) for lot in books.acquired]
    for tx_hash, token, way, units, usd in (*gone, *came):
        parts = found.setdefault(tx_hash, {})
        parts[token, way] = parts.get((token, way), (0, None))[0] + units, usd
    return found


def _pooled(entry: Entry, parts: Mapping[tuple[str, Way], tuple[int, int | None]]) -> list[Line]:
    def side(way: Way) -> list[tuple[str, int, int | None]]:
        return [(token, units, usd) for (token, of), (units, usd) in parts.items() if of is way]

    lines = []
    for given, taken in zip_longest(side(Way.PAID), side(Way.GOT)):
        sent, got = (None if part is None else part[:2] for part in (given, taken))
        usd = None if taken is None else taken[2]
        lines.append(Line(entry.at, What.TRADE, sent, got, usd, entry.hash, note=_note(entry, What.TRADE)))
    for token, units, usd in side(Way.REWARD):
        note = _note(entry, What.REWARD)
        lines.append(Line(entry.at, What.REWARD, None, (token, units), usd, entry.hash, note=note))
    return lines


def _lines(
    entry: Entry, coins: Mapping[str, Token], interest: Mapping[tuple[str, str], tuple[int, int | None]]
) -> Iterator[Line]:
    def line(what: What, move: Movement, units: int, usd: int | None) -> Line:
        part = move.token, abs(units)
        sent, got = (part, None) if units < 0 else (None, part)
        return Line(entry.at, what, sent, got, usd, entry.hash, note=_note(entry, what))

    for move in entry.moves:
        usd = worth(abs(move.units), coins[move.token].decimals, move.price) if move.token in coins else None
        match move.way:
            case Way.OPENED | Way.ARRIVED | Way.ADOPTED:
                yield line(What.CAME, move, move.units, usd)
            case Way.UNEXPLAINED:
                yield line(What.CAME if move.units > 0 else What.WENT, move, move.units, usd)
            case Way.REWARD:
                yield line(What.REWARD, move, move.units, usd)
            case Way.SENT:
                yield line(What.WENT, move, move.units, usd)
            case Way.REPAID:
                yield line(What.REPAYMENT, move, move.units, usd)
            case Way.TAKEN if (entry.hash, move.token) in interest:
                yield line(What.INTEREST, move, *interest[entry.hash, move.token])


def _trades(entry: Entry, coins: Mapping[str, Token]) -> Iterator[Line]:
    """Sides one by one; a side that has more of them stands alone in its lines."""
    for what, out, in_ in ((What.TRADE, Way.PAID, Way.GOT), (What.WRAP, Way.WRAPPED, Way.WRAPPED)):
        paid = [move for move in entry.moves if move.way is out and move.units < 0]
        got = [move for move in entry.moves if move.way is in_ and move.units > 0]
        for place in range(max(len(paid), len(got))):
            given = paid[place] if place < len(paid) else None
            taken = got[place] if place < len(got) else None
            yield Line(
                at=entry.at,
                what=what,
                sent=None if given is None else (given.token, -given.units),
                got=None if taken is None else (taken.token, taken.units),
                usd=_first(_value(taken, coins), _value(given, coins)),
                hash=entry.hash,
                note=_note(entry, what),
            )


def _value(move: Movement | None, coins: Mapping[str, Token]) -> int | None:
    return None if move is None else worth(abs(move.units), coins[move.token].decimals, move.price)


def _first(*values: int | None) -> int | None:
    return next((each for each in values if each is not None), None)


def _with_gas(entry: Entry, lines: Sequence[Line], coins: Mapping[str, Token]) -> list[Line]:
    """With a line that gives something away its gas is a fee; otherwise it is a line of its own."""
    if not entry.gas:
        return list(lines)
    usd = worth(entry.gas, coins[NATIVE].decimals, entry.gas_price)
    if lines and lines[0].sent is not None:
        return [replace(lines[0], fee=entry.gas, fee_usd=usd), *lines[1:]]
    gas = Line(entry.at, What.GAS, (NATIVE, entry.gas), None, usd, entry.hash, note=_note(entry, What.GAS))
    return [*lines, gas]


def _note(entry: Entry, what: What) -> str:
    said = _of_gas(entry.sort) if what is What.GAS else str(what if entry.sort is Sort.WITHDRAWAL else entry.sort)
    return " ".join(part for part in (said, entry.venue and f"at {entry.venue}", entry.note) if part)


def _of_gas(sort: Sort) -> str:
    """ "gas of a swap", "gas of an approval"; of what is no single thing to be named, "gas (rewards)"."""
    if sort not in _THINGS:
        return f"gas ({sort})"
    return f"gas of {'an' if str(sort)[0] in 'aeiou' else 'a'} {sort}"
