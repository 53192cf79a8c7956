"""Finds the markets of the chain file and tells Aave's generations apart by asking, never by name."""

from __future__ import annotations

from typing import Any

from moneta import Address, Ask, Chain, Listed, Protocol, Token, Unavailable, Venue, address
from plugins.aave import views
from plugins.aave.reserve import Reserve
from plugins.aave.venue import AaveVenue, Contracts

TABLE = "aave-v3-pool"
PROBE = 1  # good as a category and as an (unlisted) asset for every getter that tells a generation
ZERO = "0x" + "0" * 40


class AaveV3(Protocol):
    """`[protocols.aave-v3.<market>]` with `provider` (PoolAddressesProvider) and `assets` (symbols)."""

    name = "aave-v3"

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        venues: list[Venue] = []
        for market, section in chain.section.items():
            venues += await _market(market, section, chain, ask)
        return venues


async def _market(market: str, section: Any, chain: Chain, ask: Ask) -> list[AaveVenue]:
    provider = address(section["provider"])
    (answer,) = await ask([views.GET_POOL.at(provider)])
    if answer is None:
        raise Unavailable("aave-v3", f"There is no PoolAddressesProvider of {market} at {provider}.")
    pool = address(answer[0])
    generation = await generation_of(pool, ask)
    listed = Listed(pool, f"Aave v3 {market} Pool", TABLE)
    assets = [chain.tokens[symbol] for symbol in section["assets"] if symbol in chain.tokens]
    data = await ask([views.GET_RESERVE_DATA.at(pool, asset.address) for asset in assets])
    found = {asset: Reserve.of(words[0]) for asset, words in zip(assets, data, strict=True) if words}
    unlisted = [asset.symbol for asset in assets if asset not in found or found[asset].a_token == ZERO]
    if unlisted:  # an unlisted asset answers zeros without reverting
        raise Unavailable("aave-v3", f"The {market} market doesn't list {', '.join(unlisted)}.")
    receipts = await _receipts(list(found.values()), chain.chain_id, ask)
    return [
        AaveVenue(market, generation, listed, asset, receipt, _contracts(reserve, generation))
        for (asset, reserve), receipt in zip(found.items(), receipts, strict=True)
    ]


async def generation_of(pool: Address, ask: Ask) -> int:
    """30 for v3.0, 32 for v3.2 …: the newest getter that answers."""
    probe = address("0x" + f"{PROBE:040x}")
    marks = views.GENERATION_MARKS
    calls = [
        getter.at(
            pool, *([probe] if "(address)" in getter.signature else [PROBE] if "(uint8)" in getter.signature else [])
        )
        for _, getter in marks
    ]
    answers = await ask([views.POOL_REVISION.at(pool), *calls])
    if answers[0] is None:
        raise Unavailable("aave-v3", f"There is no Aave v3 Pool at {pool}.")
    return max([30, *(mark for (mark, _), answer in zip(marks, answers[1:], strict=True) if answer is not None)])


async def _receipts(reserves: list[Reserve], chain_id: int, ask: Ask) -> list[Token]:
    tokens = [address(reserve.a_token) for reserve in reserves]
    answers = await ask([getter.at(token) for token in tokens for getter in (views.SYMBOL, views.DECIMALS)])
    receipts = []
    for position, token in enumerate(tokens):
        symbol, decimals = answers[2 * position : 2 * position + 2]
        if symbol is None or decimals is None:
            raise Unavailable("aave-v3", f"The aToken {token} doesn't say its symbol or decimals.")
        receipts.append(Token(chain_id, symbol[0], token, decimals[0]))
    return receipts


def _contracts(reserve: Reserve, generation: int) -> Contracts:
    has_stable = generation < 32 and reserve.stable_token != ZERO
    return Contracts(
        a_token=address(reserve.a_token),
        variable_debt=address(reserve.variable_token),
        stable_debt=address(reserve.stable_token) if has_stable else None,
        strategy=address(reserve.strategy),
    )
