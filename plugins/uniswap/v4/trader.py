"""Uniswap v4 as a trader beside v3: the listed pools that have no hooks and a fixed fee.

A trade goes by the pools of v4 alone, or by those of v3 and v2 alone, whichever is better net of gas. Where one side
is the native coin or its wrapped form, all its parts begin (or end) in the one or all in the other, whichever of
these is better; the router wraps and unwraps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

from moneta import (
    Address,
    AnyPool,
    Ask,
    Block,
    Call,
    Chain,
    Listed,
    PoolEvent,
    PoolSwap,
    Route,
    Step,
    Token,
    Trade,
    Unavailable,
    address,
    view,
)
from plugins.uniswap.best import NAME_V4, ordered
from plugins.uniswap.exchange import Exchange
from plugins.uniswap.split import net
from plugins.uniswap.trader import words_around
from plugins.uniswap.v4 import calls
from plugins.uniswap.v4.events import swaps
from plugins.uniswap.v4.keys import COIN, PoolKey, key_of
from plugins.uniswap.v4.slots import Pool

ROUTER_TABLE, PERMIT2_TABLE = "uniswap-universal-router", "permit2"
POOL_MANAGER = view("poolManager()", "address")
DOMAIN_SEPARATOR = view("DOMAIN_SEPARATOR()", "bytes32")


class UniswapV4(Exchange):
    """`[protocols.uniswap-v4]` with `pool_manager`, `router` (UniversalRouter), `permit2` and `pools`: each by its
    two tokens, the native coin by its symbol, its fee in millionths and its tick spacing ("DAI/WETH 500 10"), and its
    hooks where it has some.
    """

    name = NAME_V4

    def __init__(
        self, manager: Address, router: Listed, permit2: Listed, pools: Sequence[Pool], tokens: Sequence[Token]
    ) -> None:
        super().__init__(router, tokens)
        self.through: Listed = permit2
        self.pools = tuple(pools)
        self._manager = manager
        self._keys: Mapping[Address, PoolKey] = {pool.id: pool.key for pool in self.pools}

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> UniswapV4:
        section = chain.section
        manager, router, permit2 = (address(section[name]) for name in ("pool_manager", "router", "permit2"))
        own, domain = await ask([POOL_MANAGER.at(router), DOMAIN_SEPARATOR.at(permit2)])
        if own is None or address(own[0]) != manager:
            raise Unavailable(NAME_V4, f"There is no universal router of the pool manager {manager} at {router}.")
        if domain is None:
            raise Unavailable(NAME_V4, f"There is no Permit2 at {permit2}.")
        tokens, coin = dict(chain.tokens), chain.wrapped
        if coin not in {token.address for token in tokens.values()}:
            coin = None
        if coin is not None and chain.native is not None:  # what of the coin itself can't be wrapped isn't traded
            tokens[chain.native.symbol] = chain.native
        return cls(
            manager,
            Listed(router, "Uniswap universal router", ROUTER_TABLE, wrapped=coin),
            Listed(permit2, "Permit2", PERMIT2_TABLE),
            await _pools(_keys(section["pools"], tokens, chain.doubts), manager, ask),
            list(tokens.values()),
        )

    def reads(self) -> tuple[Call, ...]:
        return tuple(pool.read(self._manager) for pool in self.pools)

    def state(self, answers: Sequence[tuple[Any, ...] | None], block: Block) -> tuple[AnyPool, ...]:
        told = zip(self.pools, answers, strict=True)
        states = (pool.state(answer[0]) for pool, answer in told if answer is not None)
        return tuple(state for state in states if state is not None)

    def quotes(
        self, states: Sequence[AnyPool], token_in: Token, token_out: Token, units: int, exact_out: bool = False
    ) -> tuple[Route, ...]:
        ask = super().quotes
        found = [ask(states, *ends, units, exact_out) for ends in self._ends(token_in, token_out)]
        return ordered(route for routes in found for route in routes)

    def best(
        self,
        states: Sequence[AnyPool],
        token_in: Token,
        token_out: Token,
        units: int,
        exact_out: bool = False,
        gas: Fraction = Fraction(0),
    ) -> Trade | None:
        ask = super().best
        found = [ask(states, *ends, units, exact_out, gas) for ends in self._ends(token_in, token_out)]
        return max((each for each in found if each), key=lambda each: net(each, gas), default=None)

    def _ends(self, start: Token, end: Token) -> list[tuple[Token, Token]]:
        """The two as they are, and with the coin itself in the place of its wrapped form: pools hold either."""
        return list(product(self._forms(start), self._forms(end)))

    def _forms(self, token: Token) -> list[Token]:
        coin = self._tokens.get(COIN)
        return [token, coin] if coin is not None and token.place == self.contract.wrapped else [token]

    def tellers(self, pools: Sequence[Address]) -> tuple[Address, ...]:
        return (self._manager,)

    def swaps(self, states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
        return swaps(states, events)

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        self.check_coin(trade, native)
        return (calls.swap_step(self.contract, self._keys, trade, limits, native, deadline),)

    def grant(self, token: Token, units: int, until: int) -> Step:
        return calls.grant(self.through, self.contract, token, units, until)


def _keys(listed: Sequence[str], tokens: Mapping[str, Token], doubts: dict[str, str]) -> list[PoolKey]:
    """Those that may be used; why another one isn't is doubted, by its id."""
    keys: list[PoolKey] = []
    for text in listed:
        key = key_of(text, tokens)
        if key is not None and key.why_not:
            doubts[f"{NAME_V4}:{key.id}"] = key.why_not
        elif key is not None:
            keys.append(key)
    return keys


async def _pools(keys: Sequence[PoolKey], manager: Address, ask: Ask) -> list[Pool]:
    """The pools that are open, with their ticks of now. One that nobody opened yet is left out."""
    blank = [Pool(key, ()) for key in keys]
    answers = await ask([pool.read(manager) for pool in blank])
    states = [None if answer is None else pool.state(answer[0]) for pool, answer in zip(blank, answers, strict=True)]
    opened = [
        Pool(key, words_around(state.tick, key.spacing))
        for key, state in zip(keys, states, strict=True)
        if state is not None
    ]
    answers = await ask([pool.read(manager) for pool in opened])
    for pool, answer in zip(opened, answers, strict=True):
        if answer is not None:
            pool.state(answer[0])  # remembers its ticks
    return opened
