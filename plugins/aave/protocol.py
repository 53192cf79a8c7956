"""Finds the markets of the chain file, provider → pool → reserve → aToken, each held against the others.

Aave's generations are told apart by asking, never by name.
"""

from __future__ import annotations

from typing import Any

from moneta import Address, Ask, Chain, Listed, Protocol, Token, Unavailable, Venue, address
from plugins.aave import views
from plugins.aave.loans import USD_BASE, AaveLender, Owed
from plugins.aave.reserve import Reserve
from plugins.aave.rewards import AaveRewards
from plugins.aave.venue import AaveVenue, Contracts, venue_id

TABLE = "aave-v3-pool"
PROBE = 1  # good as a category and as an (unlisted) asset for every getter that tells a generation
ZERO = "0x" + "0" * 40


class AaveV3(Protocol):
    """`[protocols.aave-v3.<market>]` with `provider` (PoolAddressesProvider) and `assets` (symbols).

    With `pool`, too, the market is that one whatever the provider says, and may only be left where it says another.
    """

    name = "aave-v3"

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        venues: list[Venue] = []
        for market, section in chain.section.items():
            try:
                venues += await _market(market, section, chain, ask)
            except Unavailable as error:  # one market's trouble isn't the others'
                chain.doubts[f"{self.name}:{market}"] = error.message.rstrip(".")
        return venues


async def _market(market: str, section: Any, chain: Chain, ask: Ask) -> list[AaveVenue]:
    provider = address(section["provider"])
    (answer,) = await ask([views.GET_POOL.at(provider)])
    if answer is None:
        raise Unavailable("aave-v3", f"There is no PoolAddressesProvider of {market} at {provider}.")
    named = address(answer[0])
    pool = address(section.get("pool", named))
    generation, back = await generation_of(pool, ask)
    listed = Listed(pool, f"Aave v3 {market} Pool", TABLE)
    assets = [chain.tokens[symbol] for symbol in section["assets"] if symbol in chain.tokens]
    data = await ask([views.GET_RESERVE_DATA.at(pool, asset.address) for asset in assets])
    reserves = {asset: Reserve.of(words[0]) for asset, words in zip(assets, data, strict=True) if words}
    found = {asset: reserve for asset, reserve in reserves.items() if reserve.a_token != ZERO}
    for asset in assets:  # an unlisted asset answers zeros without reverting
        if asset not in found:
            chain.doubts[venue_id(market, asset)] = f"the {market} market doesn't list {asset.symbol}"
    receipts = await _receipts(pool, found, chain, market, ask)
    whole = _market_doubt(provider, named, pool, back)
    if whole:
        chain.doubts.update({venue_id(market, asset): whole for asset in receipts})
    venues = [
        AaveVenue(market, generation, listed, asset, receipt, _contracts(found[asset], generation))
        for asset, receipt in receipts.items()
    ]
    debts = {venue.id: _owed(venue.asset, found[venue.asset]) for venue in venues}
    lender = AaveLender(market, listed, debts, await _in_dollars(provider, ask))
    rewarder = await _rewarder(market, [address(str(receipt.address)) for receipt in receipts.values()], ask)
    for venue in venues:
        venue.lender, venue.rewarder = lender, rewarder
    return venues


async def _rewarder(market: str, receipts: list[Address], ask: Ask) -> AaveRewards | None:
    """The one controller that all aTokens name; None where there is none, or they name several."""
    answers = await ask([views.INCENTIVES.at(receipt) for receipt in receipts])
    named = {str(answer[0]) for answer in answers if answer is not None} - {ZERO}
    if len(named) != 1:
        return None
    controller = address(named.pop())
    (speaks,) = await ask([views.ALL_REWARDS.at(controller, receipts, controller)])
    return AaveRewards(market, controller, receipts) if speaks is not None else None


def _owed(asset: Token, reserve: Reserve) -> Owed:
    """A debt token has its asset's decimals (VariableDebtToken.initialize)."""
    debt = Token(asset.chain_id, f"{asset.symbol} debt", address(reserve.variable_token), asset.decimals)
    return Owed(asset, debt, reserve.id)


async def _in_dollars(provider: Address, ask: Ask) -> bool:
    """Whether the market's oracle counts in USD with 8 decimals."""
    (oracle,) = await ask([views.PRICE_ORACLE.at(provider)])
    (unit,) = await ask([views.BASE_UNIT.at(address(str(oracle[0])))]) if oracle else (None,)
    return unit is not None and int(unit[0]) == USD_BASE


def _market_doubt(provider: Address, named: Address, pool: Address, back: str | None) -> str:
    """What is wrong between provider and pool; '' where they name each other."""
    if named != pool:
        return f"its provider {provider} names the pool {named}, and the chain file says {pool}"
    if back is not None and address(back) != provider:
        return f"its pool {pool} says that its provider is {address(back)}, and the chain file says {provider}"
    return ""


async def generation_of(pool: Address, ask: Ask) -> tuple[int, str | None]:
    """30 for v3.0, 32 for v3.2 …: the newest getter that answers; and the provider that the pool names."""
    probe = address("0x" + f"{PROBE:040x}")
    marks = views.GENERATION_MARKS
    calls = [
        getter.at(
            pool, *([probe] if "(address)" in getter.signature else [PROBE] if "(uint8)" in getter.signature else [])
        )
        for _, getter in marks
    ]
    revision, provider, *answers = await ask([views.POOL_REVISION.at(pool), views.PROVIDER.at(pool), *calls])
    if revision is None:
        raise Unavailable("aave-v3", f"There is no Aave v3 Pool at {pool}.")
    newest = max([30, *(mark for (mark, _), answer in zip(marks, answers, strict=True) if answer is not None)])
    return newest, None if provider is None else str(provider[0])


async def _receipts(
    pool: Address, found: dict[Token, Reserve], chain: Chain, market: str, ask: Ask
) -> dict[Token, Token]:
    """The aToken of each asset; one that isn't a token is left out, one that isn't the pool's own is doubted."""
    getters = (views.SYMBOL, views.DECIMALS, views.UNDERLYING, views.POOL)
    answers = await ask(
        [getter.at(address(reserve.a_token)) for reserve in found.values() for getter in getters],
    )
    receipts: dict[Token, Token] = {}
    for position, (asset, reserve) in enumerate(found.items()):
        own = answers[len(getters) * position :][: len(getters)]
        symbol, decimals, underlying, its_pool = (answer[0] if answer else None for answer in own)
        token = address(reserve.a_token)
        if symbol is None or decimals is None:
            chain.doubts[venue_id(market, asset)] = f"its aToken {token} doesn't say its symbol or decimals"
            continue
        receipts[asset] = Token(chain.chain_id, str(symbol), token, int(decimals))
        doubt = _reserve_doubt(asset, reserve, underlying, its_pool, pool)
        if doubt:
            chain.doubts[venue_id(market, asset)] = f"its aToken {token} {doubt}"
    return receipts


def _reserve_doubt(asset: Token, reserve: Reserve, underlying: Any, its_pool: Any, pool: Address) -> str:
    """What is wrong between pool, reserve and aToken, as the end of a sentence about the aToken; '' for nothing."""
    if underlying is None or address(str(underlying)) != asset.address:
        return f"is of the token {underlying or 'none'}, not of {asset.symbol}"
    if its_pool is None or address(str(its_pool)) != pool:
        return f"obeys the pool {its_pool or 'none'}, not {pool}"
    if reserve.config.decimals != asset.decimals:
        return f"is of a reserve with {reserve.config.decimals} decimals, and {asset.symbol} has {asset.decimals}"
    return ""


def _contracts(reserve: Reserve, generation: int) -> Contracts:
    has_stable = generation < 32 and reserve.stable_token != ZERO
    return Contracts(
        a_token=address(reserve.a_token),
        variable_debt=address(reserve.variable_token),
        stable_debt=address(reserve.stable_token) if has_stable else None,
        strategy=address(reserve.strategy),
    )
