"""An exchange: finds its pools, quotes routes through them, builds the steps of a swap."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, ClassVar

from agent.abi import Call
from agent.money import Address, Token
from agent.plans import Step
from agent.plugin.chain import Ask, Block, Chain, Listed
from agent.plugin.positions import PositionManager
from agent.routes import AnyPool, Attack, PoolEvent, PoolSwap, Route, Trade


class Trader(ABC):
    """An exchange whose prices follow from its pools' state; `name` is its section in the chain file.

    `contract` is what is called, and what an input token is approved to (`spender`), unless something takes tokens in
    its place, `through`, once `grant` lets it. All is pure but `discover`.
    """

    name: ClassVar[str]
    contract: Listed
    through: Listed | None = None

    manager: PositionManager | None = None
    """Where liquidity is provided to its pools; None where there is no such place, or nobody listed the contract."""

    @classmethod
    @abstractmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Trader:
        """The exchange on this chain. Raises Unavailable where the chain contradicts its file."""

    @abstractmethod
    def reads(self) -> tuple[Call, ...]:
        """The calls whose answers `state` needs; they run in the one call of the snapshot."""

    @abstractmethod
    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[AnyPool, ...]:
        """The pools in the answers, in the order of `reads`; one that can't be read is left out."""

    @abstractmethod
    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        """Every route weighed for `units` in (or out), to the last base unit: the best first, those that what is
        known can't give last, each with its `why_not`.
        """

    def quote(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> Route | None:
        """The best route, None where there is none that can be taken."""
        best = next(iter(self.quotes(states, token_in, token_out, units, exact_out)), None)
        return None if best is None or best.why_not else best

    def best(
        self,
        states: Sequence[AnyPool],
        token_in: Token,
        token_out: Token,
        units: int,
        exact_out: bool = False,
        gas: Fraction = Fraction(0),
    ) -> Trade | None:
        """The routes to take together, the best net of gas; None where nothing is better than the best of `quotes`.

        `gas`: base units of the side that isn't said that a unit of gas costs.
        """
        return None

    @property
    def spender(self) -> Address:
        """What an input token is approved to."""
        return (self.through or self.contract).address

    def grant(self, token: Token, units: int, until: int) -> Step:
        """The step that lets `contract` take up to `units` of what `through` may take, until then (Unix seconds);
        of 0 units, that takes it back. Of exchanges with `through` only.
        """
        raise NotImplementedError(f"{self.name} takes tokens itself")

    def attacks(self, states: Sequence[AnyPool], trade: Trade, limits: Sequence[int]) -> tuple[Attack, ...] | None:
        """The sandwiches around a trade that gain, gas apart: the best for each of its pools and ways. None: unknown.

        `limits`: for each part the least that comes back, or with an exact output the most that is given.
        """
        return None

    def tellers(self, pools: Sequence[Address]) -> tuple[Address, ...]:
        """The contracts whose events tell the swaps of these pools."""
        return tuple(pools)

    def swaps(self, states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
        """For each event of a block, in its order, the swap of one of the pools that it tells, else None.

        `states` are the pools before the block. An exchange that tells nothing of the kind gives none.
        """
        return (None,) * len(events)

    def moved(self, pool: AnyPool, down: bool, units: int) -> tuple[int, AnyPool] | None:
        """What `units` of token 0 (`down`) or token 1 give in one pool, and the pool behind it. None: unknown."""
        return None

    @abstractmethod
    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        """The steps of a trade; the approval of `contract` is added by the gate.

        `limits`: of each part the least that comes back, or with `exact_out` the most that is given. `native`:
        whether the coin is given, and whether it comes back, in the place of the wrapped token. `deadline`: Unix
        seconds after which it fails. Raises Refused where this can't be done in a call that is decoded.
        """
