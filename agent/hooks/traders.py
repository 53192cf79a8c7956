"""A plug-in's exchange behind a time-out. What a route gives is simulated before anybody confirms it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

from agent.abi import Call
from agent.errors import MonetaError
from agent.hooks import shapes
from agent.hooks.plugin import Plugin
from agent.hooks.venues import MOST_STEPS, Answers, _reads, contract
from agent.money import Address, Token
from agent.plans import Step
from agent.plugin import Ask, Block, Chain, Trader
from agent.routes import AnyPool, Attack, PairState, PoolEvent, PoolState, PoolSwap, Route, Trade

T = TypeVar("T")
MOST_POOLS, MOST_ROUTES, MOST_PARTS = 200, 200, 16


class GuardedTrader(Trader):
    """Somebody else's exchange. It may be called at its own contract only; one that fails gives no route."""

    def __init__(self, plugin: Plugin, name: str, inner: Trader) -> None:
        self._name = name
        self.contract = contract(inner.contract)
        self._plugin = plugin
        self._inner = inner

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Trader:
        raise NotImplementedError("found by its kind")

    def reads(self) -> tuple[Call, ...]:
        try:
            return self._call("reads", self._inner.reads, lambda found: _reads(found, most=1_000))
        except MonetaError:
            return ()

    def state(self, answers: Answers, block: Block) -> tuple[AnyPool, ...]:
        def check(found: object) -> tuple[AnyPool, ...]:
            return tuple(_pool(each) for each in shapes.listed(found, object, "its pools", MOST_POOLS))

        try:
            return self._call("state", lambda: self._inner.state(answers, block), check)
        except MonetaError:
            return ()

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        def check(found: object) -> tuple[Route, ...]:
            return tuple(self._route(each) for each in shapes.listed(found, Route, "its routes", MOST_ROUTES))

        try:
            return self._call(
                "quotes", lambda: self._inner.quotes(states, token_in, token_out, units, exact_out), check
            )
        except MonetaError:
            return ()

    def best(
        self,
        states: Sequence[AnyPool],
        token_in: Token,
        token_out: Token,
        units: int,
        exact_out: bool = False,
        gas: Fraction = Fraction(0),
    ) -> Trade | None:
        def check(found: object) -> Trade | None:
            return None if found is None else self._trade(shapes.of_type(found, Trade, "its trade"))

        try:
            return self._call(
                "best", lambda: self._inner.best(states, token_in, token_out, units, exact_out, gas), check
            )
        except MonetaError:
            return None

    def attacks(self, states: Sequence[AnyPool], trade: Trade, limits: Sequence[int]) -> tuple[Attack, ...] | None:
        def check(found: object) -> tuple[Attack, ...] | None:
            if found is None:
                return None
            listed = shapes.listed(found, Attack, "the sandwiches", MOST_ROUTES)
            for each in listed:
                for what, units in (("units", each.units), ("gain", each.gain), ("loss", each.loss)):
                    shapes.whole(units, what)
            return tuple(listed)

        try:
            return self._call("attacks", lambda: self._inner.attacks(states, trade, limits), check)
        except MonetaError:
            return None

    def swaps(self, states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
        def check(found: object) -> tuple[PoolSwap | None, ...]:
            each = shapes.listed(found, object, "the swaps", len(events))
            if len(each) != len(events):
                raise ValueError("there is an answer for each event")
            return tuple(None if swap is None else shapes.of_type(swap, PoolSwap, "a swap") for swap in each)

        try:
            return self._call("swaps", lambda: self._inner.swaps(states, events), check)
        except MonetaError:
            return (None,) * len(events)

    def moved(self, pool: AnyPool, down: bool, units: int) -> tuple[int, AnyPool] | None:
        def check(found: object) -> tuple[int, AnyPool] | None:
            if found is None:
                return None
            given, left = shapes.of_type(found, tuple, "what a pool gives")
            return shapes.whole(given, "what it gives"), _pool(left)

        try:
            return self._call("moved", lambda: self._inner.moved(pool, down, units), check)
        except MonetaError:
            return None

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        def check(found: object) -> tuple[Step, ...]:
            steps = shapes.listed(found, Step, "its steps", MOST_STEPS)
            if any(step.to != self.contract.address for step in steps):
                raise ValueError("a step calls the exchange's own contract")
            return tuple(replace(step, contract=self.contract.name) for step in steps)

        return self._call("swap", lambda: self._inner.swap(trade, account, limits, native, deadline), check)

    def _trade(self, trade: Trade) -> Trade:
        parts = shapes.listed(trade.parts, Route, "its routes", MOST_PARTS)
        if not parts:
            raise ValueError("a trade has a route")
        shapes.whole(trade.gas, "gas")
        return replace(trade, parts=tuple(self._route(each) for each in parts))

    def _route(self, route: Route) -> Route:
        for what, units in (("units_in", route.units_in), ("units_out", route.units_out)):
            shapes.whole(units, what)
        why_not = shapes.line(route.why_not, "why_not", 200)
        return replace(route, trader=self._name, why_not=why_not)

    def _call(self, what: str, function: Callable[[], Any], check: Callable[[object], T]) -> T:
        return self._plugin.call(f"{self._name}: {what}", function, check)


def _pool(found: object) -> AnyPool:
    return found if isinstance(found, PairState) else shapes.of_type(found, PoolState, "one of its pools")
