"""Finds the listed markets of Morpho Blue; anybody may create markets, so only those of the chain file count."""

from __future__ import annotations

from moneta import Ask, Chain, Listed, Protocol, Unavailable, Venue, address
from plugins.morpho import views
from plugins.morpho.venue import NO_RATE_MODEL, MarketParams, MorphoVenue

TABLE = "morpho-blue"


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
        found = {name: _params(answer) for name, answer in zip(ids, answers, strict=True) if answer}
        await _check_rate_models(found, morpho, ask)
        tokens = {token.address: token for token in chain.tokens.values()}
        return [
            MorphoVenue(name, ids[name], listed, tokens[address(params[0])], params)
            for name, params in found.items()
            if address(params[0]) in tokens
        ]


def _params(answer: tuple[object, ...]) -> MarketParams:
    loan, collateral, oracle, irm, lltv = answer
    return (
        address(str(loan)),
        address(str(collateral)),
        address(str(oracle)),
        address(str(irm)),
        int(str(lltv)),
    )


async def _check_rate_models(found: dict[str, MarketParams], morpho: str, ask: Ask) -> None:
    """Raises Unavailable for a market whose interest can't be computed: not AdaptiveCurveIrm, and not without any."""
    answers = await ask([views.IRM_MORPHO.at(address(params[3])) for params in found.values()])
    for (name, params), answer in zip(found.items(), answers, strict=True):
        if params[3] != NO_RATE_MODEL and (answer is None or address(answer[0]) != morpho):
            raise Unavailable("morpho-blue", f"The rate model of {name} isn't Morpho's AdaptiveCurveIrm.")
