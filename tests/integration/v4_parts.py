"""Uniswap v4 by itself on devnet: some of its pools, and the best trade through them."""

from __future__ import annotations

from typing import cast

from agent.gate.trades.trading import gas_price
from agent.plugin import Trader
from agent.routes import Trade
from plugins.uniswap.v4.trader import UniswapV4
from tests.integration.swap_parts import Swapping


def alone(it: Swapping, *pairs: tuple[str, str]) -> Swapping:
    """v4 is the only exchange, with these pools."""
    cast("dict[str, Trader]", it.world.traders).pop("uniswap-v3", None)
    trader, registry = trader_of(it), it.world.registry
    wanted = [{registry.token(symbol).place for symbol in pair} for pair in pairs]
    trader.pools = tuple(pool for pool in trader.pools if {pool.key.currency0, pool.key.currency1} in wanted)
    assert len(trader.pools) == len(pairs)
    return it


def trader_of(it: Swapping) -> UniswapV4:
    return cast(UniswapV4, it.world.traders["uniswap-v4"])


async def best(it: Swapping, start: str, end: str, units: int, exact_out: bool = False) -> Trade:
    snapshot, trader = await it.world.snapshot(it.account), trader_of(it)
    one, other = (it.world.registry.token(symbol) for symbol in (start, end))
    gas = gas_price(it.world.registry, snapshot, one if exact_out else other)
    trade = trader.best(snapshot.traders["uniswap-v4"], one, other, units, exact_out, gas)
    assert trade is not None
    return trade
