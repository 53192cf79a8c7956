"""Entries from what the ledger knows: flows by transaction, what was there before, and what came and went besides."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise

from agent.books.entries import NATIVE, NO_PRICE, Entry, Movement, Sort, Way
from agent.money import Token
from agent.plans import Role
from memory.journal.adoptions import Adoption
from memory.journal.arrivals import Arrival
from memory.journal.booked import BookedFlow, Held, Price
from memory.rows import FlowKind

OTHERS = "something else than Moneta moved it"
WORKED_OUT = "worked out backwards: the node has no state of that block"

Order = tuple[int, int]
"""A block, and where in it: what comes in from outside before our own transactions, what goes out behind them."""
FIRST, OWN, LAST = -1, 0, 1


@dataclass(frozen=True, slots=True)
class Facts:
    """All of one account. `held` by block, the last one the head; `coins` are the tokens that are counted, by key;
    `receipts` stand for a position and are counted with it; `assets`: the token of each venue, by its id.
    `wrapped`: the native coin's token, one to one.
    """

    flows: Sequence[BookedFlow]
    held: Sequence[Held]
    prices: Mapping[tuple[str, str], Price]
    coins: Mapping[str, Token]
    arrivals: Sequence[Arrival] = ()
    adoptions: Sequence[Adoption] = ()
    strangers: Sequence[tuple[int, str]] = ()
    receipts: frozenset[str] = frozenset()
    assets: Mapping[str, str] = field(default_factory=dict)
    wrapped: str = ""

    def price(self, block_hash: str, token: str) -> Price:
        return self.prices.get((block_hash, token), NO_PRICE)

    def price_at(self, block: int, token: str) -> Price:
        """The same by the number of a block that was read."""
        return self.price(next((each.block_hash for each in self.held if each.block == block), ""), token)

    @property
    def counted(self) -> list[str]:
        return [token for token in self.coins if token not in self.receipts]


class _Sums:
    """What our own transactions moved, and what was seen to come in, by token and block."""

    def __init__(self, flows: Sequence[BookedFlow], arrivals: Sequence[Arrival]) -> None:
        self._came: dict[str, list[Arrival]] = {}
        for arrival in sorted(arrivals, key=lambda each: each.block):
            self._came.setdefault(arrival.token, []).append(arrival)
        by_token: dict[str, list[tuple[int, int]]] = {}
        for each in flows:
            by_token.setdefault(each.flow.token, []).append((each.flow.block, each.flow.units))
        self._sums = {
            token: ([block for block, _ in rows], [0, *accumulate(units for _, units in rows)])
            for token, rows in by_token.items()
        }

    def moved(self, token: str, after: int, until: int) -> int:
        """Base units in blocks beyond `after`, up to `until`."""
        blocks, sums = self._sums.get(token, ([], [0]))
        return sums[bisect_right(blocks, until)] - sums[bisect_right(blocks, after)]

    def came(self, token: str, after: int, until: int) -> list[Arrival]:
        """What came in there, the oldest first."""
        rows = self._came.get(token, [])
        first, end = (bisect_right(rows, block, key=lambda each: each.block) for block in (after, until))
        return rows[first:end]


def entries_of(facts: Facts) -> list[Entry]:
    """Every entry in the order of the chain; none before the account's first transaction."""
    if not facts.flows:
        return []
    found: list[tuple[Order, Entry]] = [((each.block, OWN), each) for each in _own(facts)]
    found += [((each.block, OWN), each) for each in _adopted(facts)]
    first, sums = facts.flows[0].flow.block, _Sums(facts.flows, facts.arrivals)
    start = next((each for each in facts.held if each.block == first - 1), None)
    found.append(((first - 1, LAST), _opening(facts, sums, first, start)))
    known = facts.held if start is None else [each for each in facts.held if each.block >= start.block]
    for before, after in pairwise(known):
        found += _between(facts, sums, before, after)
    return [entry for _, entry in sorted(found, key=lambda each: each[0]) if entry.moves or entry.gas or entry.hash]


def _own(facts: Facts) -> Iterator[Entry]:
    assets = dict(facts.assets)
    for tx_hash, group in groupby(facts.flows, key=lambda each: each.flow.hash):
        flows = list(group)
        for each in flows:
            if each.flow.kind is FlowKind.DEPOSIT and each.flow.venue and each.flow.units < 0:
                assets.setdefault(each.flow.venue, each.flow.token)
        yield _entry(facts, tx_hash, flows, assets)


def _entry(facts: Facts, tx_hash: str, flows: Sequence[BookedFlow], assets: Mapping[str, str]) -> Entry:
    first, moved, gas = flows[0], dict[str, int](), 0
    venue = next((each.flow.venue for each in flows if each.flow.venue), None) or ""
    for each in flows:
        if each.flow.kind is FlowKind.FEE:
            gas -= each.flow.units
        else:
            moved[each.flow.token] = moved.get(each.flow.token, 0) + each.flow.units
    kind = next((each.flow.kind for each in flows if each.flow.kind is not FlowKind.FEE), None)
    moved = {token: units for token, units in moved.items() if units}
    way = _way(facts, first.action, kind, moved, venue, assets.get(venue, ""))
    moves = []
    for token, units in moved.items():
        meaning = way(token, units) if token in facts.coins else Way.RECEIPT
        moves.append(Movement(token, units, meaning, facts.price(first.block_hash, token)))
    return Entry(
        at=first.flow.at,
        block=first.flow.block,
        sort=_sort(first, venue, {move.way for move in moves}),
        moves=tuple(moves),
        hash=tx_hash,
        plan_id=first.plan_id,
        venue=venue,
        gas=gas,
        gas_price=facts.price(first.block_hash, NATIVE),
    )


def _way(
    facts: Facts, action: str, kind: FlowKind | None, moved: Mapping[str, int], venue: str, asset: str
) -> Callable[[str, int], Way]:
    """What each movement of a transaction is: where a new kind of flow gets its meaning."""

    def of_swap(token: str, units: int) -> Way:
        return Way.PAID if units < 0 else Way.GOT

    if facts.wrapped and set(moved) == {NATIVE, facts.wrapped} and not sum(moved.values()):
        return lambda token, units: Way.WRAPPED
    if kind in (FlowKind.DEPOSIT, FlowKind.WITHDRAW) and venue:
        return _of_venue(facts, asset) if ":" in venue else _of_pool(action, kind)
    if kind is FlowKind.TRANSFER:
        return lambda token, units: Way.SENT if units < 0 else Way.ARRIVED
    if action == "claim":
        return lambda token, units: Way.REWARD if units > 0 else Way.RECEIPT
    if action == "repay":
        return lambda token, units: Way.REPAID if units < 0 else Way.ARRIVED
    return of_swap


def _of_venue(facts: Facts, asset: str) -> Callable[[str, int], Way]:
    def way(token: str, units: int) -> Way:
        if token == asset or (not asset and token not in facts.receipts):
            return Way.PUT if units < 0 else Way.TAKEN
        return Way.REWARD if units > 0 and token not in facts.receipts else Way.RECEIPT

    return way


def _of_pool(action: str, kind: FlowKind) -> Callable[[str, int], Way]:
    """Liquidity lies at an exchange, whose name has no colon: two tokens go in, and come out in other amounts."""
    taken = Way.REWARD if action == "collect" else Way.CLOSED
    return lambda token, units: Way.PUT if kind is FlowKind.DEPOSIT else taken


_SORTS = {
    Way.PUT: Sort.DEPOSIT,
    Way.TAKEN: Sort.WITHDRAWAL,
    Way.CLOSED: Sort.CLOSED,
    Way.GOT: Sort.SWAP,
    Way.PAID: Sort.SWAP,
    Way.WRAPPED: Sort.WRAP,
    Way.SENT: Sort.TRANSFER,
    Way.REPAID: Sort.REPAYMENT,
    Way.REWARD: Sort.REWARD,
}


def _sort(first: BookedFlow, venue: str, ways: set[Way]) -> Sort:
    if first.cancelled:
        return Sort.CANCELLED
    if first.failed:
        return Sort.FAILED
    if not ways:
        return (
            Sort.APPROVAL if first.role in (Role.APPROVAL, Role.CLEANUP) or first.action == "revoke" else Sort.OTHER
        )
    if Way.PUT in ways and ":" not in venue:
        return Sort.PROVIDED
    return next((sort for way, sort in _SORTS.items() if way in ways), Sort.OTHER)


def _adopted(facts: Facts) -> Iterator[Entry]:
    for each in facts.adoptions:
        price = facts.price_at(each.block, each.token)
        move = Movement(each.token, each.units, Way.ADOPTED, price)
        yield Entry(each.at, each.block, Sort.ADOPTION, (move,), venue=each.venue)


def _opening(facts: Facts, sums: _Sums, first: int, start: Held | None) -> Entry:
    """What was there before the first transaction: read, or worked out from the first block that was read."""
    at = facts.flows[0].flow.at - 1
    if start is not None:
        moves = [
            Movement(token, start.units[token], Way.OPENED, facts.price(start.block_hash, token))
            for token in facts.counted
            if start.units.get(token)
        ]
        return Entry(start.at, start.block, Sort.OPENING, tuple(moves))
    known = next(iter(facts.held), None)
    units = {} if known is None else {t: known.units[t] - sums.moved(t, -1, known.block) for t in known.units}
    moves = [Movement(token, units[token], Way.OPENED) for token in facts.counted if units.get(token, 0) > 0]
    return Entry(at, first - 1, Sort.OPENING, tuple(moves), note=WORKED_OUT)


def _between(facts: Facts, sums: _Sums, before: Held, after: Held) -> list[tuple[Order, Entry]]:
    """What changed between two blocks that were read beyond our own flows: arrivals that were seen, and the rest."""
    found: list[tuple[Order, Entry]] = []
    came: list[Movement] = []
    went: list[Movement] = []
    for token in facts.counted:
        if token not in before.units or token not in after.units:
            continue
        left = after.units[token] - before.units[token] - sums.moved(token, before.block, after.block)
        for each in sums.came(token, before.block, after.block):
            if 0 < each.units <= left:
                found.append(((each.block, FIRST), _arrival(facts, each)))
                left -= each.units
        if left:
            price = facts.price(after.block_hash, token)
            (came if left > 0 else went).append(Movement(token, left, Way.UNEXPLAINED, price))
    others = [tx for block, tx in facts.strangers if before.block < block <= after.block]
    note = f"{OTHERS} by block {after.block}{': ' + ' '.join(others) if others else ''}"
    for moves, order in ((came, (before.block + 1, FIRST)), (went, (after.block, LAST))):
        if moves:
            found.append((order, Entry(after.at, after.block, Sort.UNEXPLAINED, tuple(moves), note=note)))
    return found


def _arrival(facts: Facts, each: Arrival) -> Entry:
    move = Movement(each.token, each.units, Way.ARRIVED, facts.price_at(each.block, each.token))
    known = each.hash if each.kind == "token" else ""  # the native coin leaves no log: its row has a block's hash
    return Entry(each.at, each.block, Sort.ARRIVAL, (move,), hash=known)
