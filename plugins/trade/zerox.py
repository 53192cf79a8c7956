"""0x Swap API v2 with AllowanceHolder: GET /swap/allowance-holder/quote.

Shapes: the API's OpenAPI description (SwapQuote of /swap/allowance-holder/quote) and its guide to v2; calls:
0xProject/0x-settler, src/allowanceholder/IAllowanceHolder.sol, src/interfaces/ISettlerTakerSubmitted.sol and
ISettlerBase.sol. AllowanceHolder itself checks no price: the Settler that it calls does (SettlerBase,
_checkSlippageAndTransfer), so the policy lists the Settlers, and no other may be named.

No exact outputs, though the API has `buyAmount` (its OpenAPI description: "The exact amount of `buyToken` … to buy"):
the call then checks and pays out by an action on its way (CHECK_SLIPPAGE) and swaps the rest back behind it, and
neither the reference nor those sources say what its `minAmountOut` bounds from there on.
"""

from __future__ import annotations

from moneta import Ask, Chain, Listed, Offer, Quoter, Refused, Unavailable, Wanted, Web, address, view
from plugins.trade import reading

TAKER_SUBMITTED = 2
"""The deployer's number of the Settler that takers call themselves (0x-settler, README.md)."""
OWNER_OF = view("ownerOf(uint256 tokenId)", "address")
PREVIOUS = view("prev(uint128 feature)", "address")


class ZeroX(Quoter):
    """`[protocols.0x]` with `router` (AllowanceHolder) and `settlers`, or the `deployer` that names them."""

    name = "0x"
    keyed = ("0x-api-key", "")

    def __init__(self, router: Listed, settlers: tuple[Listed, ...]) -> None:
        self.contracts = (router, *settlers)

    @classmethod
    async def discover(cls, chain: Chain, ask: Ask) -> ZeroX:
        section = chain.section
        places = [address(place) for place in section.get("settlers", ())]
        if not places:
            deployer = address(section["deployer"])
            answers = await ask([getter.at(deployer, TAKER_SUBMITTED) for getter in (OWNER_OF, PREVIOUS)])
            places = [address(answer[0]) for answer in answers if answer is not None]
        if not places:
            raise Unavailable(cls.name, "0x's deployer names no Settler.")
        names = ("0x Settler", "0x Settler (previous)", *(f"0x Settler {number}" for number in range(3, 9)))
        settlers = tuple(
            Listed(place, name, "0x-settler") for place, name in zip(dict.fromkeys(places), names, strict=False)
        )
        return cls(Listed(address(section["router"]), "0x AllowanceHolder", "0x-allowance-holder"), settlers)

    async def offer(self, wanted: Wanted, web: Web) -> Offer:
        body = await web.get("/swap/allowance-holder/quote", _query(wanted), {"0x-version": "v2"})
        if reading.said(body, "liquidityAvailable") and body["liquidityAvailable"] is not True:
            raise Refused("quote-none", "It has no liquidity for that.")
        told = reading.said(body, "issues", "allowance", "spender")
        return Offer(
            quoter=self.name,
            units_out=reading.number(body, "buyAmount"),
            to=reading.place(body, "transaction", "to"),
            data=reading.calldata(body, "transaction", "data"),
            value=reading.quantity(body, "transaction", "value"),
            spender=reading.place(body, "issues", "allowance", "spender") if told else None,
            chain_id=reading.number(body, "chainId") if reading.said(body, "chainId") else None,
            block=reading.number(body, "blockNumber") if reading.said(body, "blockNumber") else None,
        )


def _query(wanted: Wanted) -> dict[str, str]:
    return {
        "chainId": str(wanted.chain_id),
        "sellToken": reading.asset(wanted.gives),
        "buyToken": reading.asset(wanted.gets),
        "sellAmount": str(wanted.units),
        "taker": wanted.account,
        "slippageBps": str(wanted.slippage_bps),
    }
