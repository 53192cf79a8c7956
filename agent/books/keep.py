"""Keeps books: goes through the entries once and says what was gained, earned and paid, and which lots are left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.books.entries import NATIVE, Entry, Movement, Sort, Way, worth
from agent.books.lots import Lot, Method, Shelf, shares
from agent.money import Token


@dataclass(frozen=True, slots=True)
class Gain:
    """A part of a lot that was given away. `cost` and `proceeds` in USD with 8 decimals, None: unknown."""

    lot: Lot
    proceeds: int | None
    at: int
    hash: str
    sort: Sort
    gas: bool = False

    @property
    def usd(self) -> int | None:
        """What was gained; None where a side of it is unknown."""
        return None if self.proceeds is None or self.lot.cost is None else self.proceeds - self.lot.cost


@dataclass(frozen=True, slots=True)
class Income:
    """Interest (`way` TAKEN: more came out than went in) or a reward, at what it was worth when it came."""

    token: str
    units: int
    usd: int | None
    at: int
    hash: str
    way: Way
    venue: str


@dataclass(frozen=True, slots=True)
class GasPaid:
    wei: int
    usd: int | None
    at: int
    hash: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class Gone:
    """A part of a lot that left at its cost: sent away, paid on a debt, or gone without Moneta."""

    lot: Lot
    at: int
    hash: str
    way: Way


@dataclass(frozen=True, slots=True)
class Books:
    """`lots` are what is left by token, wherever it lies; `put_in`: base units by (venue, token) still in venues;
    `missing` was given away and never came by these entries.
    """

    method: Method
    entries: tuple[Entry, ...]
    acquired: tuple[Lot, ...]
    gains: tuple[Gain, ...]
    incomes: tuple[Income, ...]
    gas: tuple[GasPaid, ...]
    gone: tuple[Gone, ...]
    lots: Mapping[str, tuple[Lot, ...]]
    put_in: Mapping[tuple[str, str], int]
    missing: tuple[Lot, ...] = ()


def keep(entries: Sequence[Entry], coins: Mapping[str, Token], method: Method = Method.FIFO) -> Books:
    """The books of one account. `entries` in the order of the chain; `coins`: the tokens by their key."""
    desk = _Desk(coins, Shelf(method))
    for entry in entries:
        desk.book(entry)
    return Books(
        method=method,
        entries=tuple(entries),
        acquired=tuple(desk.acquired),
        gains=tuple(desk.gains),
        incomes=tuple(desk.incomes),
        gas=tuple(desk.gas),
        gone=tuple(desk.gone),
        lots=desk.shelf.left(),
        put_in={place: units for place, units in desk.put_in.items() if units},
        missing=tuple(desk.shelf.missing),
    )


@dataclass
class _Desk:
    coins: Mapping[str, Token]
    shelf: Shelf
    acquired: list[Lot] = field(default_factory=list)
    gains: list[Gain] = field(default_factory=list)
    incomes: list[Income] = field(default_factory=list)
    gas: list[GasPaid] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    put_in: dict[tuple[str, str], int] = field(default_factory=dict)
    open: dict[str, int] = field(default_factory=dict)
    """Liquidity positions by the exchange that they are at."""

    def book(self, entry: Entry) -> None:
        """What comes in first, then what goes out: a transaction may give away what it brought."""
        for move in entry.moves:
            self._comes(entry, move)
        self._exchanged(entry)
        if any(move.way is Way.CLOSED for move in entry.moves):
            self._closed(entry)
        for move in entry.moves:
            self._goes(entry, move)
        self._wrapped(entry)
        if entry.sort is Sort.PROVIDED:
            self.open[entry.venue] = self.open.get(entry.venue, 0) + 1
        if entry.gas:
            self._gas(entry)

    def _comes(self, entry: Entry, move: Movement) -> None:
        match move.way:
            case Way.OPENED | Way.ARRIVED | Way.ADOPTED:
                self._found(entry, move)
            case Way.UNEXPLAINED if move.units > 0:
                self._found(entry, move)
            case Way.TAKEN:
                self._taken(entry, move)
            case Way.REWARD:
                self._income(entry, move, move.units)

    def _goes(self, entry: Entry, move: Movement) -> None:
        match move.way:
            case Way.PUT:
                place = entry.venue, move.token
                self.put_in[place] = self.put_in.get(place, 0) - move.units
            case Way.SENT | Way.REPAID:
                self._left(entry, move)
            case Way.UNEXPLAINED if move.units < 0:
                self._left(entry, move)

    def _worth(self, move: Movement, units: int) -> int | None:
        return worth(units, self.coins[move.token].decimals, move.price)

    def _acquire(self, lot: Lot) -> None:
        self.acquired.append(lot)
        self.shelf.add(lot)

    def _found(self, entry: Entry, move: Movement) -> None:
        cost = self._worth(move, move.units)
        self._acquire(Lot(move.token, move.units, cost, entry.at, move.way, entry.hash, assumed=True))
        if move.way is Way.ADOPTED:
            place = entry.venue, move.token
            self.put_in[place] = self.put_in.get(place, 0) + move.units

    def _taken(self, entry: Entry, move: Movement) -> None:
        """What went in comes out first; what comes out beyond it is interest."""
        place = entry.venue, move.token
        inside = self.put_in.get(place, 0)
        back = min(inside, move.units)
        self.put_in[place] = inside - back
        if move.units > back:
            self._income(entry, move, move.units - back)

    def _income(self, entry: Entry, move: Movement, units: int) -> None:
        usd = self._worth(move, units)
        self.incomes.append(Income(move.token, units, usd, entry.at, entry.hash, move.way, entry.venue))
        self._acquire(Lot(move.token, units, usd, entry.at, move.way, entry.hash))

    def _exchanged(self, entry: Entry) -> None:
        """A swap is worth what was got for it, or, where that is unknown, what was given."""
        got = [move for move in entry.moves if move.way is Way.GOT]
        paid = [move for move in entry.moves if move.way is Way.PAID]
        in_, out = ([self._worth(move, abs(move.units)) for move in side] for side in (got, paid))
        value = _sum(in_) if got else None
        value = _sum(out) if value is None and paid else value
        for move, own in zip(paid, out, strict=True):
            self._gain(entry, move.token, -move.units, value if len(paid) == 1 else own)
        for move, own in zip(got, in_, strict=True):
            cost = value if len(got) == 1 else own
            self._acquire(Lot(move.token, move.units, cost, entry.at, move.way, entry.hash))

    def _closed(self, entry: Entry) -> None:
        """A pool gives other amounts back than it was given. What went in comes out first; with the last position
        that is closed, what is missing of one token was given for what there is more of another. Fees are in it.
        """
        more: list[Movement] = []
        for move in entry.moves:
            place = entry.venue, move.token
            back = min(self.put_in.get(place, 0), move.units)
            self.put_in[place] = self.put_in.get(place, 0) - back
            if move.units > back:
                more.append(replace(move, units=move.units - back))
        self.open[entry.venue] = self.open.get(entry.venue, 0) - 1
        last = self.open[entry.venue] <= 0
        less = {token: units for (venue, token), units in self.put_in.items() if venue == entry.venue and units}
        if not last or not less:
            for move in more:
                self._income(entry, replace(move, way=Way.REWARD), move.units)
            return
        own = [self._worth(move, move.units) for move in more]
        self._given(entry, less, _sum(own))
        for move, usd in zip(more, own, strict=True):
            self._acquire(Lot(move.token, move.units, usd, entry.at, Way.GOT, entry.hash))

    def _given(self, entry: Entry, less: Mapping[str, int], value: int | None) -> None:
        """What the pool kept, for `value` together: shared by what each was worth, where that is known."""
        prices = {move.token: move for move in entry.moves}
        own = [self._worth(prices[token], units) if token in prices else None for token, units in less.items()]
        weights = [each or 0 for each in own] if None not in own and any(own) else [1] * len(less)
        parts = [None] * len(less) if value is None else shares(value, weights)
        for (token, units), part in zip(less.items(), parts, strict=True):
            self.put_in[entry.venue, token] = 0
            self._gain(entry, token, units, part)

    def _gain(self, entry: Entry, token: str, units: int, proceeds: int | None, *, gas: bool = False) -> None:
        taken = self.shelf.take(token, units, entry.at)
        parts = [None] * len(taken) if proceeds is None else shares(proceeds, [lot.units for lot in taken])
        for lot, part in zip(taken, parts, strict=True):
            self.gains.append(Gain(lot, part, entry.at, entry.hash, entry.sort, gas))

    def _left(self, entry: Entry, move: Movement) -> None:
        taken = self.shelf.take(move.token, -move.units, entry.at)
        self.gone += [Gone(lot, entry.at, entry.hash, move.way) for lot in taken]

    def _wrapped(self, entry: Entry) -> None:
        """One to one: lots keep their cost and their day under another name."""
        moves = [move for move in entry.moves if move.way is Way.WRAPPED]
        into = next((move.token for move in moves if move.units > 0), "")
        for move in moves:
            if move.units < 0:
                for lot in self.shelf.take(move.token, -move.units, entry.at):
                    self.shelf.add(replace(lot, token=into))

    def _gas(self, entry: Entry) -> None:
        usd = worth(entry.gas, self.coins[NATIVE].decimals, entry.gas_price)
        self.gas.append(GasPaid(entry.gas, usd, entry.at, entry.hash, entry.sort))
        self._gain(entry, NATIVE, entry.gas, usd, gas=True)


def _sum(values: Sequence[int | None]) -> int | None:
    known = [each for each in values if each is not None]
    return sum(known) if len(known) == len(values) else None
