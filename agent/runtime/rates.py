"""'Best yields?': the venues and their rates out of one snapshot, for whoever looks."""

from __future__ import annotations

import asyncio

from agent.chain.snapshot import Snapshot
from agent.intents import Yields
from agent.money import Address, Token
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
    return told.yields(asset, ranked[0], options, left_out(market, snapshot, asset), elsewhere, market.now())


def left_out(market: Market, snapshot: Snapshot, asset: Token) -> dict[str, str]:
    """Why something that `asset` could be put into isn't offered: a venue of it, the token itself, a whole market."""
    known = {**market.missing, **snapshot.missing}
    return {key: why for key, why in known.items() if _concerns(key, asset, market)}


def _concerns(key: str, asset: Token, market: Market) -> bool:
    first, *_, last = key.split(":")
    if last == asset.symbol:
        return True
    whole = last not in market.registry.tokens and first in market.registry.protocols
    return whole and first not in market.traders and not last.startswith("0x")
