"""CoW Protocol: POST /api/v1/quote, the order that is signed for it (EIP-712, GPv2Order), POST /api/v1/orders, and
GET /api/v1/orders/{uid}.

Shapes: the order book's API (cowprotocol/services, crates/orderbook/openapi.yml); the order: cowprotocol/contracts,
src/contracts/libraries/GPv2Order.sol and src/ts/order.ts. Since 2024 an order's `feeAmount` is 0: what the quote
takes for gas is part of what is sold. A buy order (`kind: buy`, asked for by `buyAmountAfterFee`: openapi.yml,
OrderQuoteSide) is filled for exactly its `buyAmount` and takes its `sellAmount` at the most: GPv2Settlement.sol,
computeTradeExecution. The app data is the empty document, so no partner takes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moneta import Address, Ask, Chain, Listed, Offer, Quoter, Refused, Unavailable, Wanted, Web, address, view
from plugins.trade import reading

APP_DATA = "{}"
APP_DATA_HASH = "0xb48d38f93eaa084033fc5970bf96e559c33c4cdc07d889ab00b4d63f9590739d"
"""Keccak-256 of that document."""
RELAYER = view("vaultRelayer()", "address")
DOMAIN = ("Gnosis Protocol", "v2")
"""Name and version of its EIP-712 domain (GPv2Signing.sol)."""
BASIS_POINTS = 10_000
NOT_FOUND, TOO_MANY = 404, 429


class Cow(Quoter):
    """`[protocols.cow]` with `router` (GPv2Settlement), whose relayer takes what is sold."""

    name = "cow"
    exact_outputs = True
    domain = ("cow-order", *DOMAIN)

    def __init__(self, settlement: Listed, relayer: Listed) -> None:
        self.contracts = (settlement, relayer)

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> Cow:
        place = address(chain.section["router"])
        (answer,) = await ask([RELAYER.at(place)])
        if answer is None:
            raise Unavailable(cls.name, f"There is no GPv2Settlement at {place}.")
        settlement = Listed(place, "CoW Protocol settlement", "cow-settlement")
        return cls(settlement, Listed(address(answer[0]), "CoW Protocol relayer", "cow-relayer"))

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        body = await web.post("/api/v1/quote", _question(wanted))
        quote = reading.at(body, "quote")
        gets = reading.number(quote, "buyAmount")
        gives = reading.number(quote, "sellAmount") + reading.number(quote, "feeAmount")
        most = gives * (BASIS_POINTS + wanted.slippage_bps) // BASIS_POINTS
        least = gets * (BASIS_POINTS - wanted.slippage_bps) // BASIS_POINTS
        message = {
            "sellToken": reading.place(quote, "sellToken"),
            "buyToken": reading.place(quote, "buyToken"),
            "receiver": reading.place(quote, "receiver"),
            "sellAmount": str(most if wanted.exact_out else gives),
            "buyAmount": str(gets if wanted.exact_out else least),
            "validTo": reading.number(quote, "validTo"),
            "appData": APP_DATA_HASH if quote.get("appData") == APP_DATA else reading.at(quote, "appData"),
            "feeAmount": "0",
            "kind": reading.at(quote, "kind"),
            "partiallyFillable": reading.at(quote, "partiallyFillable"),
            "sellTokenBalance": reading.at(quote, "sellTokenBalance"),
            "buyTokenBalance": reading.at(quote, "buyTokenBalance"),
        }
        return Offer(
            quoter=self.name,
            units_out=gets,
            units_in=gives if wanted.exact_out else 0,
            to=self.contract.address,
            data=b"",
            until=reading.number(quote, "validTo"),
            order=_typed(wanted, self.contract, message),
        )

    @property
    def spender(self) -> Address:
        return self.contracts[1].address

    async def post(self, order: Mapping[str, Any], signature: bytes, account: Address, web: Web) -> None:
        amounts = {name: str(order[name]) for name in ("sellAmount", "buyAmount", "feeAmount")}
        body = {
            **order,
            **amounts,
            "validTo": int(order["validTo"]),
            "appData": APP_DATA,
            "appDataHash": APP_DATA_HASH,
            "signingScheme": "eip712",
            "signature": "0x" + signature.hex(),
            "from": account,
        }
        try:
            await web.post("/api/v1/orders", body)
        except Unavailable as error:
            if error.status is None or not 400 <= error.status < 500 or error.status == TOO_MANY:
                raise
            raise Refused("order-book", f"CoW Protocol answered with status {error.status}.") from error

    async def has(self, uid: str, web: Web) -> bool:
        try:
            found = await web.get(f"/api/v1/orders/{uid}", {})
        except Unavailable as error:
            if error.status == NOT_FOUND:
                return False
            raise
        return str(reading.at(found, "uid")).lower() == uid


def _question(wanted: Wanted) -> dict[str, Any]:
    side = {"kind": "buy", "buyAmountAfterFee": str(wanted.units)}
    if not wanted.exact_out:
        side = {"kind": "sell", "sellAmountBeforeFee": str(wanted.units)}
    return {
        **side,
        "sellToken": str(wanted.gives.address),
        "buyToken": str(wanted.gets.address),
        "from": wanted.account,
        "receiver": wanted.account,
        "validTo": wanted.until,
        "appData": APP_DATA,
        "appDataHash": APP_DATA_HASH,
        "partiallyFillable": False,
        "sellTokenBalance": "erc20",
        "buyTokenBalance": "erc20",
        "signingScheme": "eip712",
        "onchainOrder": False,
        "priceQuality": "optimal",
    }


def _typed(wanted: Wanted, settlement: Listed, message: dict[str, Any]) -> dict[str, Any]:
    """The order as eth_signTypedData_v4 has it."""
    name, version = DOMAIN
    domain = {
        "name": name,
        "version": version,
        "chainId": wanted.chain_id,
        "verifyingContract": settlement.address,
    }
    types = [
        ("sellToken", "address"),
        ("buyToken", "address"),
        ("receiver", "address"),
        ("sellAmount", "uint256"),
        ("buyAmount", "uint256"),
        ("validTo", "uint32"),
        ("appData", "bytes32"),
        ("feeAmount", "uint256"),
        ("kind", "string"),
        ("partiallyFillable", "bool"),
        ("sellTokenBalance", "string"),
        ("buyTokenBalance", "string"),
    ]
    told = [{"name": field, "type": kind} for field, kind in types]
    return {"types": {"Order": told}, "primaryType": "Order", "domain": domain, "message": message}
