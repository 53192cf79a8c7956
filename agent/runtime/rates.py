"""'Best yields?': the venues and their rates out of one snapshot, for whoever looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from agent.chain.snapshot import Snapshot
from agent.errors import Refused
from agent.gate.allowed import trusted
from agent.gate.risk import weighed
from agent.gate.rollup import check_sequencer
from agent.intents import Yields
from agent.money import Address, Token
from agent.plugin import Option
from agent.replies import yields as told
from agent.replies.reply import Reply
from agent.runtime.market import Market
from agent.runtime.risks import Against, against

Look = Callable[[Snapshot], Awaitable[Against]]

SIZES = (1_000, 100_000)
"""Deposits in whole tokens at which `yields` also shows each venue's rate, beside all that the wallet holds."""


async def yields(market: Market, account: Address, intent: Yields, look: Look | None = None) -> Reply:
    """The venues of one asset, or the best venue of each; `look` knows how they were before. Raises Unavailable,
    NeedsAnswer.
    """
    registry = market.registry
    if intent.asset is None:
        snapshot = await _weighed(market, await market.snapshot(account), look)
        assets = [registry.token(symbol) for symbol in sorted({v.asset.symbol for v in market.venues.values()})]
        return _noted(
            told.overview([(asset, _ranked(market, snapshot, asset, 0)) for asset in assets]), market, snapshot
        )
    asset = registry.token(intent.asset)
    if asset.is_native and registry.wrapped:
        asset = registry.token(registry.wrapped)
    snapshot, elsewhere = await asyncio.gather(market.snapshot(account), market.elsewhere(asset))
    snapshot = await _weighed(market, snapshot, look)
    wallet = snapshot.balances.get(asset.symbol, 0)
    sizes = {size * 10**asset.decimals for size in SIZES} | ({wallet} if wallet else set())
    ranked = {size: _ranked(market, snapshot, asset, size) for size in (0, *sorted(sizes))}
    options = {size: {option.venue: option for option in ranked[size]} for size in sorted(sizes)}
    left = left_out(market, snapshot, asset)
    return _noted(told.yields(asset, ranked[0], options, left, elsewhere, market.now()), market, snapshot)


async def _weighed(market: Market, snapshot: Snapshot, look: Look | None) -> Snapshot:
    """With what speaks against each venue; without a past, by what it is now alone."""
    found = against(snapshot, market.venues, {}, market.hooks) if look is None else await look(snapshot)
    return replace(snapshot, signals=found.signals())


def _ranked(market: Market, snapshot: Snapshot, asset: Token, units: int) -> list[Option]:
    """With what this very snapshot found out about a venue, too."""
    return weighed(trusted(market.rank(snapshot.venues, asset, units), snapshot.untrusted), snapshot.signals)


def _noted(reply: Reply, market: Market, snapshot: Snapshot) -> Reply:
    """The reply, with what keeps all of it closed now."""
    try:
        check_sequencer(market.registry, snapshot)
    except Refused as error:
        return replace(reply, text=f"{reply.text} Nothing goes in now: {error}")
    return reply


def left_out(market: Market, snapshot: Snapshot, asset: Token) -> dict[str, str]:
    """Why something that `asset` could be put into isn't offered: a venue of it, the token itself, a whole market."""
    known = {**market.missing, **snapshot.missing}
    return {key: why for key, why in known.items() if _concerns(key, asset, market)}


def _concerns(key: str, asset: Token, market: Market) -> bool:
    parts = key.split(":")
    first, last = parts[0], parts[-1]
    if last == asset.symbol:
        return True
    whole = last not in market.registry.tokens and first in market.registry.protocols
    return whole and first not in market.traders and not last.startswith("0x")
