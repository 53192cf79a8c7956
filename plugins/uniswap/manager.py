"""Uniswap v3's NonfungiblePositionManager: positions read to the unit, opened, collected, closed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from eth_hash.auto import keccak

from moneta import (
    Address,
    Ask,
    Call,
    Chain,
    Held,
    Listed,
    PoolGrowth,
    PoolSeen,
    Position,
    PositionManager,
    RangeOutlook,
    Step,
    Unavailable,
    address,
)
from plugins.uniswap import manager_calls as calls
from plugins.uniswap import manager_views as views
from plugins.uniswap.forecast import forecast
from plugins.uniswap.liquidity import (
    MAX_UINT128,
    Outside,
    amounts_of,
    earned,
    growth_inside,
    liquidity_for,
    usable_range,
)
from plugins.uniswap.ticks import MAX_TICK, MIN_TICK, sqrt_ratio_at, tick_at
from plugins.uniswap.views import LIQUIDITY, SLOT0

NAME = "uniswap-v3"
TABLE = "uniswap-v3-positions"
POOL_CODE = bytes.fromhex("e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54")
"""@uniswap/v3-periphery, libraries/PoolAddress.sol, POOL_INIT_CODE_HASH: the manager finds its pools by it, too."""

ENUMERABLE = bytes.fromhex("780e9d63")
"""ERC-721's interface id of what counts its owners' tokens (EIP-721, ERC721Enumerable)."""

Answer = tuple[Any, ...] | None
Most = tuple[int | None, int | None]


class Spot(Protocol):
    """What never changes of a pool."""

    @property
    def place(self) -> Address: ...
    @property
    def token0(self) -> Address: ...
    @property
    def token1(self) -> Address: ...
    @property
    def fee(self) -> int: ...
    @property
    def spacing(self) -> int: ...


class UniswapPositions(PositionManager):
    """`position_manager` in `[protocols.uniswap-v3]`."""

    name = NAME

    def __init__(
        self, contract: Listed, factory: Address, pools: Sequence[Spot], pinned: Collection[Address]
    ) -> None:
        self.contract = contract
        self.seen = {}
        self._factory = factory
        self._pools = tuple(pools)
        self._pinned = frozenset(pinned)

    def pool_reads(self) -> tuple[Call, ...]:
        getters = (SLOT0, LIQUIDITY, views.GROWTH0, views.GROWTH1)
        return tuple(getter.at(pool.place) for pool in self._pools for getter in getters)

    def pools(self, answers: Sequence[Answer]) -> tuple[PoolGrowth, ...]:
        found = []
        for place, pool in enumerate(self._pools):
            slot0, liquidity, growth0, growth1 = answers[4 * place : 4 * place + 4]
            if slot0 and liquidity and growth0 and growth1:
                figures = (slot0[0], slot0[1], liquidity[0], growth0[0], growth1[0])
                found.append(PoolGrowth(pool.place, pool.token0, pool.token1, pool.fee, pool.spacing, *figures))
        return tuple(found)

    def count(self, account: Address) -> Call:
        return views.COUNT.at(self.contract.address, account)

    def number(self, account: Address, place: int) -> Call:
        return views.NUMBER.at(self.contract.address, account, place)

    def place(self, position: int) -> Call:
        return views.POSITION.at(self.contract.address, position)

    def held(self, position: int, answer: tuple[Any, ...]) -> Held:
        token0, token1, fee, low, high = address(answer[2]), address(answer[3]), *answer[4:7]
        listed = {token0, token1} <= self._pinned
        return Held(position, pool_of(self._factory, token0, token1, fee), token0, token1, fee, low, high, listed)

    def reads(self, held: Held) -> tuple[Call, ...]:
        pool = held.pool
        return (
            self.place(held.id),
            SLOT0.at(pool),
            views.GROWTH0.at(pool),
            views.GROWTH1.at(pool),
            views.TICK.at(pool, held.low),
            views.TICK.at(pool, held.high),
            views.POOL_POSITION.at(pool, key_of(self.contract.address, held.low, held.high)),
        )

    def position(self, held: Held, answers: Sequence[Answer]) -> Position:
        read = [answer for answer in answers if answer is not None]
        if len(read) < len(answers):
            raise Unavailable(NAME, f"The position {held.id} can't be read.")
        own, slot0, whole0, whole1, below, above, whole_position = read
        price, tick = slot0[0], slot0[1]
        inside = growth_inside(
            tick, held.low, held.high, Outside(whole0[0], whole1[0]), Outside(*below[2:4]), Outside(*above[2:4])
        )
        liquidity = own[7]
        units0, units1 = amounts_of(price, held.low, held.high, liquidity, up=False)
        fees = tuple(
            _waiting(liquidity, now, own[8 + side], own[10 + side], whole_position, side)
            for side, now in enumerate((inside.growth0, inside.growth1))
        )
        return Position(
            manager=NAME,
            id=held.id,
            pool=held.pool,
            token0=held.token0,
            token1=held.token1,
            fee=held.fee,
            low=held.low,
            high=held.high,
            liquidity=liquidity,
            sqrt_price=price,
            tick=tick,
            units0=units0,
            units1=units1,
            fees0=fees[0],
            fees1=fees[1],
        )

    def ticks(self, pool: PoolGrowth, low: int | None, high: int | None) -> tuple[int, int]:
        return usable_range(
            MIN_TICK if low is None else tick_at(low), MAX_TICK if high is None else tick_at(high), pool.spacing
        )

    def sqrt_price(self, tick: int) -> int:
        return sqrt_ratio_at(tick)

    def fitting(self, pool: PoolGrowth, low: int, high: int, most: Most) -> tuple[int, int, int]:
        liquidity = liquidity_for(pool.sqrt_price, low, high, *most)
        return liquidity, *amounts_of(pool.sqrt_price, low, high, liquidity, up=True)

    def given(self, pool: PoolGrowth, sqrt_price: int, low: int, high: int, liquidity: int) -> tuple[int, int]:
        del pool
        return amounts_of(sqrt_price, low, high, liquidity, up=False)

    def forecast(
        self, pool: PoolGrowth, low: int, high: int, seen: PoolSeen, seconds: int, value1: int
    ) -> RangeOutlook:
        return forecast(pool, (sqrt_ratio_at(low), sqrt_ratio_at(high)), seen, seconds, value1)

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
        return (calls.mint(self.contract, pool, (low, high), most, least, account, deadline),)

    def collect(self, position: Position, account: Address) -> tuple[Step, ...]:
        return (calls.collect(self.contract, position.id, account),)

    def close(self, position: Position, least: tuple[int, int], account: Address, deadline: int) -> tuple[Step, ...]:
        taken = (
            (calls.decrease(self.contract, position.id, position.liquidity, least, deadline),)
            if position.liquidity
            else ()
        )
        return (*taken, calls.collect(self.contract, position.id, account), calls.burn(self.contract, position.id))


async def manager_in(
    chain: Chain, factory: Address, wrapped: Address, pools: Sequence[Spot], ask: Ask
) -> UniswapPositions | None:
    """The manager that the chain file names; None where it names none, or one of another factory: that is doubted."""
    if "position_manager" not in chain.section:
        return None
    place = address(chain.section["position_manager"])
    made, coin, counts = await ask(
        [views.FACTORY.at(place), views.WRAPPED.at(place), views.SUPPORTS.at(place, ENUMERABLE)]
    )
    theirs = [None if answer is None else address(answer[0]) for answer in (made, coin)]
    if theirs != [factory, wrapped] or counts != (True,):
        chain.doubts[f"{NAME}:{place}"] = f"there is no position manager of the factory {factory}"
        return None
    pinned = frozenset(token.address for token in chain.tokens.values() if token.address is not None)
    return UniswapPositions(Listed(place, "Uniswap v3 positions", TABLE), factory, pools, pinned)


def pool_of(factory: Address, token0: Address, token1: Address, fee: int) -> Address:
    """Where the factory put that pool: CREATE2 with the pool's own facts as the salt. PoolAddress.computeAddress."""
    facts = b"".join((_word(token0), _word(token1), fee.to_bytes(32)))
    hashed = keccak(b"\xff" + bytes.fromhex(factory[2:]) + keccak(facts) + POOL_CODE)
    return address("0x" + bytes(hashed)[12:].hex())


def key_of(manager: Address, low: int, high: int) -> bytes:
    """What the pool keeps all of the manager's liquidity over these ticks under. PositionKey.compute."""
    ends = (low.to_bytes(3, signed=True), high.to_bytes(3, signed=True))
    return bytes(keccak(b"".join((bytes.fromhex(manager[2:]), *ends))))


def _word(place: Address) -> bytes:
    return bytes(12) + bytes.fromhex(place[2:])


def _waiting(liquidity: int, now: int, last: int, owed: int, whole: tuple[Any, ...], side: int) -> int:
    """Base units of one token that `collect` gives: what is owed to the position since its last look among them, and
    no more than the pool owes the manager, whose own sum is rounded down apart.
    """
    pool_liquidity, pool_last, pool_owed = whole[0], whole[1 + side], whole[3 + side]
    if liquidity:  # collect has the pool look at it first
        owed = (owed + earned(now, last, liquidity)) & MAX_UINT128
        pool_owed = (pool_owed + earned(now, pool_last, pool_liquidity)) & MAX_UINT128
    return int(min(owed, pool_owed))
