"""The service as Moneta asks it: once an hour at most, for everybody at once; after a failure not for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Set
from pathlib import Path

from moneta import Elsewhere, Outside, Token, Told, Unavailable
from plugins.defillama import cache
from plugins.defillama.cache import Kept
from plugins.defillama.rows import Row, rows_of

NAME = "DefiLlama"
FRESH_SECONDS = 3_600  # the service computes its figures anew every hour
OLDEST_SECONDS = 86_400  # an older figure says nothing about today
REST_SECONDS = 600  # after a failure nobody waits for it again that soon
CHAINS = {1: {"Ethereum"}, 10: {"Optimism", "OP Mainnet"}, 8453: {"Base"}, 42161: {"Arbitrum"}}
"""How the service calls the chains. On any other, a devnet say, places on all chains are told."""
OURS = {
    "aave-v3": "aave-v3",
    "morpho-blue": "morpho-blue",
    "morpho-v1": "morpho-blue",
    "compound-v3": "compound-v3",
    "venus-core-pool": "venus",
}
"""How the service calls protocols of ours: where one is entered, its rate is read from the chain, not told here."""
READ_FROM_CHAIN = "read from the chain itself"
_SAME = {"WETH": {"WETH", "ETH"}}  # a pool of either takes the coin


class Source:
    """One URL, with what it said last."""

    def __init__(self, url: str, folder: Path | None) -> None:
        self._url = url
        self._folder = folder
        self._kept: Kept | None = None
        self._rests_until = 0
        self._trouble = ""
        self._asking = asyncio.Lock()

    async def told(self, asset: Token, entered: Set[str], outside: Outside) -> Told:
        """The places for `asset` on this chain that aren't `entered`, the largest first. Never raises Unavailable."""
        async with self._asking:
            kept = await self._current(outside.now)
        if kept is None:
            return Told(NAME, (), 0, {}, self._trouble)
        found, ours = [], 0
        for row in kept.rows.rows:
            if row.symbol.upper() in _SAME.get(asset.symbol, {asset.symbol.upper()}) and _here(row, outside.chain_id):
                if OURS.get(row.project) in entered:
                    ours += 1
                else:
                    found.append(Elsewhere(row.project, row.chain, row.rate, row.reward, row.tvl_usd))
        found.sort(key=lambda each: (-each.tvl_usd, each.project, each.chain))
        dropped = dict(kept.rows.dropped) | ({READ_FROM_CHAIN: ours} if ours else {})
        return Told(NAME, tuple(found), kept.at, dropped, self._trouble)

    async def _current(self, now: int) -> Kept | None:
        """What holds now, asked anew where it is time to. None where nothing recent enough is known."""
        if self._kept is None and self._folder is not None:
            self._kept = await asyncio.to_thread(cache.read, self._folder, self._url)
        kept = self._kept
        if kept is not None and 0 <= now - kept.at < FRESH_SECONDS:
            return kept
        if now >= self._rests_until:
            try:
                self._kept, self._trouble = await self._asked(kept, now), ""
            except Unavailable as error:
                self._trouble, self._rests_until = error.message, now + REST_SECONDS
        kept = self._kept
        return kept if kept is not None and 0 <= now - kept.at < OLDEST_SECONDS else None

    async def _asked(self, kept: Kept | None, now: int) -> Kept:
        from plugins.defillama.fetch import fetch  # an HTTP library that most instances never need

        answer = await fetch(self._url, kept.etag if kept is not None else "")
        if answer.body is None and kept is not None:
            new = kept.still(now)
        else:
            try:
                rows = await asyncio.to_thread(rows_of, answer.body or b"")
            except ValueError as error:
                raise Unavailable("defillama", f"its answer can't be read: {_short(error)}") from None
            new = Kept(self._url, answer.etag, now, rows)
        if self._folder is not None:
            with contextlib.suppress(OSError):  # a full disk costs the cache, not the answer
                await asyncio.to_thread(cache.write, self._folder, new)
        return new


def _here(row: Row, chain_id: int) -> bool:
    return row.chain in CHAINS.get(chain_id, {row.chain})


def _short(error: ValueError) -> str:
    """Without the text itself, which is anybody's."""
    own = str(error)
    return own if own.startswith("it ") else "it is no JSON"
