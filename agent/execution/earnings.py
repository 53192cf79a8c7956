"""What went into each venue and came out of it, by receipts alone, beside what the ledger tells of it. Pure.

Which venue a transaction is about is read from its calldata with the call tables, never from what the ledger says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.chain.simulate import Simulated, changes
from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.execution.evidence import Evidence
from agent.money import Address, Amount, Token
from agent.plugin import Venue
from agent.policy.decode import decode
from agent.policy.effects import Effect
from agent.policy.policy import Policy
from memory.journal.book import Book
from memory.journal.flows import net
from memory.rows import NetDeposit

Key = tuple[Address | None, Address | None, str | None]
"""A contract, the token that goes in or out, the id of the contract's market."""


ROUNDED = 2
"""Base units that a position may be worth less than what went in, right after it did."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One account at one venue, in base units of its `asset`. `position` is the chain's, at the head."""

    account: Address
    venue: str
    asset: Token
    position: int
    chain: NetDeposit
    ledger: NetDeposit
    adopted: int = 0

    @property
    def earned(self) -> int:
        """By the chain: what stands there and what came out, less what went in, from other accounts, too."""
        return self.position + self.chain.withdrawn - self.chain.deposited - max(self.adopted - self._own, 0)

    @property
    def _own(self) -> int:
        """What the account itself put in around the ledger; what was adopted besides came from elsewhere."""
        return max(self.chain.deposited - self.ledger.deposited, 0)

    @property
    def problem(self) -> str:
        """'' where the ledger tells the portfolio the same."""
        explained = 0 <= self.chain.deposited - self.ledger.deposited <= self.adopted + ROUNDED
        if self.chain == self.ledger or (explained and self.chain.withdrawn == self.ledger.withdrawn):
            return ""
        off = self.position + self.ledger.withdrawn - self.ledger.deposited - self.adopted
        chain = f"{self._text(self.chain.deposited)} went in and {self._text(self.chain.withdrawn)} came out"
        ledger = f"{self._text(self.ledger.deposited)} and {self._text(self.ledger.withdrawn)}"
        return (
            f"{self.venue}, account {self.account}: {chain} by the chain, {ledger} by the ledger; so "
            f"{self._text(self.earned)} are earned, not {self._text(off)}"
        )

    def __str__(self) -> str:
        went = f"{self._text(self.chain.deposited)} went in, {self._text(self.chain.withdrawn)} came out"
        found = f", {self._text(self.adopted)} were adopted" if self.adopted else ""
        stand = f"{self.venue}: {self._text(self.position)} stand there, {went}{found}"
        return f"{stand}, {self._text(self.earned)} earned"

    def _text(self, units: int) -> str:
        return str(Amount(units, self.asset))


def standings(
    book: Book, chain: Evidence, snapshots: Sequence[Snapshot], venues: Mapping[str, Venue], tables: Policy
) -> list[Standing]:
    """Where anything stands, went in or came out, on either side. `snapshots`: one an account, at the head."""
    found: list[Standing] = []
    for snapshot in snapshots:
        account = snapshot.account
        by_chain = _by_chain(account, chain, _keys(snapshot, venues, tables), venues, tables)
        by_ledger = net(flow for flows in book.flows.values() for flow in flows if flow.holder == account)
        for venue_id, venue in sorted(venues.items()):
            state = snapshot.venues.get(venue_id)
            if state is None:
                continue
            own = by_ledger.get((venue_id, str(venue.asset.address)), NetDeposit())
            adopted = book.adopted.get((account, venue_id), 0)
            seen = by_chain.get(venue_id, NetDeposit())
            each = Standing(account, venue_id, venue.asset, state.position, seen, own, adopted)
            if each.position or each.chain != NetDeposit() or each.ledger != NetDeposit():
                found.append(each)
    return found


def unreadable(book: Book, snapshots: Sequence[Snapshot], missing: Mapping[str, str]) -> list[str]:
    """Venues that the ledger speaks of and that can't be read now, with why."""
    named = {str(flow.venue) for flows in book.flows.values() for flow in flows if flow.venue and ":" in flow.venue}
    why: dict[str, str] = dict(missing)
    for snapshot in snapshots:
        why |= snapshot.missing
    read = {venue for snapshot in snapshots for venue in snapshot.venues}
    return [
        f"{venue} can't be read now, so its profit isn't checked: {why.get(venue, 'it is not listed')}"
        for venue in sorted(named - read)
    ]


def _keys(snapshot: Snapshot, venues: Mapping[str, Venue], tables: Policy) -> dict[Key, str]:
    """Venue ids by what a call of theirs says, read from a withdrawal that each would build."""
    found: dict[Key, str] = {}
    for venue_id, state in snapshot.venues.items():
        for step in venues[venue_id].withdraw(state, snapshot.account, 1):
            effect = _read(tables, step.to, step.data, step.value)
            if effect is not None and effect.direction == "leave":
                found[_key(effect)] = venue_id
    return found


def _by_chain(
    account: Address, chain: Evidence, keys: Mapping[Key, str], venues: Mapping[str, Venue], tables: Policy
) -> dict[str, NetDeposit]:
    totals: dict[str, NetDeposit] = {}
    for venue_id, direction, receipt_hash in _visits(account, chain, keys, tables):
        logs = chain.receipts[receipt_hash].logs
        moved = changes([Simulated(True, 0, logs, b"")], account).get(str(venues[venue_id].asset.address), 0)
        so_far = totals.get(venue_id, NetDeposit())
        if direction == "enter":
            so_far = NetDeposit(so_far.deposited - moved, so_far.withdrawn)
        else:
            so_far = NetDeposit(so_far.deposited, so_far.withdrawn + moved)
        totals[venue_id] = so_far
    return totals


def _visits(
    account: Address, chain: Evidence, keys: Mapping[Key, str], tables: Policy
) -> Iterator[tuple[str, str, str]]:
    """The venue, the direction and the hash of each transaction of the account that went through."""
    for tx in chain.transactions.values():
        receipt = chain.receipts.get(tx.hash)
        if tx.sender != account or tx.to is None or receipt is None or not receipt.ok:
            continue
        effect = _read(tables, tx.to, tx.data, tx.value)
        if effect is not None and effect.direction in ("enter", "leave") and _key(effect) in keys:
            yield keys[_key(effect)], effect.direction, tx.hash


def _read(tables: Policy, to: Address, data: bytes, value: int) -> Effect | None:
    try:
        return decode(tables, to, data, value)
    except Refused:
        return None


def _key(effect: Effect) -> Key:
    return effect.contract.address if effect.contract else None, effect.token.address, effect.market
