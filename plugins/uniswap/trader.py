"""Uniswap as a trader: pools that the factory vouches for, read with the ticks around their price, and v2's pairs.

All parts of a trade are one `multicall(deadline, …)`: all or none of them, and none after the deadline. The signer
reads the calls in it one by one, and a preview says them so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    PoolState,
    PoolSwap,
    Step,
    Token,
    Trade,
    Unavailable,
    address,
)
from plugins.uniswap import pairs, views
from plugins.uniswap.best import NAME
from plugins.uniswap.calls import swap_step
from plugins.uniswap.events import swaps
from plugins.uniswap.exchange import Exchange
from plugins.uniswap.manager import manager_in
from plugins.uniswap.pairs import Pair, find_pairs
from plugins.uniswap.ticks import MAX_TICK, MIN_TICK, WORD, sqrt_ratio_at, word_of

TABLE = "uniswap-v3-router"
MEAN_SECONDS = 1_800
"""The window of the mean price: half an hour, which to bend costs a manipulator each of its blocks."""
WORDS_EACH_SIDE = 3
"""Bitmap words read on each side of the price at discovery: 8 % of price at a tick spacing of 1, the double at 10."""

Answer = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Pool:
    """What never changes of a pool, and the bitmap words that are read of it."""

    place: Address
    token0: Address
    token1: Address
    fee: int
    spacing: int
    words: tuple[int, ...]

    @property
    def low(self) -> int:
        """The lowest tick that is known."""
        return self.words[0] * WORD * self.spacing

    @property
    def high(self) -> int:
        """The highest tick that is known."""
        return (self.words[-1] * WORD + WORD - 1) * self.spacing


class UniswapV3(Exchange):
    """`[protocols.uniswap-v3]` with `factory`, `router` (SwapRouter02), `tick_lens` and `pools`.

    `factory_v2` and `pairs`, which may be absent, are Uniswap v2's: the same router trades through them.
    """

    name = NAME

    def __init__(
        self, router: Listed, lens: Address, pools: Sequence[Pool], tokens: Sequence[Token], own: Sequence[Pair] = ()
    ) -> None:
        super().__init__(router, tokens)
        self.pools = tuple(pools)
        self.pairs = tuple(own)
        self._lens = lens

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> UniswapV3:
        section = chain.section
        factory, router = address(section["factory"]), address(section["router"])
        pinned = {token.address: token for token in chain.tokens.values()}
        getters = (views.ROUTER_FACTORY, views.ROUTER_WRAPPED, views.ROUTER_V2)
        by, wrapped, second = await ask([getter.at(router) for getter in getters])
        if by is None or wrapped is None or second is None or address(by[0]) != factory:
            raise Unavailable(NAME, f"There is no SwapRouter02 of the factory {factory} at {router}.")
        coin = address(wrapped[0])
        listed = Listed(router, "Uniswap v3 router", TABLE, wrapped=coin if coin in pinned else None)
        pools = await _pools([address(place) for place in section["pools"]], factory, chain, ask)
        known = [pool for pool in pools if pool.token0 in pinned and pool.token1 in pinned]
        paired = await find_pairs(address(second[0]), chain, ask)
        trader = cls(listed, address(section["tick_lens"]), known, list(pinned.values()), paired)
        trader.manager = await manager_in(chain, factory, coin, known, ask)
        return trader

    def reads(self) -> tuple[Call, ...]:
        ticked = (
            call
            for pool in self.pools
            for call in (
                views.SLOT0.at(pool.place),
                views.LIQUIDITY.at(pool.place),
                views.OBSERVE.at(pool.place, [MEAN_SECONDS, 0]),
                *(views.POPULATED_TICKS.at(self._lens, pool.place, word) for word in pool.words),
            )
        )
        return (*ticked, *(views.RESERVES.at(pair.place) for pair in self.pairs))

    def state(self, answers: Sequence[Answer], block: Block) -> tuple[AnyPool, ...]:
        states: list[AnyPool] = []
        for pool in self.pools:
            own, answers = list(answers[: 3 + len(pool.words)]), answers[3 + len(pool.words) :]
            observed = own.pop(2)  # a pool that doesn't remember so far still trades
            whole = [answer for answer in own if answer is not None]
            if len(whole) == len(own):
                states.append(_state(pool, whole, observed))
        return (*states, *pairs.states(self.pairs, answers))

    def swaps(self, states: Sequence[AnyPool], events: Sequence[PoolEvent]) -> tuple[PoolSwap | None, ...]:
        return swaps(states, events)

    def swap(
        self, trade: Trade, account: Address, limits: tuple[int, ...], native: tuple[bool, bool], deadline: int
    ) -> tuple[Step, ...]:
        self.check_coin(trade, native)
        return (swap_step(self.contract, trade, account, limits, native, deadline),)


async def _pools(places: Sequence[Address], factory: Address, chain: Chain, ask: Ask) -> list[Pool]:
    """The pools at these places; what isn't one, or isn't the factory's own, is left out and doubted."""
    getters = (views.TOKEN0, views.TOKEN1, views.FEE, views.TICK_SPACING, views.SLOT0)
    answers = await ask([getter.at(place) for place in places for getter in getters])
    pools: list[Pool] = []
    for start, place in enumerate(places):
        own = [answer for answer in answers[start * len(getters) :][: len(getters)] if answer is not None]
        if len(own) < len(getters):
            chain.doubts[f"{NAME}:{place}"] = "there is no Uniswap v3 pool"
            continue
        (token0,), (token1,), (fee,), (spacing,), (_, tick, *_) = own
        pools.append(Pool(place, address(token0), address(token1), fee, spacing, words_around(tick, spacing)))
    made = await ask([views.GET_POOL.at(factory, pool.token0, pool.token1, pool.fee) for pool in pools])
    answered = zip(pools, made, strict=True)
    known = {pool.place for pool, answer in answered if answer and address(answer[0]) == pool.place}
    strange = [pool.place for pool in pools if pool.place not in known]
    chain.doubts.update({f"{NAME}:{place}": f"it isn't a pool of the factory {factory}" for place in strange})
    return [pool for pool in pools if pool.place in known]


def words_around(tick: int, spacing: int) -> tuple[int, ...]:
    """The bitmap words around a tick that are read."""
    centre, lowest, highest = (word_of(each, spacing) for each in (tick, MIN_TICK, MAX_TICK))
    return tuple(range(max(centre - WORDS_EACH_SIDE, lowest), min(centre + WORDS_EACH_SIDE, highest) + 1))


def _mean(observed: Answer) -> int | None:
    """The square root of the mean price, as OracleLibrary.consult of @uniswap/v3-periphery rounds its tick: down."""
    if observed is None or len(observed[0]) != 2:
        return None
    then, now = observed[0]
    tick = (now - then) // MEAN_SECONDS
    return sqrt_ratio_at(tick) if MIN_TICK <= tick <= MAX_TICK else None


def _state(pool: Pool, answers: Sequence[tuple[Any, ...]], observed: Answer) -> PoolState:
    slot0, (liquidity,), *words = answers
    ticks = sorted((tick, net) for (entries,) in words for tick, net, _ in entries)
    return PoolState(
        pool=pool.place,
        token0=pool.token0,
        token1=pool.token1,
        fee=pool.fee,
        spacing=pool.spacing,
        sqrt_price=slot0[0],
        tick=slot0[1],
        liquidity=liquidity,
        ticks=tuple(ticks),
        low=pool.low,
        high=pool.high,
        mean_sqrt_price=_mean(observed),
    )
