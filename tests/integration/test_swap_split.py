"""A trade of several parts really runs as quoted: SwapRouter02's own multicall over devnet's pools and its pair."""

from __future__ import annotations

import pytest

from agent.chain.find_traders import find_traders
from agent.chain.snapshot import take
from devnet import Node
from plugins.uniswap.trader import UniswapV3
from tests.integration.chain_parts import APPROVE, Devnet

pytestmark = pytest.mark.integration

FOREVER = 2**40


@pytest.mark.parametrize("exact_out", [False, True], ids=["exact in", "exact out"])
@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [("WETH", "USDC", 300), ("USDC", "WETH", 900_000), ("WETH", "DAI", 200), ("DAI", "USDC", 50_000)],
)
async def test_the_parts_give_what_is_quoted(
    devnet_node: Node, start: str, end: str, whole: int, exact_out: bool
) -> None:
    devnet = await Devnet.opened(devnet_node)
    registry = devnet.registry
    found, _ = await find_traders([UniswapV3], registry, devnet.rpc, {})
    trader, states = found["uniswap-v3"], (await take(devnet.rpc, registry, {}, devnet.user, "latest", found)).traders
    pays, gets = registry.tokens[start], registry.tokens[end]
    given = whole * 10**pays.decimals
    alone = trader.quote(states["uniswap-v3"], pays, gets, given)
    assert alone is not None
    units = alone.units_out if exact_out else given
    trade = trader.best(states["uniswap-v3"], pays, gets, units, exact_out)
    assert trade is not None
    assert (trade.units_out if exact_out else trade.units_in) == units
    gain = given - trade.units_in if exact_out else trade.units_out - alone.units_out
    assert gain > (given if exact_out else alone.units_out) // 100_000 if len(trade.parts) > 1 else gain >= 0
    assert (len(trade.parts) > 1) == ("WETH" in (start, end)), "one pool alone is between DAI and USDC"

    await devnet.fund(pays, trade.units_in)
    await devnet.call(pays.address, APPROVE, trader.contract.address, trade.units_in)
    before = await devnet.balance(pays), await devnet.balance(gets)
    limits = tuple(part.units_in if exact_out else part.units_out for part in trade.parts)
    await devnet.do(trader.swap(trade, devnet.user, limits, (False, False), FOREVER))
    assert before[0] - await devnet.balance(pays) == trade.units_in
    got = await devnet.balance(gets) - before[1]
    through_pairs = any(part.version == 2 for part in trade.parts)
    assert got == trade.units_out or (exact_out and through_pairs and 0 < got - units < units // 10_000)
    await devnet.rpc.close()


async def test_a_large_trade_goes_through_the_pair_too(devnet_node: Node) -> None:
    devnet = await Devnet.opened(devnet_node)
    found, _ = await find_traders([UniswapV3], devnet.registry, devnet.rpc, {})
    snapshot = await take(devnet.rpc, devnet.registry, {}, devnet.user, "latest", found)
    weth, usdc = (devnet.registry.tokens[symbol] for symbol in ("WETH", "USDC"))
    trade = found["uniswap-v3"].best(snapshot.traders["uniswap-v3"], weth, usdc, 500 * 10**18)
    assert trade is not None
    assert {part.version for part in trade.parts} == {2, 3}
    used = [pool for part in trade.parts for pool in part.pools]
    assert set(used) >= {*devnet.registry.protocols["uniswap-v3"]["pairs"]}
    await devnet.rpc.close()
