"""The books of one person: what the ledger knows of their account, filled in from the chain where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from agent.books.entries import NATIVE, Entry, Sort
from agent.books.keep import Books, keep
from agent.books.lines import lines_of
from agent.books.lots import Method
from agent.books.plain import plain
from agent.books.read import Facts, entries_of
from agent.books.report import Standing, period, standing
from agent.books.shapes import SHAPES, Files
from agent.chain.rpc_types import RpcError
from agent.chain.sight import BlockSight
from agent.errors import Unavailable
from agent.money import Address, Token
from agent.replies import books as replies
from agent.replies.books import Summary
from agent.replies.reply import Picture, Reply
from agent.runtime.world import World
from memory.journal.booked import Held, Price
from memory.rows import User

PLAIN = "plain"
CSV_NAME = "moneta-books.csv"
MOST_BYTES = 5_000_000
"""Discord takes 10 MB, and the outbox holds it in base64."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Books as of one block; `standing` is None where the chain couldn't be read. `head`: its time now."""

    books: Books
    coins: dict[str, Token]
    standing: Standing | None
    unread: int
    under_way: bool
    head: int

    @property
    def begin(self) -> int:
        return self.books.entries[0].at if self.books.entries else 0

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell of."""
        return bool(self.books.entries)


def files_of(shape: str, opened: Opened, since: int, until: int) -> Files:
    """The CSV texts of a shape: `plain`, or a tax tool's (agent/books/shapes.py)."""
    if shape == PLAIN:
        return plain(opened.books, opened.coins, since, until)
    return SHAPES[shape](lines_of(opened.books, opened.coins, since, until), opened.coins)


@dataclass(frozen=True, slots=True)
class Booking:
    world: World

    async def profit(
        self, user: User, since: int | None, until: int, there: tzinfo, *, csv: str | None = None
    ) -> Reply:
        """What blocks with a time in [since, until] brought; `csv`: with all of it as files of that shape."""
        opened = await self.opened(user)
        if not opened.moved:
            return replies.nothing()
        summary, files = self.summary(opened, since, until, there), list[Picture]()
        named = {} if csv is None else files_of(csv, opened, since or 0, summary.until)
        texts = {more: text.encode() for more, text in named.items()}
        if sum(map(len, texts.values())) <= MOST_BYTES:
            name = CSV_NAME if csv == PLAIN else f"moneta-{csv}.csv"
            files = [
                Picture(name.replace(".csv", f"{more}.csv"), replies.CSV_IS, text) for more, text in texts.items()
            ]
        return replies.told(summary, files)

    async def gas(self, user: User, since: int | None, until: int, there: tzinfo) -> Reply:
        """What was paid for gas in [since, until]."""
        opened = await self.opened(user)
        return replies.gas(self.summary(opened, since, until, there)) if opened.moved else replies.nothing()

    def summary(self, opened: Opened, since: int | None, until: int, there: tzinfo) -> Summary:
        """What is said of a period. One that ends today ends now, by the chain's clock: a devnet has its own."""
        books, first = opened.books, since or 0
        to_now = until >= self.world.now()
        until = opened.head if to_now else until
        missing: dict[str, int] = {}
        for lot in books.missing:
            if first <= lot.at <= until:
                missing[lot.token] = missing.get(lot.token, 0) + lot.units
        return Summary(
            since=since,
            until=until,
            there=there,
            method=books.method,
            period=period(books, first, until),
            standing=opened.standing,
            opened=opened.begin,
            transactions=sum(1 for each in books.gas if first <= each.at <= until),
            coins=opened.coins,
            native=self.world.registry.native,
            unread=opened.unread,
            under_way=opened.under_way,
            missing=missing,
            to_now=to_now,
        )

    async def opened(self, user: User, method: Method = Method.FIFO) -> Opened:
        """The books of the user's account. Raises Refused("wallet") without one; the chain may be out of reach."""
        account = await self.world.account(user)
        unread, sight = await self._read(account)
        facts = await self._facts(account)
        under_way = any(each.account == account for each in await self.world.ledger.unsettled())
        if sight is not None and not under_way:
            facts = _with_head(facts, account, sight)
        books = await asyncio.to_thread(_kept, facts, method)  # thousands of entries take a second
        entries = books.entries
        if sight is not None and _new(entries, sight.head.number):
            await self.world.bookkeeper.keep(account, sight)  # from now on it has its day and its price
        stands = await self._standing(account, books, facts, sight) if sight is not None and entries else None
        head = self.world.now() if sight is None else max(self.world.now(), sight.head.timestamp)
        return Opened(books, dict(facts.coins), stands, unread, under_way, head)

    async def _read(self, account: Address) -> tuple[int, BlockSight | None]:
        """How many blocks are still unknown, and the head as it is; None where the chain can't be read now."""
        keeper = self.world.bookkeeper
        try:
            return await keeper.catch_up(account), await keeper.look(account)
        except (Unavailable, RpcError):
            return len(await self.world.ledger.unseen_blocks(account)), None

    async def _facts(self, account: Address) -> Facts:
        ledger, registry = self.world.ledger, self.world.registry
        venues = self.world.venues.values()
        wrapped = registry.tokens.get(registry.wrapped or "")
        return Facts(
            flows=await ledger.booked_flows(account),
            held=await ledger.holdings(account),
            prices=await ledger.prices_at(account),
            coins={NATIVE: registry.native, **{str(token.address): token for token in registry.tokens.values()}},
            arrivals=await ledger.arrivals_of(account),
            adoptions=await ledger.adoptions(account),
            strangers=await ledger.strangers_seen(account),
            receipts=frozenset(str(venue.receipt.address) for venue in venues if venue.receipt is not None),
            assets={venue.id: str(venue.asset.address) for venue in venues},
            wrapped="" if wrapped is None else str(wrapped.address),
        )

    async def _standing(self, account: Address, books: Books, facts: Facts, sight: BlockSight) -> Standing | None:
        try:
            snapshot = await self.world.snapshot(account)
        except (Unavailable, RpcError):
            return None
        ours = {entry.venue for entry in books.entries}
        positions = [
            (key, facts.assets[key], state.position)
            for key, state in snapshot.venues.items()
            if key in ours and facts.assets.get(key) in facts.coins
        ]
        prices = {token: Price(*priced) for token, priced in sight.prices.items()}
        return standing(books, facts.coins, prices, positions)


def _with_head(facts: Facts, account: Address, sight: BlockSight) -> Facts:
    """With the head as the last block that was read."""
    head = sight.head
    if facts.held and head.number <= facts.held[-1].block:
        return facts
    now = Held(account, head.number, head.hash, head.timestamp, dict(sight.units))
    prices = {(head.hash, token): Price(*priced) for token, priced in sight.prices.items()}
    return replace(facts, held=[*facts.held, now], prices={**facts.prices, **prices})


def _kept(facts: Facts, method: Method) -> Books:
    return keep(entries_of(facts), facts.coins, method)


def _new(entries: Sequence[Entry], head: int) -> bool:
    """Whether something that Moneta didn't do was seen for the first time, at the head."""
    return any(entry.sort in (Sort.UNEXPLAINED, Sort.ARRIVAL) and entry.block == head for entry in entries)
