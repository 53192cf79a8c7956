"""Chainlink first, the pools' half-hour mean as a check: read by `observe` of real pools, held against the feed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.abi import view
from agent.chain.snapshot import Snapshot
from agent.config import Settings
from agent.errors import Refused
from agent.gate.trades.mean_price import mean_gap_bps
from agent.intents import Exact, Swap
from agent.money import Address, Token
from agent.routes import PoolState
from agent.runtime.world import World
from devnet import Node
from plugins.uniswap.ticks import sqrt_ratio_at
from tests.integration.runtime_parts import AAVE, Whole, deposit, leave_all, opened, status

pytestmark = pytest.mark.integration

HALF_HOUR = 1_800
OBSERVE = view("observe(uint32[] secondsAgos)", "int56[]", "uint160[]")
ANSWER_SLOT = "0x0"
SOME = 20 * 10**18
"""WETH that moves the tick, though not by a percent: a trade that leaves it where it is isn't observed."""


def say_price(whole: Whole, symbol: str, price: int) -> None:
    """`price` in USD with 8 decimals; devnet's feeds keep their answer first."""
    feed = whole.world.registry.feeds[symbol]
    whole.chain.call("anvil_setStorageAt", feed, ANSWER_SLOT, "0x" + price.to_bytes(32, "big").hex())


def ticked(snapshot: Snapshot) -> tuple[PoolState, ...]:
    """Devnet's pools of concentrated liquidity."""
    return tuple(each for each in snapshot.traders["uniswap-v3"] if isinstance(each, PoolState))


async def pools(world: World, account: Address) -> tuple[PoolState, ...]:
    return ticked(await world.snapshot(account))


def deepest(found: tuple[PoolState, ...], token: Token) -> PoolState:
    own = [each for each in found if token.address in (each.token0, each.token1)]
    return max(own, key=lambda each: each.liquidity)


def observed(whole: Whole, pool: PoolState) -> int:
    """The mean tick as the pool's own words come to, rounded down."""
    call = OBSERVE.at(pool.pool, [HALF_HOUR, 0])
    answer = whole.chain.call("eth_call", {"to": pool.pool, "data": "0x" + call.data.hex()}, "latest")
    (then, later), _ = call.decode(bytes.fromhex(answer[2:]))
    return int((later - then) // HALF_HOUR)


def sell(whole: Whole, pool: PoolState, weth: int) -> None:
    """Somebody sells `weth` base units of WETH into the pool."""
    router, stranger = whole.world.traders["uniswap-v3"].contract.address, whole.chain.call("eth_accounts")[3]
    token = whole.token("WETH").address
    whole.chain.call("anvil_dealERC20", stranger, token, hex(weth))
    whole.send(stranger, token, "approve(address,uint256)", router, weth)
    other = pool.token1 if pool.token0 == token else pool.token0
    single = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"
    whole.send(stranger, router, single, (token, other, pool.fee, stranger, weth, 0, 0))


async def with_memory(whole: Whole, slots: int) -> PoolState:
    """The deepest pool of WETH, with room for so many observations, an hour after anything happened there."""
    pool = deepest(await pools(whole.world, whole.account), whole.token("WETH"))
    whole.send(whole.chain.call("eth_accounts")[3], pool.pool, "increaseObservationCardinalityNext(uint16)", slots)
    sell(whole, pool, SOME)  # the room is used from the next trade on
    whole.chain.call("evm_increaseTime", 2 * HALF_HOUR)
    whole.chain.call("evm_mine")
    return next(each for each in await pools(whole.world, whole.account) if each.pool == pool.pool)


async def test_the_mean_is_the_pools_own(whole: Whole) -> None:
    pool = await with_memory(whole, 10)
    assert pool.mean_sqrt_price == sqrt_ratio_at(observed(whole, pool))
    gap = mean_gap_bps(whole.world.registry, await whole.world.snapshot(whole.account), whole.token("WETH"))
    assert gap is not None
    assert gap < 100


async def test_one_trade_bends_the_price_and_not_the_mean(whole: Whole) -> None:
    before = await with_memory(whole, 10)
    sell(whole, before, 2_000 * 10**18)
    snapshot = await whole.world.snapshot(whole.account)
    after = next(each for each in ticked(snapshot) if each.pool == before.pool)
    assert abs(after.tick - before.tick) > 1_000  # over a tenth of the price
    assert after.mean_sqrt_price == sqrt_ratio_at(observed(whole, after))
    assert abs(observed(whole, after) - before.tick) < 50
    gap = mean_gap_bps(whole.world.registry, snapshot, whole.token("WETH"))
    assert gap is not None
    assert gap < 50


async def test_a_pool_without_a_memory_says_nothing(whole: Whole) -> None:
    pool = await with_memory(whole, 1)
    sell(whole, pool, SOME)  # its one observation is of now
    snapshot = await whole.world.snapshot(whole.account)
    after = next(each for each in ticked(snapshot) if each.pool == pool.pool)
    assert after.mean_sqrt_price is None
    assert after.liquidity > 0  # and it trades all the same
    assert status(await whole.ask(swap("10", "USDC", "WETH"))) == "ready"


async def test_a_feed_and_the_mean_that_disagree(tmp_path: Path, devnet_node: Node) -> None:
    """At the operator's own limit, under which the pools' present price would still be close enough."""
    async with opened(tmp_path, devnet_node, settings=Settings(max_price_gap_bps=200)) as whole:
        await whole.do(deposit("1000", venue=AAVE))
        await with_memory(whole, 10)
        price = (await whole.world.snapshot(whole.account)).prices["WETH"]
        say_price(whole, "WETH", price * 101 // 100)
        assert status(await whole.ask(swap("100", "USDC", "WETH"))) == "ready"
        say_price(whole, "WETH", price * 103 // 100)
        with pytest.raises(Refused, match="mean price of its pool over half an hour") as caught:
            await whole.ask(swap("100", "USDC", "WETH"))
        assert caught.value.rule == "oracle"
        await whole.do(leave_all())


def swap(value: str, asset: str, to: str) -> Swap:
    return Swap(asset=asset, amount=Exact(value=value), to_asset=to, to_amount=None)
