"""A plug-in's protocol and its venues behind a time-out, everything that they return looked at again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from agent.abi import Call
from agent.curves import Curve
from agent.errors import MonetaError, Unavailable
from agent.hooks import shapes
from agent.hooks.plugin import Plugin
from agent.hooks.worker import bridged
from agent.money import RAY, Address, Rate, Token
from agent.plans import Step
from agent.plugin import Ask, Block, Chain, Flag, Listed, Protocol, Venue, VenueState

T = TypeVar("T")
MOST_VENUES, MOST_READS, MOST_STEPS, MOST_POINTS = 200, 64, 4, 1_000
MOST_CALLDATA = 4_096
MOST_GAS = 5_000_000

Answers = Sequence[tuple[Any, ...] | None]


class GuardedProtocol(Protocol):
    """Somebody else's protocol: it finds venues of its own name only, and doubts no others."""

    def __init__(self, plugin: Plugin, inner: Protocol) -> None:
        self.name = shapes.name(inner.name, "a protocol's name")
        self.over_others = bool(inner.over_others)
        self._plugin = plugin
        self._inner = inner

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        node_failed: list[Exception] = []

        async def asked(calls: Sequence[Call]) -> list[tuple[Any, ...] | None]:
            try:
                return await ask(_reads(list(calls), most=5_000))
            except Exception as error:
                node_failed.append(error)
                raise

        doubts: dict[str, str] = {}
        handed, over = replace(chain, doubts=doubts), bridged(asked)
        try:
            found = await self._plugin.wait(
                f"{self.name}: discover",
                lambda: self._inner.discover(handed, over),
                lambda venues: self._venues(venues, chain),
                self._plugin.patience.discovered,
            )
        except MonetaError as error:
            if node_failed:
                raise node_failed[-1] from None
            raise Unavailable(self.name, shapes.line(str(error), "its reason", 200)) from None
        own = {key: why for key, why in doubts.items() if str(key).split(":")[0] == self.name}
        chain.doubts.update({str(key): shapes.line(why, "a doubt", 200) for key, why in own.items()})
        return found

    def _venues(self, found: object, chain: Chain) -> list[Venue]:
        venues = shapes.listed(found, Venue, "its venues", MOST_VENUES)  # type: ignore[type-abstract]
        return [GuardedVenue(self._plugin, self.name, venue, chain.tokens) for venue in venues]


class GuardedVenue(Venue):
    """Somebody else's venue. It may be called at its own contract only, and lends to nobody."""

    def __init__(self, plugin: Plugin, protocol: str, inner: Venue, tokens: Mapping[str, Token]) -> None:
        self.asset = shapes.pinned(inner.asset, tokens.values(), "a venue's asset")
        self.id = _id(inner.id, protocol, self.asset)
        self.name = shapes.line(inner.name, "a venue's name", 60)
        self.liquidity_source = shapes.line(inner.liquidity_source, "a liquidity source", 120)
        self.contract = contract(inner.contract)
        self.receipt = None if inner.receipt is None else _receipt(inner.receipt, self.asset.chain_id)
        self.entry_gas = shapes.whole(inner.entry_gas, "entry_gas", 21_000, MOST_GAS)
        self.exit_gas = shapes.whole(inner.exit_gas, "exit_gas", 21_000, MOST_GAS)
        if inner.lender is not None or inner.rewarder is not None:
            raise ValueError("lenders and rewarders are taken of built-in venues only")
        self._plugin = plugin
        self._inner = inner

    def reads(self, account: Address) -> tuple[Call, ...]:
        return self._call("reads", lambda: self._inner.reads(account), _reads)

    def state(self, answers: Answers, block: Block) -> VenueState:
        return self._call("state", lambda: self._inner.state(answers, block), self._state)

    def rate_after(self, state: VenueState, deposit: int) -> Rate:
        def check(found: object) -> Rate:
            return shapes.rate(found, "its rate")

        try:
            return self._call("rate_after", lambda: self._inner.rate_after(state, deposit), check)
        except MonetaError:  # it is out with the next snapshot; till then it is no reason to choose it
            return Rate(0)

    def curve(self, state: VenueState, seconds: int) -> Curve | None:
        try:
            return self._call("curve", lambda: self._inner.curve(state, seconds), curve)
        except MonetaError:
            return None

    def deposit(self, state: VenueState, account: Address, units: int) -> tuple[Step, ...]:
        return self._call("deposit", lambda: self._inner.deposit(state, account, units), self._steps)

    def withdraw(self, state: VenueState, account: Address, units: int | None) -> tuple[Step, ...]:
        return self._call("withdraw", lambda: self._inner.withdraw(state, account, units), self._steps)

    def _call(self, what: str, function: Callable[[], object], check: Callable[[object], T]) -> T:
        return self._plugin.call(f"{self.id}: {what}", function, check)

    def _state(self, found: object) -> VenueState:
        state = shapes.of_type(found, VenueState, "a state")
        if state.venue != self.id:
            raise ValueError(f"the state is of {shapes.line(state.venue, 'a venue', 60)}")
        flags = shapes.of_type(state.flags, frozenset, "its flags")
        if not all(isinstance(flag, Flag) for flag in flags) or Flag.UNTRUSTED in flags:
            raise ValueError("its flags are those of `Flag`; UNTRUSTED is the runtime's own")
        return VenueState(
            venue=self.id,
            rate=shapes.rate(state.rate, "its rate"),
            position=shapes.whole(state.position, "its position"),
            shares=shapes.whole(state.shares, "its shares"),
            liquidity=shapes.whole(state.liquidity, "its liquidity"),
            room=None if state.room is None else shapes.whole(state.room, "its room"),
            flags=flags,
            facts=shapes.facts(state.facts, "its facts"),
        )

    def _steps(self, found: object) -> tuple[Step, ...]:
        steps = shapes.listed(found, Step, "its steps", MOST_STEPS)
        for step in steps:
            if step.to != self.contract.address or step.value or not step.data:
                raise ValueError("a step calls the venue's own contract, and sends no native coin")
        return tuple(replace(step, contract=self.contract.name) for step in steps)


def contract(found: object) -> Listed:
    """A contract as a plug-in names it; the operator's policy says what it is."""
    one = shapes.of_type(found, Listed, "a contract")
    return Listed(
        shapes.place(one.address, "a contract"),
        shapes.line(one.name, "a contract's name", 60),
        shapes.name(one.table, "a call table's name"),
        None if one.asset is None else shapes.place(one.asset, "a contract's asset"),
        tuple(shapes.listed(one.markets, str, "its markets", 200)),
        None if one.wrapped is None else shapes.place(one.wrapped, "a wrapped coin"),
    )


def curve(found: object) -> Curve | None:
    """A curve, its points ascending from 0 within the whole."""
    if found is None:
        return None
    one = shapes.of_type(found, Curve, "a curve")
    points = shapes.listed(one.points, tuple, "its points", MOST_POINTS)
    pairs = tuple(
        (shapes.whole(usage, "a utilisation", 0, 2 * RAY), shapes.whole(each, "a rate", 0, shapes.MOST_RATE))
        for usage, each in points
    )
    if not pairs or pairs[0][0] != 0 or any(a[0] > b[0] for a, b in itertools.pairwise(pairs)):
        raise ValueError("its points ascend from a utilisation of 0")
    return Curve(
        shapes.whole(one.supplied, "supplied"),
        shapes.whole(one.borrowed, "borrowed"),
        pairs,
        shapes.of_type(one.on_borrowed, bool, "on_borrowed"),
        shapes.whole(one.kept, "kept", 0, RAY),
    )


def _reads(found: object, most: int = MOST_READS) -> tuple[Call, ...]:
    calls = shapes.listed(found, Call, "its reads", most)
    for call in calls:
        shapes.place(call.target, "a read's contract")
        if len(shapes.of_type(call.data, bytes, "a read")) > MOST_CALLDATA:
            raise ValueError(f"a read has more than {MOST_CALLDATA} bytes")
    return tuple(calls)


def _id(found: object, protocol: str, asset: Token) -> str:
    text = shapes.of_type(found, str, "a venue's id")
    first, _, rest = text.partition(":")
    if first != protocol or not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,39}:" + re.escape(asset.symbol), rest, re.ASCII):
        raise ValueError(f"the id {text[:80]!r} isn't {protocol}:<name>:{asset.symbol}")
    return text


def _receipt(found: object, chain_id: int) -> Token:
    token = shapes.of_type(found, Token, "a receipt")
    if token.chain_id != chain_id or token.address is None:
        raise ValueError("a receipt is a token of this chain")
    decimals = shapes.whole(token.decimals, "a receipt's decimals", 0, 36)
    return Token(
        chain_id, shapes.line(token.symbol, "a receipt's symbol", 32), shapes.place(token.address, "it"), decimals
    )
