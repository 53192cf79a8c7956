"""What one call does, as a policy sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.money import Address, Token
from agent.plugin import Listed
from agent.policy.tables import Direction, Entry


@dataclass(frozen=True)
class Effect:
    """What one call does. `units` counts `token` in base units, or the venue's own shares where `unit` says so.

    `contract` and `entry` are None for a plain transfer of the native coin. `recipient` and `owner` are None where
    it is the caller itself. `market` is the id of the market's tuple. `is_all`: the largest number of its type.
    Of a swap, `least` base units of `to` come back, over the tokens `through`; `paid` is the token that the call
    names, which `token` isn't where the native coin is sent along in its place. `along_units` of `along` are a second
    token that goes in with the first: `sides` has each by itself. Where `unit` is a position, `token` stands for what
    the contract keeps in the caller's name. `parts` are the swaps of a batch, which end by `deadline` (Unix seconds)
    or not at all; `refunds`: it gives back what it doesn't need of the coin. `expires`: the second (Unix) up to which
    an approval holds, None for as long as it stands. `buys`: it is an order for exactly `least`, of `units` at most.
    """

    direction: Direction
    contract: Listed | None
    entry: Entry | None
    signature: str
    args: Mapping[str, Any]
    token: Token
    units: int
    unit: str
    recipient: Address | None
    owner: Address | None
    spender: Address | None
    market: str | None
    is_all: bool
    value: int
    to: Token | None = None
    least: int = 0
    through: tuple[Token, ...] = ()
    paid: Token | None = None
    along: Token | None = None
    along_units: int = 0
    parts: tuple[Effect, ...] = ()
    deadline: int | None = None
    refunds: bool = False
    expires: int | None = None
    buys: bool = False

    @property
    def hands_on(self) -> bool:
        """Whether it lets another take what its own contract may take."""
        return self.entry is not None and self.entry.hands_on

    @property
    def signed(self) -> bool:
        """Whether it is an order that is signed, for somebody else to fill: `spender` takes what it gives."""
        return self.direction == "swap" and self.spender is not None

    @property
    def sides(self) -> tuple[Effect, ...]:
        """The same a token: itself, and where a second one goes in with it, that by itself."""
        if self.along is None:
            return (self,)
        first = replace(self, along=None, along_units=0)
        return first, replace(first, token=self.along, units=self.along_units, paid=self.along)

    @property
    def at_most(self) -> bool:
        """Whether it may take less than `units`."""
        return self.entry.at_most if self.entry else self.buys or any(part.at_most for part in self.parts)

    @property
    def native_in(self) -> bool:
        """Whether the native coin may be sent along in the place of the wrapped one."""
        return self.entry.native_in if self.entry else bool(self.parts) and all(each.native_in for each in self.parts)
