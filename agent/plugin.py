"""The plug-in contract: a few hooks and the few classes that a plug-in returns. Plug-ins import `moneta` only.

A protocol finds its venues on a chain; a venue reads its state, prices a deposit and builds steps. All of it is
pure but `discover`, which asks the chain through the `Ask` that it is handed. A plug-in never signs or sends.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import pluggy

from agent.abi import Call
from agent.curves import Allocation, Candidate, Curve, Terms
from agent.loans import Loan
from agent.money import Address, Rate, Token
from agent.past import Outlook, Past, Signal
from agent.plans import Step
from agent.routes import PoolState, Route

PROJECT = "moneta"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

Ask = Callable[[Sequence[Call]], Awaitable[list[tuple[Any, ...] | None]]]
"""Reads contracts at the head in one round trip: the decoded answer of each call, None where it reverted."""


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
    Into `doubts` a plug-in writes why something of its section isn't what the file says, by the id of the venue, the
    market or the pool: a venue that it returns all the same may then only be left.
    """

    chain_id: int
    block_seconds: int
    tokens: Mapping[str, Token]
    section: Mapping[str, Any]
    venues: Mapping[str, Venue] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)


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


class Trader(ABC):
    """An exchange whose prices follow from its pools' state; `name` is its section in the chain file.

    `contract` is what is called and what an input token is approved to. All is pure but `discover`.
    """

    name: ClassVar[str]
    contract: Listed

    @classmethod
    @abstractmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Trader:
        """The exchange on this chain. Raises Unavailable where the chain contradicts its file."""

    @abstractmethod
    def reads(self) -> tuple[Call, ...]:
        """The calls whose answers `state` needs; they run in the one call of the snapshot."""

    @abstractmethod
    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[PoolState, ...]:
        """The pools in the answers, in the order of `reads`; one that can't be read is left out."""

    @abstractmethod
    def quotes(
        self, states: Sequence[PoolState], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        """Every route weighed for `units` in (or out), to the last base unit: the best first, those that what is
        known can't give last, each with its `why_not`.
        """

    def quote(
        self, states: Sequence[PoolState], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> Route | None:
        """The best route, None where there is none that can be taken."""
        best = next(iter(self.quotes(states, token_in, token_out, units, exact_out)), None)
        return None if best is None or best.why_not else best

    @abstractmethod
    def swap(self, route: Route, account: Address, limit: int, native: bool) -> tuple[Step, ...]:
        """The steps of a route; the approval of `contract` is added by the gate.

        `limit`: the least that comes back, or with `exact_out` the most that is given. `native`: the coin is sent
        along in the place of the wrapped token. Raises Refused where this can't be done in a call that is decoded.
        """


@dataclass(frozen=True, slots=True)
class Option:
    """A venue weighed for a deposit. `why_not` is '' where it may be entered; `reasons` are short phrases.

    `rate` is now, `after` with one's own deposit in it; `income` is base units a year at `after`.
    """

    venue: str
    rate: Rate
    after: Rate
    income: int
    reasons: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a mandate allows for one asset. `cap` and `most` (of all legs together): base units, None without one.

    `min_gain` and `gas` are USD with 8 decimals: what a move must gain beyond its costs, and what the gas of a leg
    costs; `price` is that of a whole token of the asset, which has so many `decimals`. `seconds` is the horizon that
    a gain is counted over. `venues` None: all that are listed. `exits`: whether a signal may have a position leave at
    once, whatever that gains. `caps`: of venues with a cap of their own, in the place of `cap`.
    """

    venues: frozenset[str] | None
    cap: int | None
    most: int | None
    min_gain: int
    gas: int
    price: int
    seconds: int
    decimals: int = field(kw_only=True)
    exits: bool = field(default=False, kw_only=True)
    caps: Mapping[str, int] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True, slots=True)
class Shift:
    """One leg of a move, weighed. `source` '' is money that isn't at work yet, `target` '' the wallet.

    `whole`: the source is left without dust. `before` is the source's rate now, `after` the target's, with the leg in
    it, as it is expected on average over `seconds`. `gain` is base units in that time, of all positions in the asset
    together; `gain_usd` the same in USD with 8 decimals, costs not taken off. `cost_usd` is gas and fees, `back_usd`
    those of the way back, `doubt_usd` what expectations may err by. `signal`: why a leg is for safety.
    """

    source: str
    target: str
    units: int
    whole: bool
    before: Rate
    after: Rate
    gain: int
    gain_usd: int
    cost_usd: int = 0
    back_usd: int = 0
    doubt_usd: int = 0
    seconds: int = 0
    why_not: str = ""
    signal: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What would change an answer: `subject` going above (or below) `value`, all else as it was.

    "rate": what the venue's rate is expected to be on average over `seconds`, a year in ray; "cost": gas and fees of
    the move, and of the way back where that counts, USD with 8 decimals.
    """

    subject: str
    venue: str
    above: bool
    value: int
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """What to do with the money of one asset: all of `shifts`, or nothing and `why_not`.

    `weighed` has each single leg from each position to each other venue, the best first. The sums in USD are those of
    all shifts together, or of what came nearest, over `seconds`. `turns`: what would change the answer.
    """

    shifts: tuple[Shift, ...]
    weighed: tuple[Shift, ...]
    why_not: str = ""
    gain_usd: int = 0
    cost_usd: int = 0
    back_usd: int = 0
    doubt_usd: int = 0
    seconds: int = 0
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """What a plug-in may know that asks somebody else than the chain. `now` in Unix seconds.

    `urls` are the services that the operator named, by plug-in: one that isn't there asks nobody. `folder` is where
    answers may be kept, None where nothing is written.
    """

    chain_id: int
    urls: Mapping[str, str]
    folder: Path | None
    now: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place that can't be entered, as somebody else tells it: it is shown, and never ranked, bound or stored.

    `rate` is the whole yearly rate (compounded), `reward` the part of it paid in other tokens; `tvl_usd` whole
    dollars. `project` and `chain` are text from outside.
    """

    project: str
    chain: str
    rate: Rate
    reward: Rate
    tvl_usd: int


@dataclass(frozen=True, slots=True)
class Told:
    """What `source` told at `at` (Unix seconds): its places, the largest first, and how many rows weren't taken, by
    the reason. `trouble` says why there is nothing newer, '' where all is well.
    """

    source: str
    places: tuple[Elsewhere, ...]
    at: int
    dropped: Mapping[str, int]
    trouble: str = ""


class Hooks:
    """What a plug-in may implement. All are optional."""

    @hookspec
    def moneta_protocols(self) -> list[Protocol]:  # type: ignore[empty-body]
        """The protocols that this plug-in adds."""

    @hookspec
    def moneta_traders(self) -> list[type[Trader]]:  # type: ignore[empty-body]
        """The exchanges that this plug-in adds."""

    @hookspec
    def moneta_call_tables(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The call tables that decode what its venues sign, as JSON data (docs/plugins.md)."""

    @hookspec
    def moneta_descriptors(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The ERC-7730 descriptors that say those calls to a person, as JSON data (docs/plugins.md)."""

    @hookspec
    def moneta_typed_tables(self) -> list[dict[str, Any]]:  # type: ignore[empty-body]
        """The tables that decode what its venues have signed as typed data, as JSON data (docs/plugins.md)."""

    @hookspec(firstresult=True)
    def moneta_rank(
        self, venues: Mapping[str, Venue], states: Mapping[str, VenueState], asset: Token, units: int
    ) -> list[Option] | None:
        """The venues of `asset` for a deposit of `units`, the best first, those that can't be entered last."""

    @hookspec(firstresult=True)
    def moneta_rebalance(
        self,
        candidates: Sequence[Candidate],
        terms: Terms,
        limits: Limits,
        outlooks: Mapping[str, Outlook],
        signals: Sequence[Signal],
    ) -> Placement | None:
        """Whether the money of one asset should be elsewhere. Pure: the same answer for the same input in any order.

        An outlook that is missing counts as the rate of now, with nothing known of how it changes.
        """

    @hookspec(firstresult=True)
    def moneta_curve(self, kind: str, facts: Mapping[str, int], seconds: int) -> Curve | None:
        """The curve of a market of this kind (`aave-v3`), as one may expect it over so many seconds.

        None for a kind that the plug-in doesn't know. `facts`: amounts in base units, all else as fractions in ray.
        Raises KeyError for a fact that is missing, ValueError for one that no such market could have.
        """

    @hookspec(firstresult=True)
    def moneta_allocate(self, candidates: Sequence[Candidate], terms: Terms) -> Allocation | None:
        """Where all money should be. Pure: the same answer for the same candidates, in whatever order."""

    @hookspec(firstresult=True)
    def moneta_outlook(self, past: Past, rate: Rate, seconds: int) -> Outlook | None:
        """What the rate, `rate` now, may be expected to be on average over so many seconds. Pure."""

    @hookspec
    def moneta_signals(self, venue: Venue, state: VenueState, past: Past, units: int, now: int) -> list[Signal]:  # type: ignore[empty-body]
        """What speaks against a position of `units` base units at a venue. Pure; `now` in Unix seconds."""

    @hookspec
    def moneta_elsewhere(self, asset: Token, entered: Set[str], outside: Outside) -> Awaitable[Told] | None:
        """Rates of `asset` at places that can't be entered; None where the operator named no service for it.

        `entered` are the names of the protocols that have venues of the asset here.
        """
