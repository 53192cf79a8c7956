"""What every part of the transaction manager works with: the node, the ledger, the signer, and how long it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from agent.chain.l1_costs import NONE, L1Costs
from agent.chain.rpc import Rpc
from agent.execution.fees import ETHEREUM, Habit
from agent.money import Address
from agent.plans import Plan, Step
from memory.ledger import Ledger

RECEIPT_SECONDS = 120
REPLACE_SECONDS = 30
DEPTH_SECONDS = 2.0
"""How long a confirmation's answer waits until its plan lies as deep as it has to; then it is told as mined."""
ORDER_SECONDS = 20.0
"""How long a confirmation's answer waits for whoever fills an order; then it is told as open. CoW Protocol's auctions
run each some fifteen seconds."""
LATE_SECONDS = 5  # how long recovery waits for one that was sent before: it comes back to it
FINAL_BLOCKS = 64
"""Blocks after which nothing is expected to be undone: two epochs of 32 slots (Ethereum consensus-specs,
SLOTS_PER_EPOCH), which is what finality takes there."""
FINAL_SECONDS = FINAL_BLOCKS * 12
"""The same where blocks come faster (SECONDS_PER_SLOT is 12 there): a rollup is undone where its L1 is."""

MOST_FEE_WEI = 50_000_000 * 10**9
"""What a cancellation may cost where nobody says otherwise: agent/config.py's `max_fee_gwei`, in wei."""

Confirmations = int | Literal["safe", "finalized"]
"""A number of blocks, the transaction's own counted, or the tag of a block that has to come after it."""


class Signed(Protocol):
    """What the signer hands back."""

    @property
    def raw(self) -> bytes: ...
    @property
    def hash(self) -> str: ...


class OnRecord(Protocol):
    """What the signer's record says of a signature: fees in wei per gas, `step` by its index."""

    @property
    def hash(self) -> str: ...
    @property
    def step(self) -> int: ...
    @property
    def nonce(self) -> int: ...
    @property
    def gas(self) -> int: ...
    @property
    def max_fee_per_gas(self) -> int: ...
    @property
    def max_priority_fee_per_gas(self) -> int: ...


class Signs(Protocol):
    """The part of the signer's client that the manager uses."""

    async def signed(self, plan_id: str) -> Sequence[OnRecord]: ...

    async def sign(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        outputs: Mapping[int, int],
    ) -> Signed: ...

    async def message(self, plan: Plan, step: int) -> tuple[bytes, str]: ...

    async def replacement(
        self,
        plan: Plan,
        step: int,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        *,
        replaces: str,
        outputs: Mapping[int, int],
    ) -> Signed: ...

    async def cancel(
        self,
        account: Address,
        nonce: int,
        max_fee_per_gas: int,
        max_priority_fee_per_gas: int,
        gas: int | None = None,
    ) -> Signed: ...


class OrderBook(Protocol):
    """Where signed orders are posted. Nothing that it says decides what became of one."""

    async def post(self, step: Step, signature: bytes, account: Address) -> None:
        """Raises Refused("order-book") where it doesn't take it, Unavailable where that isn't known."""

    async def has(self, uid: str) -> bool:
        """Whether it knows the order of that name. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Proved:
    """Blocks (number, hash) that were seen in one chain at one time; the highest of them proves the others."""

    blocks: frozenset[tuple[int, str]] = frozenset()
    top: tuple[int, str] | None = None


async def no_l1() -> L1Costs:
    """What L1 asks for on a chain that has none below it."""
    return NONE


async def no_books(_: Address) -> None:
    """Nobody keeps books."""


@dataclass
class Parts:
    """`receipt_seconds`: how long to wait for a transaction; `replace_seconds`: after how long one that isn't mined
    is sent again, or replaced. `most_fee_wei`: what the signer's policy lets a cancellation cost now. `sleep` is
    passed in for tests. `booked` are accounts whose every mined transaction is known to have its flows, `shallow`
    plans (by id) of which everything is mined and not yet as deep as it has to be. `l1` asks what L1 takes now;
    `habit` is how the chain's gas is paid. `settled` is told of an account once its flows are written. `coin` is the
    wrapped form of the native coin, where there is one. `ordered` are plans (by id) that wait for whoever fills their
    order, `books` where orders are posted, by the name of their steps' venue; a confirmation's answer waits
    `order_seconds` for a fill.
    """

    rpc: Rpc
    ledger: Ledger
    signer: Signs
    receipt_seconds: float = RECEIPT_SECONDS
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    replace_seconds: float = REPLACE_SECONDS
    confirmations: Confirmations = 1
    final_blocks: int = FINAL_BLOCKS
    most_fee_wei: Callable[[], int] = lambda: MOST_FEE_WEI
    proved: dict[Address, Proved] = field(default_factory=dict)
    booked: set[Address] = field(default_factory=set)
    shallow: set[str] = field(default_factory=set)
    depth_seconds: float = DEPTH_SECONDS
    l1: Callable[[], Awaitable[L1Costs]] = no_l1
    habit: Habit = ETHEREUM
    settled: Callable[[Address], Awaitable[None]] = no_books
    coin: Address | None = None
    ordered: set[str] = field(default_factory=set)
    books: Mapping[str, OrderBook] = field(default_factory=dict)
    order_seconds: float = ORDER_SECONDS

    @property
    def heard(self) -> int:
        """How many new blocks an endpoint has told of so far."""
        return 0 if self.rpc.heads is None else self.rpc.heads.heard

    @property
    def is_told(self) -> bool:
        """Whether an endpoint tells of new blocks now."""
        return self.rpc.heads is not None and self.rpc.heads.live

    async def rest(self, seconds: float, heard: int) -> float:
        """Waits so long, or until a block is told beyond the first `heard`; how long it was, in seconds."""
        if self.rpc.heads is None:
            await self.sleep(seconds)
            return seconds
        return await self.rpc.heads.after(heard, seconds)
