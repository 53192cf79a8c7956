"""Quotes equal the chain's own QuoterV2 to the last base unit, whatever the size and the way."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from agent.chain.find_traders import find_traders
from agent.chain.rpc_types import RpcError
from agent.chain.snapshot import take
from agent.chain.snapshot_json import from_json, to_json
from agent.money import Token
from agent.plugin import Trader
from agent.routes import PoolState, Route
from devnet import Node
from plugins.uniswap.calls import packed
from plugins.uniswap.pool import swap
from plugins.uniswap.trader import UniswapV3
from tests.integration.chain_parts import Devnet

pytestmark = pytest.mark.integration

SINGLE = "quoteExact{}Single((address tokenIn,address tokenOut,uint256 amount,uint24 fee,uint160 limit) params)"
PATH = "quoteExact{}(bytes path,uint256 amount)"
COUNT = 500
MOST = {"WETH": 22.3, "DAI": 25.5, "USDC": 13.5}  # powers of ten in base units, beyond each pool's inner band


@dataclass
class Market:
    """Devnet's pools as the trader reads them, and the quoter to ask."""

    devnet: Devnet
    trader: Trader
    pools: tuple[PoolState, ...]

    async def asked(self, function: str, *args: Any) -> int | None:
        """What QuoterV2 says, None where it reverts."""
        quoter = self.devnet.registry.protocols["uniswap-v3"]["quoter"]
        try:
            return int(await self.devnet.read(quoter, function, "uint256", *args))
        except RpcError:
            return None

    async def one_pool(self, pool: PoolState, zero_for_one: bool, units: int, exact_out: bool) -> int | None:
        ends = (pool.token0, pool.token1) if zero_for_one else (pool.token1, pool.token0)
        return await self.asked(SINGLE.format("Output" if exact_out else "Input"), (*ends, units, pool.fee, 0))

    async def whole(self, route: Route) -> int | None:
        """The route's unknown side."""
        kind, units = ("Output", route.units_out) if route.exact_out else ("Input", route.units_in)
        return await self.asked(PATH.format(kind), packed(route), units)

    def token(self, symbol: str) -> Token:
        return self.devnet.registry.tokens[symbol]


@pytest_asyncio.fixture
async def market(devnet_node: Node) -> Market:
    devnet = await Devnet.opened(devnet_node)
    found, faults = await find_traders([UniswapV3], devnet.registry, devnet.rpc, {})
    assert not faults
    snapshot = await take(devnet.rpc, devnet.registry, {}, devnet.user, "latest", found)
    assert from_json(to_json(snapshot)) == snapshot
    assert snapshot.requests == 1
    ticked = tuple(each for each in snapshot.traders["uniswap-v3"] if isinstance(each, PoolState))
    return Market(devnet, found["uniswap-v3"], ticked)


async def test_random_quotes_of_single_pools_equal_the_quoter(market: Market) -> None:
    """Sizes from one base unit to beyond a band's edge, so that ticks are crossed; both directions and both sides."""
    dice = random.Random(7)  # noqa: S311
    said, crossed = 0, 0
    while said < COUNT:
        pool = dice.choice(market.pools)
        zero_for_one, exact_out = dice.random() < 0.5, dice.random() < 0.5
        into = pool.token1 if zero_for_one == exact_out else pool.token0
        token = market.devnet.registry.at(into)
        assert token is not None
        most = MOST[token.symbol]
        units = int(10 ** dice.uniform(dice.choice((0, most - 0.5)), most))
        ours = swap(pool, zero_for_one, units, exact_out)
        theirs = await market.one_pool(pool, zero_for_one, units, exact_out)
        if ours is None:
            continue  # out of what is known
        assert ours == theirs, (pool.pool, zero_for_one, exact_out, units)
        said += 1
        crossed += ours != swap(replace(pool, ticks=()), zero_for_one, units, exact_out)
    assert crossed >= COUNT // 20, crossed  # ticks where liquidity changes


@pytest.mark.parametrize("exact_out", [False, True], ids=["exact in", "exact out"])
@pytest.mark.parametrize("pair", [("WETH", "DAI"), ("DAI", "WETH"), ("USDC", "WETH"), ("DAI", "USDC")])
async def test_the_best_route_is_as_the_quoter_says_and_no_other_is_better(
    market: Market, pair: tuple[str, str], exact_out: bool
) -> None:
    dice = random.Random(11)  # noqa: S311
    start, end = map(market.token, pair)
    known = end if exact_out else start
    for _ in range(25):
        units = int(dice.uniform(1, 300) * 10**known.decimals) * (1 if known.symbol == "WETH" else 1000)
        route = market.trader.quote(market.pools, start, end, units, exact_out)
        assert route is not None
        theirs = await market.whole(route)
        assert theirs == (route.units_in if exact_out else route.units_out)
        for pool in market.pools:  # each pool alone
            if {pool.token0, pool.token1} == {start.address, end.address}:
                other = await market.one_pool(pool, start.address == pool.token0, units, exact_out)
                assert other is None or (route.units_in <= other if exact_out else route.units_out >= other)


async def test_two_hops_where_they_give_more_than_the_one_pool(market: Market) -> None:
    route = market.trader.quote(market.pools, market.token("WETH"), market.token("DAI"), 10**18)
    assert route is not None
    assert [token.symbol for token in route.tokens] == ["WETH", "USDC", "DAI"]
    assert len(route.fees) == 2
    (direct,) = (
        pool
        for pool in market.pools
        if {pool.token0, pool.token1} == {market.token(symbol).address for symbol in ("WETH", "DAI")}
    )
    alone = swap(direct, market.token("WETH").address == direct.token0, 10**18)
    assert alone is not None
    assert 0 < alone < route.units_out


async def test_the_price_impact_is_against_the_price_before(market: Market) -> None:
    weth, usdc = market.token("WETH"), market.token("USDC")
    small = market.trader.quote(market.pools, weth, usdc, 10**16)
    large = market.trader.quote(market.pools, weth, usdc, 500 * 10**18)
    assert small is not None
    assert large is not None
    assert small.impact_bps <= 1
    mid = 3_000 * 10**6 * 500 * (10**6 - large.fee) // 10**6
    assert abs(large.impact_bps - (mid - large.units_out) * 10_000 // mid) <= 1
    assert large.impact_bps > 50


async def test_a_pool_that_the_factory_does_not_know_is_refused(market: Market) -> None:
    registry, rpc = market.devnet.registry, market.devnet.rpc
    section = dict(registry.protocols["uniswap-v3"])
    elsewhere = replace(registry, protocols={"uniswap-v3": section | {"router": section["quoter"]}})
    found, faults = await find_traders([UniswapV3], elsewhere, rpc, {})
    assert not found
    assert "no SwapRouter02" in faults["uniswap-v3"]
    usdc, pools = registry.tokens["USDC"].address, section["pools"]
    wrong = replace(registry, protocols={"uniswap-v3": section | {"pools": [usdc, *pools]}})
    found, faults = await find_traders([UniswapV3], wrong, rpc, {})
    assert "no Uniswap v3 pool" in faults[f"uniswap-v3:{usdc}"]
    assert [pool.place for pool in found["uniswap-v3"].pools] == pools  # type: ignore[attr-defined]


async def test_a_pair_that_the_factory_does_not_know_is_refused(market: Market) -> None:
    registry, rpc = market.devnet.registry, market.devnet.rpc
    section = dict(registry.protocols["uniswap-v3"])
    weth, pools = registry.tokens["WETH"].address, section["pools"]
    wrong = replace(registry, protocols={"uniswap-v3": section | {"pairs": [weth, pools[0], *section["pairs"]]}})
    found, faults = await find_traders([UniswapV3], wrong, rpc, {})
    assert "no Uniswap v2 pair" in faults[f"uniswap-v2:{weth}"]
    assert "isn't a pair of the factory" in faults[f"uniswap-v2:{pools[0]}"]
    assert [pair.place for pair in found["uniswap-v3"].pairs] == section["pairs"]  # type: ignore[attr-defined]
    elsewhere = replace(registry, protocols={"uniswap-v3": section | {"factory_v2": section["factory"]}})
    found, faults = await find_traders([UniswapV3], elsewhere, rpc, {})
    assert "its router trades pairs of" in faults["uniswap-v2"]
    assert found["uniswap-v3"].pairs == ()  # type: ignore[attr-defined]
    without = {key: value for key, value in section.items() if key not in ("factory_v2", "pairs")}
    found, faults = await find_traders([UniswapV3], replace(registry, protocols={"uniswap-v3": without}), rpc, {})
    assert (found["uniswap-v3"].pairs, faults) == ((), {})  # type: ignore[attr-defined]
