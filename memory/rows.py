"""What the ledger gives back: one frozen class a table. Units and wei are integers here, whatever the file holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.intents import Origin
from agent.money import Address
from agent.plans import Plan, from_canonical
from agent.plugin.chats import Identity as Identity
from agent.plugin.chats import Inbound as Inbound
from agent.plugin.chats import InboxRow as InboxRow
from agent.plugin.chats import OutboxRow as OutboxRow

NATIVE = "native"  # stands for the chain's coin where a token's address would be


@dataclass(frozen=True, slots=True)
class User:
    """A person. `paused_at` is None while entries are allowed; `language` is ISO 639-1, None where none was heard."""

    id: str
    name: str
    created_at: int
    paused_at: int | None
    language: str | None = None

    @property
    def paused(self) -> bool:
        return self.paused_at is not None

    @property
    def speaks(self) -> str:
        """What they are spoken to in."""
        return self.language or "en"


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account: `index` is its place in the keystore's derivation path."""

    address: Address
    user: str
    index: int
    created_at: int


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """What a button does when it is pressed: `press` is confirm, cancel, details, open, or say (then `words`)."""

    id: str
    user: str
    channel: str
    press: str
    plan_id: str | None
    words: str
    created_at: int


class PlanStatus(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    SETTLED = "settled"
    PARTIAL = "partial"
    VOID = "void"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"

    @property
    def final(self) -> bool:
        return self not in (PlanStatus.PROPOSED, PlanStatus.CONFIRMED, PlanStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan and what became of it. `body` is the RFC 8785 text that `digest` is the SHA-256 of."""

    plan_id: str
    digest: str
    user: str
    channel: str
    account: Address
    chain_id: int
    body: str
    intent: Mapping[str, Any]
    origins: Mapping[str, Origin]
    preview: Mapping[str, Any]
    decision_id: int | None
    status: PlanStatus
    reason: str
    created_at: int
    confirmed_at: int | None
    settled_at: int | None
    not_after: int

    @property
    def plan(self) -> Plan:
        return from_canonical(json.loads(self.body))


class AttemptStatus(StrEnum):
    """SIGNED may or may not have left: its fate must be looked up.

    REPLACED: another transaction has its nonce, one of our own or a stranger's. LOST: no node took it, and none has
    its bytes. Both free the step and the nonce; should one be found mined all the same, it is MINED then.
    """

    SIGNED = "signed"
    BROADCAST = "broadcast"
    MINED = "mined"
    REVERTED = "reverted"
    REPLACED = "replaced"
    LOST = "lost"


class AttemptKind(StrEnum):
    """STEP does what its plan's step says; CANCEL uses up its nonce and does nothing."""

    STEP = "step"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction. `raw` are its bytes, empty where it was found on the chain and no node gave them.

    `block_number` to `fee_wei` are None until it is in a block. `replaces` is the hash of the one at the same nonce
    that it takes the place of.
    """

    id: int
    plan_id: str
    step: int
    account: Address
    chain_id: int
    nonce: int
    hash: str
    raw: bytes
    max_fee_wei: int
    status: AttemptStatus
    created_at: int
    updated_at: int
    block_number: int | None
    block_hash: str | None
    gas_used: int | None
    fee_wei: int | None
    kind: AttemptKind = AttemptKind.STEP
    replaces: str | None = None

    @property
    def open(self) -> bool:
        """Whether its fate isn't known."""
        return self.status in (AttemptStatus.SIGNED, AttemptStatus.BROADCAST)

    @property
    def mined(self) -> bool:
        """Whether it is in a block, whatever came of it there."""
        return self.status in (AttemptStatus.MINED, AttemptStatus.REVERTED)


@dataclass(frozen=True, slots=True)
class Stranger:
    """A transaction of one of our accounts that this ledger didn't make: another wallet's, or a later ledger's.

    `hash`, `block` and `at` (its block's Unix second) are None where no node told them.
    """

    account: Address
    chain_id: int
    nonce: int
    hash: str | None
    block: int | None
    at: int | None
    found_at: int
    told_at: int | None
    acknowledged_at: int | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A clean-up that must still run. The terms (fees in wei per gas) are those last asked of the signer."""

    plan_id: str
    step: int
    nonce: int | None
    max_fee_per_gas: int | None
    max_priority_fee_per_gas: int | None


class FlowKind(StrEnum):
    DEPOSIT = "deposit"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"
    FEE = "fee"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Flow:
    """How one transaction changed the wallet of `holder`: `units` signed, exact from its receipt.

    `token` is a contract's address or 'native'; `venue` is None outside of one; `at` and `block` are the block's.
    """

    hash: str
    venue: str | None
    symbol: str
    token: str
    holder: Address
    units: int
    kind: FlowKind
    at: int
    block: int


@dataclass(frozen=True, slots=True)
class NetDeposit:
    """Base units that went into a venue and that came out of it, both positive."""

    deposited: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A recorded choice: what was seen, the rule, what else there was, what was chosen, how it ended.

    `simulated` is what its plan's simulation gave (agent.gate.build), None without a plan.
    """

    id: int
    plan_id: str | None
    user: str
    at: int
    kind: str
    rule: str
    snapshot: Mapping[str, Any]
    alternatives: tuple[Mapping[str, Any], ...]
    chosen: str
    outcome: str | None
    simulated: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """An entry of the address book; transfers to it are allowed from `ripe_at` on."""

    id: int
    user: str
    name: str
    address: Address
    added_at: int
    ripe_at: int
    removed_at: int | None


@dataclass(frozen=True, slots=True)
class ChainMark:
    """The chain that this ledger speaks of, and the last block of it that was seen."""

    chain_id: int
    genesis_hash: str
    last_block_number: int
    last_block_hash: str
