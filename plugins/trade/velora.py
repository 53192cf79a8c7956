"""Velora (formerly ParaSwap), market API with Augustus v6.2: GET /swap, which prices and builds at once.

Shapes: the API's reference of /swap and @velora-dex/sdk, src/methods/swap/swapTx.ts (`priceRoute`, `txParams`); the
call: Augustus v6.2, GenericSwapExactAmountIn.sol. Its fees are taken after the least was checked (AugustusFees.sol,
processSwapExactAmountInFeesAndTransfer): the call table bounds them, too.
"""

from __future__ import annotations

from moneta import Ask, Chain, Listed, Offer, Quoter, Wanted, Web, address
from plugins.trade import reading


class Velora(Quoter):
    """`[protocols.velora]` with `router` (AugustusV6)."""

    name = "velora"
    coin = (True, False)

    def __init__(self, router: Listed) -> None:
        self.contracts = (router,)

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Velora:
        return cls(Listed(address(chain.section["router"]), "Velora Augustus", "velora-augustus-v6"))

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        body = await web.get("/swap", _query(wanted))
        return Offer(
            quoter=self.name,
            units_out=reading.number(body, "priceRoute", "destAmount"),
            to=reading.place(body, "txParams", "to"),
            data=reading.calldata(body, "txParams", "data"),
            value=reading.quantity(body, "txParams", "value"),
            spender=reading.place(body, "priceRoute", "tokenTransferProxy"),
            chain_id=reading.number(body, "txParams", "chainId"),
            block=reading.number(body, "priceRoute", "blockNumber"),
        )


def _query(wanted: Wanted) -> dict[str, str]:
    return {
        "network": str(wanted.chain_id),
        "version": "6.2",
        "side": "SELL",
        "srcToken": reading.asset(wanted.gives),
        "srcDecimals": str(wanted.gives.decimals),
        "destToken": reading.asset(wanted.gets),
        "destDecimals": str(wanted.gets.decimals),
        "amount": str(wanted.units),
        "slippage": str(wanted.slippage_bps),
        "userAddress": wanted.account,
        "receiver": wanted.account,
        "includeContractMethods": "swapExactAmountIn",
    }
