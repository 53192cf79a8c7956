"""Where liquidity is provided between two prices: what an account has there, the steps in and out.

All of it is pure. An account's positions have numbers, which must be read before what they hold can be: the runtime
asks in rounds, and keeps in `seen` what can't change of them, so that the next time all is read in one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.abi import Call
from agent.money import Address
from agent.plans import Step
from agent.plugin.chain import Listed
from agent.ranges import PoolGrowth, PoolSeen, Position, RangeOutlook

Answers = Sequence[tuple[Any, ...] | None]
Most = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Held:
    """What never changes of a position. `listed`: whether both its tokens are pinned; if not, it is left alone."""

    id: int
    pool: Address
    token0: Address
    token1: Address
    fee: int
    low: int
    high: int
    listed: bool


class PositionManager(ABC):
    """The contract that keeps liquidity positions of an exchange; `name` is the exchange's.

    `contract` is what is called and what both tokens are approved to.
    """

    name: str
    contract: Listed
    seen: dict[Address, tuple[Held, ...]]
    """The positions of each account as they were seen last, in the order of the contract."""

    @abstractmethod
    def pool_reads(self) -> tuple[Call, ...]:
        """The calls whose answers `pools` needs: nobody's own."""

    @abstractmethod
    def pools(self, answers: Answers) -> tuple[PoolGrowth, ...]:
        """The pools in the answers, in the order of `pool_reads`; one that can't be read is left out."""

    @abstractmethod
    def count(self, account: Address) -> Call:
        """How many positions the account has; one integer."""

    @abstractmethod
    def number(self, account: Address, place: int) -> Call:
        """The id of the position at that place of the account's; one integer."""

    @abstractmethod
    def place(self, position: int) -> Call:
        """Where a position is: the call whose answer `held` needs."""

    @abstractmethod
    def held(self, position: int, answer: tuple[Any, ...]) -> Held:
        """What never changes of it, from the answer of `place`."""

    @abstractmethod
    def reads(self, held: Held) -> tuple[Call, ...]:
        """The calls whose answers `position` needs."""

    @abstractmethod
    def position(self, held: Held, answers: Answers) -> Position:
        """What a position holds. Raises Unavailable where it can't be read."""

    @abstractmethod
    def ticks(self, pool: PoolGrowth, low: int | None, high: int | None) -> tuple[int, int]:
        """The nearest ticks that a position of that pool can have between two square roots of prices (Q64.96; None:
        as far as there are prices), at least one spacing apart.
        """

    @abstractmethod
    def sqrt_price(self, tick: int) -> int:
        """The square root of the price at a tick, as a Q64.96."""

    @abstractmethod
    def fitting(self, pool: PoolGrowth, low: int, high: int, most: Most) -> tuple[int, int, int]:
        """The liquidity that `most` base units of each token give (None: as many as the other needs), and the base
        units of both that it takes, rounded up as the pool does.
        """

    @abstractmethod
    def given(self, pool: PoolGrowth, sqrt_price: int, low: int, high: int, liquidity: int) -> tuple[int, int]:
        """Base units of both tokens that so much liquidity gives at that price, rounded down as the pool does."""

    @abstractmethod
    def forecast(
        self, pool: PoolGrowth, low: int, high: int, seen: PoolSeen, seconds: int, value1: int
    ) -> RangeOutlook:
        """What a position between two ticks may be expected to bring over so many seconds; `value1`: what it is worth
        in base units of token 1.
        """

    @abstractmethod
    def open(
        self,
        pool: PoolGrowth,
        low: int,
        high: int,
        most: tuple[int, int],
        least: tuple[int, int],
        account: Address,
        deadline: int,
    ) -> tuple[Step, ...]:
        """The step that opens a position for `account`; the approvals are added by the gate."""

    @abstractmethod
    def collect(self, position: Position, account: Address) -> tuple[Step, ...]:
        """The step that takes out the fees that wait."""

    @abstractmethod
    def close(self, position: Position, least: tuple[int, int], account: Address, deadline: int) -> tuple[Step, ...]:
        """The steps that take all out and leave nothing behind."""
