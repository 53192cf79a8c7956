"""Velora (formerly ParaSwap), market API with Augustus v6.2: GET /swap, which prices and builds at once.

Shapes: the API's reference of /swap and @velora-dex/sdk, src/methods/swap/swapTx.ts (`priceRoute`, `txParams`); the
call: Augustus v6.2, GenericSwapExactAmountIn.sol. Its fees are taken after the least was checked (AugustusFees.sol,
processSwapExactAmountInFeesAndTransfer): the call table bounds them, too.

Exact outputs: `side=BUY`, where `amount` is what comes (the same reference: "srcToken amount (in case of SELL) or
destToken amount (in case of BUY)"); the call: GenericSwapExactAmountOut.sol. It takes all of `fromAmount` from the
caller, reverts unless `toAmount` came to it, keeps one base unit of that, and sends the caller what is left of the
first, less its surplus below `quotedAmount` (processSwapExactAmountOutFeesAndTransfer): never more than `fromAmount`.
"""

from __future__ import annotations

from moneta import Ask, Chain, Listed, Offer, Quoter, Wanted, Web, address
from plugins.trade import reading

KEPT = 1
"""Base units of what comes that Augustus keeps, so many more are asked for."""


class Velora(Quoter):
    """`[protocols.velora]` with `router` (AugustusV6)."""

    name = "velora"
    coin = (True, False)
    exact_outputs = True

    def __init__(self, router: Listed) -> None:
        self.contracts = (router,)

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Velora:
        return cls(Listed(address(chain.section["router"]), "Velora Augustus", "velora-augustus-v6"))

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        body = await web.get("/swap", _query(wanted))
        kept = KEPT if wanted.exact_out else 0
        return Offer(
            quoter=self.name,
            units_out=max(reading.number(body, "priceRoute", "destAmount") - kept, 0),
            units_in=reading.number(body, "priceRoute", "srcAmount") if wanted.exact_out else 0,
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
        "side": "BUY" if wanted.exact_out else "SELL",
        "srcToken": reading.asset(wanted.gives),
        "srcDecimals": str(wanted.gives.decimals),
        "destToken": reading.asset(wanted.gets),
        "destDecimals": str(wanted.gets.decimals),
        "amount": str(wanted.units + KEPT if wanted.exact_out else wanted.units),
        "slippage": str(wanted.slippage_bps),
        "userAddress": wanted.account,
        "receiver": wanted.account,
        "includeContractMethods": "swapExactAmountOut" if wanted.exact_out else "swapExactAmountIn",
    }
