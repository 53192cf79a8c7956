"""Finds the listed markets of Morpho Blue; anybody may create markets, so only those of the chain file count."""

from __future__ import annotations

from eth_hash.auto import keccak

from moneta import Ask, Chain, Listed, Protocol, Unavailable, Venue, address, encode_call
from plugins.morpho import views
from plugins.morpho.loans import MorphoLender
from plugins.morpho.venue import NO_RATE_MODEL, MarketParams, MorphoVenue

TABLE = "morpho-blue"
_HASHED = "id(address loanToken,address collateralToken,address oracle,address irm,uint256 lltv)"


class MorphoBlue(Protocol):
    """`[protocols.morpho-blue]` with `morpho` (the contract) and `markets` (names to market ids)."""

    name = "morpho-blue"

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        morpho = address(chain.section["morpho"])
        ids: dict[str, str] = {name: text.lower() for name, text in chain.section["markets"].items()}
        listed = Listed(morpho, "Morpho Blue", TABLE, markets=tuple(ids.values()))
        answers = await ask([views.PARAMS.at(morpho, bytes.fromhex(each[2:])) for each in ids.values()])
        if ids and all(answer is None for answer in answers):
            raise Unavailable(self.name, f"There is no Morpho Blue at {morpho}.")
        found: dict[str, MarketParams] = {}
        for (name, market_id), answer in zip(ids.items(), answers, strict=True):
            params = None if answer is None else _params(answer)
            if params is None or id_of(params) != market_id:
                chain.doubts[f"{self.name}:{name}"] = f"Morpho has no market of the id {market_id}"
            else:
                found[name] = params
        await _leave_out_unrated(found, morpho, chain, ask)
        tokens = {token.address: token for token in chain.tokens.values()}
        venues: list[Venue] = []
        for name, params in found.items():
            if address(params[0]) in tokens:
                venue = MorphoVenue(name, ids[name], listed, tokens[address(params[0])], params)
                venue.lender = MorphoLender(venue, ids[name], listed, params, tokens.get(address(params[1])))
                venues.append(venue)
        return venues


def id_of(params: MarketParams) -> str:
    """A market's id is the hash of what it is (MarketParamsLib.id of @morpho-org/morpho-blue)."""
    return "0x" + bytes(keccak(encode_call(_HASHED, params)[4:])).hex()


def _params(answer: tuple[object, ...]) -> MarketParams:
    loan, collateral, oracle, irm, lltv = answer
    return (
        address(str(loan)),
        address(str(collateral)),
        address(str(oracle)),
        address(str(irm)),
        int(str(lltv)),
    )


async def _leave_out_unrated(found: dict[str, MarketParams], morpho: str, chain: Chain, ask: Ask) -> None:
    """Leaves out what pays interest that can't be computed: not by AdaptiveCurveIrm, and not without any model."""
    answers = await ask([views.IRM_MORPHO.at(address(params[3])) for params in found.values()])
    for (name, params), answer in zip(list(found.items()), answers, strict=True):
        if params[3] != NO_RATE_MODEL and (answer is None or address(answer[0]) != morpho):
            chain.doubts[f"morpho-blue:{name}"] = "its rate model isn't Morpho's AdaptiveCurveIrm"
            del found[name]
