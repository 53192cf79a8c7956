"""'Best yields?': the venues and their rates out of one snapshot, for whoever looks."""

from __future__ import annotations

import asyncio

from agent.intents import Yields
from agent.money import Address
from agent.replies import yields as told
from agent.replies.reply import Reply
from agent.runtime.market import Market

SIZES = (1_000, 100_000)
"""Deposits in whole tokens at which `yields` also shows each venue's rate, beside all that the wallet holds."""


async def yields(market: Market, account: Address, intent: Yields) -> Reply:
    """The venues of one asset, or the best venue of each. Raises Unavailable, NeedsAnswer."""
    registry = market.registry
    if intent.asset is None:
        snapshot = await market.snapshot(account)
        assets = [registry.token(symbol) for symbol in sorted({v.asset.symbol for v in market.venues.values()})]
        return told.overview([(asset, market.rank(snapshot.venues, asset, 0)) for asset in assets])
    asset = registry.token(intent.asset)
    if asset.is_native and registry.wrapped:
        asset = registry.token(registry.wrapped)
    snapshot, elsewhere = await asyncio.gather(market.snapshot(account), market.elsewhere(asset))
    wallet = snapshot.balances.get(asset.symbol, 0)
    sizes = {size * 10**asset.decimals for size in SIZES} | ({wallet} if wallet else set())
    ranked = {size: market.rank(snapshot.venues, asset, size) for size in (0, *sorted(sizes))}
    options = {size: {option.venue: option for option in ranked[size]} for size in sorted(sizes)}
    return told.yields(asset, ranked[0], options, snapshot.missing, elsewhere, market.now())
