"""A protocol finds its venues on a chain; a venue reads its state, prices a deposit and builds steps.

All of it is pure but `discover`, which asks the chain through the `Ask` that it is handed. A plug-in never signs or
sends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.abi import Call
from agent.curves import Curve
from agent.loans import Loan
from agent.money import Address, Rate, Token
from agent.plans import Step
from agent.plugin.chain import Ask, Block, Chain, Listed


class Flag(StrEnum):
    """What stands in the way at a venue. Only ILLIQUID and PAUSED touch an exit.

    ILLIQUID: all is lent out, nothing could leave now. UNRATED: its rate can't be computed, so it isn't entered.
    UNTRUSTED: the chain contradicts what the chain file or the policy says of it, so it isn't entered; the runtime
    alone sets it.
    """

    PAUSED = "paused"
    FROZEN = "frozen"
    CAPPED = "capped"
    ILLIQUID = "illiquid"
    UNRATED = "unrated"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class VenueState:
    """One venue at one block, as integers.

    `position`: base units of the asset that the account could claim now; `shares`: what it holds of the venue's
    own unit (equal to `position` where there is none). `liquidity`: base units that could leave now. `room`: base
    units that may still be deposited, None without a cap. `facts`: what `rate_after` needs; stored for replay. Of
    them `supplied` and `borrowed` (base units in the whole market) and `share` (what 10**36 base units of a vault's
    shares are worth, in base units) are kept over time, where a venue tells them.
    """

    venue: str
    rate: Rate
    position: int
    shares: int
    liquidity: int
    room: int | None
    flags: frozenset[Flag]
    facts: Mapping[str, int] = field(default_factory=dict)


class Lender(ABC):
    """Where an account may owe: the debts that a protocol weighs together, in one place (`aave-v3:core`).

    It is named by the venues (`Venue.lender`) whose markets lend, so it is read where they are. `debt_tokens`: by
    the venue's id, the token that counts the debt there; none where the protocol keeps accounts inside.
    """

    id: str
    debt_tokens: Mapping[str, Token]

    @abstractmethod
    def reads(self, account: Address) -> tuple[Call, ...]:
        """The calls whose answers `loan` needs; they run in the one call of the snapshot."""

    @abstractmethod
    def loan(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> Loan:
        """What the account owes, from the answers in the order of `reads`. Raises Unavailable."""

    @abstractmethod
    def repay(self, loan: Loan, venue: Venue, account: Address, units: int | None, most: int) -> tuple[Step, ...]:
        """The steps that pay `units` base units of the debt at `venue` back; None: the whole debt, for `most` base
        units at the most. The approval is added by the gate, which takes back what isn't spent of it.
        """


class Rewarder(ABC):
    """Where rewards wait to be claimed that a protocol pays beside its interest (`aave-v3:core`).

    It is named by the venues (`Venue.rewarder`) whose positions earn them. `contract` is what is called.
    """

    id: str
    contract: Listed

    @abstractmethod
    def reads(self, account: Address) -> tuple[Call, ...]:
        """The calls whose answers `earned` needs; they run in the one call of the snapshot."""

    @abstractmethod
    def earned(self, answers: Sequence[tuple[Any, ...] | None]) -> Mapping[Address, int]:
        """Base units that could be claimed now, by the token's address, from the answers in the order of `reads`."""

    @abstractmethod
    def claim(self, account: Address, token: Address, units: int) -> Step:
        """The step that brings exactly so many base units of a reward to the account itself."""


class Venue(ABC):
    """One place to earn on one asset, e.g. `aave-v3:core:USDC`.

    `liquidity_source` names the market whose rate and caps a deposit here moves: two venues with the same one
    share their impact. `receipt` is the token that a deposit gives, None where the venue keeps accounts inside.
    """

    id: str
    name: str
    asset: Token
    liquidity_source: str
    contract: Listed
    receipt: Token | None
    lender: Lender | None = None
    """Where what its market lends is owed; None where it lends to nobody that owes here."""
    rewarder: Rewarder | None = None
    """Where rewards of a position here wait; None where there are none, or nobody listed the contract."""
    entry_gas: int = 550_000
    """Gas of a way in with its approval, and of a way out, about: what a move is weighed with before it is simulated.
    """
    exit_gas: int = 350_000

    @abstractmethod
    def reads(self, account: Address) -> tuple[Call, ...]:
        """The calls whose answers `state` needs; they run in the one call of the snapshot."""

    @abstractmethod
    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> VenueState:
        """The state in the answers, in the order of `reads`; None stands for a call that reverted."""

    @abstractmethod
    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        """The supply rate once `deposit` base units more (negative: fewer) are in the market. Pure."""

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        """How its rate answers to a deposit, over a horizon of so many seconds, own position included; pure.

        None where it isn't known: nothing is allocated to it. Venues over one market tell of the same market.
        """
        del state, seconds
        return None

    @abstractmethod
    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        """The steps that put `units` base units in for `account`; the approval of `contract` is added by the gate."""

    @abstractmethod
    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        """The steps that take `units` base units out to `account`; None takes the whole position, dust included."""


class Protocol(ABC):
    """A lending protocol: its name is its section in the chain file and the first part of its venues' ids.

    `over_others` is True for one that builds on venues of other protocols, such as vaults over a market.
    """

    name: str
    over_others: bool = False

    @abstractmethod
    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        """The venues of this protocol on the chain. Raises Unavailable where the chain contradicts its file."""
