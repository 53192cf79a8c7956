"""1inch Classic Swap API v6: GET /swap/v6.1/{chain}/swap.

Shapes: the API's reference of /swap (`dstAmount`, `tx`); the call: AggregationRouterV6.swap (1inch/1inch-v6,
GenericRouter.sol). The API's shorter calls (unoswap, clipper) name no token that comes back, so `compatibility` asks
for those that do, and any other call is refused.
"""

from __future__ import annotations

from moneta import Ask, Chain, Listed, Offer, Quoter, Wanted, Web, address
from plugins.trade import reading


class OneInch(Quoter):
    """`[protocols.1inch]` with `router` (AggregationRouterV6)."""

    name = "1inch"
    coin = (True, False)
    keyed = ("Authorization", "Bearer ")

    def __init__(self, router: Listed) -> None:
        self.contracts = (router,)

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> OneInch:
        return cls(Listed(address(chain.section["router"]), "1inch router", "1inch-router-v6"))

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        body = await web.get(f"/swap/v6.1/{wanted.chain_id}/swap", _query(wanted))
        return Offer(
            quoter=self.name,
            units_out=reading.number(body, "dstAmount"),
            to=reading.place(body, "tx", "to"),
            data=reading.calldata(body, "tx", "data"),
            value=reading.quantity(body, "tx", "value"),
        )


def _query(wanted: Wanted) -> dict[str, str]:
    whole, part = divmod(wanted.slippage_bps, 100)
    return {
        "src": reading.asset(wanted.gives),
        "dst": reading.asset(wanted.gets),
        "amount": str(wanted.units),
        "from": wanted.account,
        "origin": wanted.account,
        "receiver": wanted.account,
        "slippage": f"{whole}.{part:02d}",  # percent
        "disableEstimate": "true",  # nothing is approved yet; it is simulated here
        "allowPartialFill": "false",
        "compatibility": "true",
    }
