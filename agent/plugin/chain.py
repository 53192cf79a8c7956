"""What a plug-in may know of the chain, and how it asks: through the `Ask` that it is handed, and no other way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.abi import Call
from agent.money import Address, Token

if TYPE_CHECKING:
    from agent.plugin.venues import Venue

Ask = Callable[[Sequence[Call]], Awaitable[list[tuple[Any, ...] | None]]]
"""Reads contracts at the head in one round trip: the decoded answer of each call, None where it reverted."""


@dataclass(frozen=True, slots=True)
class Block:
    """The block that a snapshot was read at. `timestamp` in Unix seconds, `base_fee` in wei per gas."""

    number: int
    parent_hash: str
    timestamp: int
    base_fee: int


@dataclass(frozen=True, slots=True)
class Chain:
    """What a plug-in may know of the chain: its id, its pinned tokens, its own section of the chain file.

    `venues` are those found before: a protocol with `over_others` set sees the venues of all that have it unset.
    `native` is the coin itself, `wrapped` the pinned token that stands for it. Into `doubts` a plug-in writes why
    something of its section isn't what the file says, by the id of the venue, the market or the pool: a venue that it
    returns all the same may then only be left.
    """

    chain_id: int
    block_seconds: int
    tokens: Mapping[str, Token]
    section: Mapping[str, Any]
    venues: Mapping[str, Venue] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    wrapped: Address | None = None
    native: Token | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A contract that steps may call: what it is called, the call table that decodes it and what it holds.

    `asset` is the token that an argument-less table entry speaks of (an ERC-4626 vault's asset); `markets` are
    the market ids that a contract with many markets may be entered at. `wrapped` is the token that native coin sent
    along becomes inside, None where it takes none.
    """

    address: Address
    name: str
    table: str
    asset: Address | None = None
    markets: tuple[str, ...] = ()
    wrapped: Address | None = None
