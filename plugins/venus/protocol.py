"""Finds the vTokens of the chain file and checks them against what they say of themselves."""

from __future__ import annotations

from typing import Any

from moneta import SECONDS_PER_YEAR, Address, Ask, Chain, Listed, Protocol, Token, Venue, address
from plugins.venus import views
from plugins.venus.loans import VenusLender
from plugins.venus.venue import VenusVenue

TABLE = "venus-vtoken"


class Venus(Protocol):
    """`[protocols.venus.<pool>]` with `comptroller` and `vtokens` (symbols to vTokens)."""

    name = "venus"

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        venues: list[Venue] = []
        for pool, section in chain.section.items():
            venues += await _pool(pool, section, chain, ask)
        return venues


async def _pool(pool: str, section: Any, chain: Chain, ask: Ask) -> list[VenusVenue]:
    comptroller = address(section["comptroller"])
    vtokens = {chain.tokens[s]: address(v) for s, v in section["vtokens"].items() if s in chain.tokens}
    getters = (views.UNDERLYING, views.COMPTROLLER, views.RATE_MODEL, views.SYMBOL, views.DECIMALS)
    answers = await ask([getter.at(vtoken) for vtoken in vtokens.values() for getter in getters])
    found: dict[Token, tuple[Token, Address]] = {}
    for position, (asset, vtoken) in enumerate(vtokens.items()):
        own = answers[len(getters) * position : len(getters) * (position + 1)]
        underlying, says_comptroller, model, symbol, decimals = (answer[0] if answer else None for answer in own)
        if None in own or address(str(underlying)) != asset.address or address(str(says_comptroller)) != comptroller:
            chain.doubts[f"venus:{pool}:{asset.symbol}"] = f"{vtoken} isn't the vToken of {asset.symbol} in that pool"
        else:
            receipt = Token(chain.chain_id, str(symbol), vtoken, int(str(decimals)))
            found[asset] = receipt, address(str(model))
    years = await ask([views.BLOCKS_PER_YEAR.at(model) for _, model in found.values()])
    by_clock = SECONDS_PER_YEAR // chain.block_seconds
    venues = [
        VenusVenue(
            pool,
            Listed(Address(str(receipt.address)), f"Venus {receipt.symbol}", TABLE, asset=asset.address),
            asset,
            receipt,
            comptroller,
            model,
            int(year[0]) if year else by_clock,
        )
        for (asset, (receipt, model)), year in zip(found.items(), years, strict=True)
    ]
    (oracle,) = await ask([views.ORACLE.at(comptroller)])
    if oracle is not None:
        lender = VenusLender(pool, comptroller, address(str(oracle[0])), venues)
        for venue in venues:
            venue.lender = lender
    return venues
