"""What a turn needs, put together once at the start: the chain, the gate, the ledger, the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import pluggy

from agent.chain import l1_costs
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.snapshot import Snapshot
from agent.character.character import Character
from agent.character.files import default
from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.execution import confirmations, fees
from agent.execution.bookkeeping import Bookkeeper
from agent.execution.codes import Codes
from agent.execution.confirmations import DEVNET_CHAIN_ID
from agent.execution.manager import Manager
from agent.execution.parts import FINAL_BLOCKS, FINAL_SECONDS
from agent.execution.signer.client import SignerClient
from agent.gate.allowed import marked, trusted
from agent.gate.build import Draft
from agent.gate.charges import policy_caps
from agent.gate.erc7730 import load_all
from agent.gate.loans import floor_of
from agent.gate.only_seen import take_up
from agent.gate.propose import Gate, Watched
from agent.gate.risk import bearing, weighed
from agent.mind.mind import Mind
from agent.money import Address, Token
from agent.past import Past
from agent.plugin import Listed, Option, Quoter, Trader, Venue, VenueState
from agent.policy.policy import Policy, loads
from agent.policy.spending import Standing
from agent.runtime.asking import Service
from agent.runtime.market import Market, services
from agent.runtime.observing import Observing
from agent.runtime.posting import books_of
from agent.runtime.risks import Risks
from agent.words.languages import CODES
from agent.words.vocabulary import Vocabulary
from memory.ledger import Ledger
from memory.memory import Memory
from memory.rows import User
from memory.seen.observations import DAY, HOURLY_DAYS

Advance = Callable[[int], Awaitable[str]]
"""Lets seconds pass on a devnet and says what happened meanwhile."""


DRAWN_AT_ONCE = 2


class Unlisted(Protocol):
    """What the operator may list."""

    @property
    def name(self) -> str: ...

    @property
    def contract(self) -> Listed: ...


@dataclass
class World:
    """One instance: one chain, one keystore, one ledger. `now` gives Unix seconds, `new_id` 32 hex digits.

    `executing` is held from a plan's last check to its end: no second plan, and no recovery, comes in between.
    """

    settings: Settings
    registry: Registry
    rpc: Rpc
    policy: Policy
    venues: Mapping[str, Venue]
    missing: Mapping[str, str]
    hooks: pluggy.HookRelay
    ledger: Ledger
    memory: Memory
    signer: SignerClient
    now: Callable[[], int]
    new_id: Callable[[], str]
    advance: Advance | None = None
    character: Character = field(default_factory=default)
    mind: Mind = field(default_factory=Mind)
    traders: Mapping[str, Trader] = field(default_factory=dict)
    cache: Path | None = None
    """A folder for what services outside told; None: nothing of it is written."""
    untrusted: dict[str, str] = field(default_factory=dict)
    """Why a venue may only be left, by its id; the watch over the contracts keeps it (agent/oversight.py)."""
    unlisted: Mapping[str, Unlisted] = field(default_factory=dict)
    """Exchanges that were found and that the policy doesn't list, and contracts of quoters."""
    quoters: Mapping[str, Quoter] = field(default_factory=dict)
    """Who is asked for offers, by name."""
    services: Mapping[str, Service] = field(default_factory=dict)
    """Where each of them is asked."""
    executes: bool = True
    """False beside another process that holds the folder: looks and plans, recovers and carries out nothing."""
    observing: Observing = field(init=False)
    risks: Risks = field(init=False)
    codes: Codes = field(init=False)
    bookkeeper: Bookkeeper = field(init=False)
    manager: Manager = field(init=False)
    gate: Gate = field(init=False)
    executing: dict[Address, asyncio.Lock] = field(init=False)
    """Held per account from the last check of a plan to its end."""
    _fingerprint: str = field(init=False, default="")
    drawing: asyncio.Semaphore = field(init=False)
    """Held while a picture is drawn: each takes a process of 100 MB, however many ask at once."""

    def __post_init__(self) -> None:
        self.observing = Observing(self.ledger, self.venues)
        self.risks = Risks(self.observing, self.venues, self.hooks, self.executes)
        self.codes = Codes(self.signer)
        self.bookkeeper = Bookkeeper(self.rpc, self.registry, self.ledger)
        self.manager = Manager(
            self.rpc,
            self.ledger,
            self.codes,
            receipt_seconds=self.settings.receipt_seconds,
            replace_seconds=self.settings.replace_seconds,
            most_fee_wei=lambda: self.policy.max_fee_wei,
            confirmations=confirmations.wanted(self.settings.confirmations, self.registry),
            final_blocks=max(FINAL_BLOCKS, self.registry.blocks_in(FINAL_SECONDS)),
            l1=lambda: l1_costs.read(self.rpc, self.registry),
            coin=self.registry.coin,
            habit=fees.habit(self.registry.l1_fee, devnet=self.registry.chain_id == DEVNET_CHAIN_ID),
            settled=self.bookkeeper.settled,
            books=books_of(self.quoters, self.services),
        )
        if self.settings.private_for == "swaps":
            self.rpc.hide(lambda to: self.policy.trades_at(to))
        self.gate = self._gate()
        self.executing = defaultdict(asyncio.Lock)
        self.drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def account(self, user: User) -> Address:
        """The user's account. Raises Refused("wallet") where there is none yet."""
        found = await self.ledger.account(user.id)
        if found is None:
            raise Refused("wallet", "You have no account with me yet.", "Ask the operator to let you in.")
        return found.address

    async def refresh(self) -> None:
        """Takes over the signer's policy where it was changed since: the signer's is the one that counts.

        Where the signer can't be reached, all goes on with the policy that is known; nothing is signed then anyway.
        """
        with contextlib.suppress(Unavailable):
            known = str((await self.signer.status())["policy"])
            self._fingerprint = self._fingerprint or self.policy.sha256
            if known != self._fingerprint:
                self.policy, self._fingerprint = loads(await self.signer.policy()), known
                take_up(self.venues, self.untrusted, self.policy)
                self.gate = self._gate()

    def _gate(self) -> Gate:
        described = [body for group in self.hooks.moneta_descriptors() for body in group]
        descriptors = load_all(described, self.policy.tables)
        watched = Watched(
            untrusted=self.untrusted,
            now=self.now,
            # a devnet stands still between transactions, and its time is its own
            longest_head=0 if self.advance else self.settings.max_head_age_seconds,
            most_gap_bps=self.settings.max_price_gap_bps,
            least_health=floor_of(self.settings.health_factor),
        )
        return Gate(self.rpc, self.registry, self.policy, self.traders, descriptors, watched)

    async def standing(self, user: str) -> Standing:
        """Every limit that holds for a person now, the policy's caps over time among them, and what is used."""
        limits = await self.ledger.limits(user)
        caps = (*limits.caps, *policy_caps(self.policy))
        return Standing(replace(limits, caps=caps), await self.ledger.used(user, caps))

    @property
    def market(self) -> Market:
        """What of this can be looked at by anybody."""
        return Market(
            registry=self.registry,
            rpc=self.rpc,
            venues=self.venues,
            missing=self.missing,
            untrusted=dict(self.untrusted),
            hooks=self.hooks,
            now=self.now,
            traders=self.traders,
            urls=services(self.settings),
            cache=self.cache,
            saw=self.observing.saw if self.executes else None,
        )

    async def snapshot(self, account: Address) -> Snapshot:
        """Everything at the head as `account` has it, in one eth_call; the first of each hour is kept."""
        return await self.market.snapshot(account)

    async def past(self, venue: str, until: int) -> Past:
        """How a venue was seen up to `until`, Unix seconds of the chain: by the hour, by the day beyond 90 days."""
        return await self.observing.past(venue, until)

    async def pasts(self, until: int, seconds: int = HOURLY_DAYS * DAY) -> Mapping[str, Past]:
        """The same of every venue that was seen, over the last `seconds`."""
        return await self.observing.pasts(until, seconds)

    async def priced_snapshot(self, account: Address) -> Snapshot:
        """The same with its block's own base fee (inside an eth_call geth and others tell a contract zero), and with
        what speaks against each venue as the account has it, were all of its wallet to come there.
        """
        seen = await self.snapshot(account)
        head, against = await asyncio.gather(self.rpc.block(seen.block.number), self.risks.look(seen))
        return replace(seen, block=replace(seen.block, base_fee=head.base_fee), signals=against.with_wallet())

    def rank(self, states: Mapping[str, VenueState], asset: Token, units: int) -> list[Option]:
        """The venues for a deposit, by the first plug-in that ranks."""
        return self.market.rank(states, asset, units)

    def rank_at(
        self, snapshot: Snapshot, allowed: frozenset[str] | None = None
    ) -> Callable[[Token, int], list[Option]]:
        """The ranking with a snapshot's states and signals; of venues that aren't `allowed` it says so. None: all
        are.
        """
        return lambda asset, units: marked(
            weighed(
                trusted(self.rank(snapshot.venues, asset, units), snapshot.untrusted),
                bearing(snapshot.signals, snapshot.venues, units),
            ),
            allowed,
        )

    def draft(self, user: User, intent: dict[str, Any]) -> Draft:
        """A new plan's id, for whom and what it is, and until when it may be confirmed."""
        return Draft(self.new_id(), user.id, intent, self.now() + self.settings.plan_seconds)

    async def vocabulary(self, user: str, language: str | None = None) -> Vocabulary:
        """The words that mean something here: tokens, venues, this user's contacts. `language`: what they speak."""
        return self.words([contact.name for contact in await self.ledger.contacts(user)], language)

    def words(self, contacts: Iterable[str], language: str | None = None) -> Vocabulary:
        """The same for somebody whose contacts' names are known."""
        return _vocabulary(
            self.registry.native.symbol,
            tuple(self.registry.tokens),
            tuple(self.venues),
            tuple(contacts),
            tuple(self.traders),
            self.registry.usd_stable,
            (self.character.name, self.character.username),
            language,
        )


@lru_cache(maxsize=256)  # the same one each time: it is what readings are looked up by
def _vocabulary(
    native: str,
    tokens: tuple[str, ...],
    venues: tuple[str, ...],
    contacts: tuple[str, ...],
    traders: tuple[str, ...],
    dollars: frozenset[str],
    called: tuple[str, ...],
    language: str | None,
) -> Vocabulary:
    return Vocabulary(
        tokens=(native, *sorted(tokens)),
        venues=tuple(sorted(venues)),
        contacts=contacts,
        traders=tuple(sorted(traders)),
        dollars=dollars,
        called=tuple(name for name in called if name),
        language=next((code for code in CODES if code == language), None),
    )
