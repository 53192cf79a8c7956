"""A plug-in's quoter behind a time-out. What it offers is checked by the gate like every other offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.hooks import shapes
from agent.hooks.plugin import Plugin
from agent.hooks.venues import contract
from agent.hooks.worker import bridged
from agent.plugin import Ask, Chain, Listed, Offer, Quoter, Wanted, Web

MOST_CONTRACTS, MOST_CALLDATA = 8, 2**17


class GuardedQuoter(Quoter):
    """Somebody else's quoter: asked in its own thread, with the same service. It signs no orders."""

    def __init__(self, plugin: Plugin, name: str, inner: Quoter) -> None:
        self.name = name  # type: ignore[misc]
        header, before = inner.keyed
        self.keyed = (shapes.line(header, "a header", 60), shapes.plain(before, "what stands before a key", 20))  # type: ignore[misc]
        own = shapes.listed(list(inner.contracts), Listed, "its contracts", MOST_CONTRACTS)
        self.contracts = tuple(contract(each) for each in own)
        if not self.contracts or inner.spender != self.contracts[0].address:
            raise ValueError("what is called is what is approved")
        self._plugin = plugin
        self._inner = inner

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Quoter:
        raise NotImplementedError("found by its kind")

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        def check(found: object) -> Offer:
            offer = shapes.of_type(found, Offer, "an offer")
            shapes.whole(offer.units_out, "what it offers")
            shapes.whole(offer.value, "its value")
            shapes.place(offer.to, "what it calls")
            if len(shapes.of_type(offer.data, bytes, "its calldata")) > MOST_CALLDATA or offer.order is not None:
                raise ValueError("an offer is a call of at most 128 kB")
            return replace(offer, quoter=self.name)

        served = _Bridged(web)
        return await self._plugin.wait(
            f"{self.name}: offer", lambda: self._inner.offer(wanted, served), check, self._plugin.patience.asked
        )


class _Bridged:
    """The service for code that runs in a loop of its own."""

    def __init__(self, inner: Web) -> None:
        self._get, self._post = bridged(inner.get), bridged(inner.post)

    async def get(self, path: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        return await self._get(path, query, headers)

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        return await self._post(path, body, headers)
