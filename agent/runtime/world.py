"""What a turn needs, put together once at the start: the chain, the gate, the ledger, the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import pluggy

from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.snapshot import Snapshot, take
from agent.config import Settings
from agent.execution.manager import Manager
from agent.execution.signer.client import SignerClient
from agent.gate.propose import Gate
from agent.money import Address, Token
from agent.plugin import Option, Venue, VenueState
from agent.policy.policy import Policy
from agent.words.vocabulary import Vocabulary
from memory.ledger import Ledger
from memory.memory import Memory

Advance = Callable[[int], Awaitable[str]]
"""Lets seconds pass on a devnet and says what happened meanwhile."""


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
    account: Address
    now: Callable[[], int]
    new_id: Callable[[], str]
    advance: Advance | None = None
    executes: bool = True
    """False beside another process that holds the folder: looks and plans, recovers and carries out nothing."""
    manager: Manager = field(init=False)
    gate: Gate = field(init=False)
    executing: asyncio.Lock = field(init=False)

    def __post_init__(self) -> None:
        self.manager = Manager(self.rpc, self.ledger, self.signer, self.settings.receipt_seconds)
        self.gate = Gate(self.rpc, self.registry, self.policy)
        self.executing = asyncio.Lock()

    async def snapshot(self) -> Snapshot:
        """Everything at the head, in one eth_call."""
        return await take(self.rpc, self.registry, self.venues, self.account)

    def rank(self, states: Mapping[str, VenueState], asset: Token, units: int) -> list[Option]:
        """The venues for a deposit, by the first plug-in that ranks."""
        options: list[Option] | None = self.hooks.moneta_rank(
            venues=self.venues, states=states, asset=asset, units=units
        )
        return options or []

    async def vocabulary(self, user: str) -> Vocabulary:
        """The words that mean something here: tokens, venues, this user's contacts."""
        contacts = await self.ledger.contacts(user)
        return Vocabulary(
            tokens=(self.registry.native.symbol, *sorted(self.registry.tokens)),
            venues=tuple(sorted(self.venues)),
            contacts=tuple(contact.name for contact in contacts),
            dollars=self.registry.usd_stable,
        )
