"""KyberSwap Aggregator API v1: GET /{chain}/api/v1/routes, then POST /{chain}/api/v1/route/build.

Shapes: the API's specification for EVM swaps (`data.routeSummary`, `data.routerAddress`; `data.data`,
`data.amountOut`, `data.transactionValue`); the call: MetaAggregationRouterV2.sol. A summary goes back as it came.
"""

from __future__ import annotations

from typing import Any

from moneta import Ask, Chain, Listed, Offer, Quoter, Refused, Unavailable, Wanted, Web, address
from plugins.trade import reading

CHAINS = {1: "ethereum", 10: "optimism", 56: "bsc", 137: "polygon", 8453: "base", 42161: "arbitrum"}
CLIENT = "moneta"
"""The API asks who asks: its `x-client-id` and `source`."""


class KyberSwap(Quoter):
    """`[protocols.kyberswap]` with `router` (MetaAggregationRouterV2), and `chain` as the API calls it."""

    name = "kyberswap"
    coin = (True, False)

    def __init__(self, router: Listed, chain: str) -> None:
        self.contracts = (router,)
        self._chain = chain

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> KyberSwap:
        called = chain.section.get("chain") or CHAINS.get(chain.chain_id)
        if called is None:
            raise Unavailable(cls.name, f"KyberSwap has no chain {chain.chain_id}.")
        router = Listed(address(chain.section["router"]), "KyberSwap router", "kyberswap-router-v2")
        return cls(router, str(called))

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        query = {
            "tokenIn": reading.asset(wanted.gives),
            "tokenOut": reading.asset(wanted.gets),
            "amountIn": str(wanted.units),
            "gasInclude": "true",
        }
        headers = {"x-client-id": CLIENT}
        route = _data(await web.get(f"/{self._chain}/api/v1/routes", query, headers))
        build = {
            "routeSummary": reading.at(route, "routeSummary"),
            "sender": wanted.account,
            "recipient": wanted.account,
            "slippageTolerance": wanted.slippage_bps,
            "deadline": wanted.until,
            "source": CLIENT,
        }
        built = _data(await web.post(f"/{self._chain}/api/v1/route/build", build, headers))
        value = reading.quantity(built, "transactionValue") if reading.said(built, "transactionValue") else 0
        return Offer(
            quoter=self.name,
            units_out=reading.number(built, "amountOut"),
            to=reading.place(built, "routerAddress"),
            data=reading.calldata(built, "data"),
            value=value,
        )


def _data(body: Any) -> Any:
    """What an answer holds; its `code` is 0 where all is well."""
    if reading.number(body, "code"):
        raise Refused("quote-none", "It has no route for that.")
    return reading.at(body, "data")
