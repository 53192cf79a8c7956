"""Finds the listed vaults of Morpho's curators; anybody may make one, so only those of the chain file count."""

from __future__ import annotations

from typing import Any

from moneta import Address, Ask, Chain, Listed, Protocol, Token, Unavailable, Venue, address
from plugins.morpho import vault_views, views
from plugins.morpho.vault_venue import Place, VaultVenue
from plugins.morpho.venue import NO_RATE_MODEL, MorphoVenue

TABLE = "erc4626"  # a MetaMorpho is entered and left as any ERC-4626 vault is
LONGEST_QUEUE = 30
"""MetaMorpho's MAX_QUEUE_LENGTH (morpho-org/metamorpho, ConstantsLib.sol): what says more is none."""


class MorphoVaults(Protocol):
    """`[protocols.morpho-vaults.<name>]` with `vault`, the `asset` (a symbol) and the `morpho` that it lends to."""

    name = "morpho-vaults"
    over_others = True  # a vault over one listed market shares its impact

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        venues: list[Venue] = []
        for name, section in chain.section.items():
            try:
                venues.append(await _vault(name, section, chain, ask))
            except Unavailable as error:  # one vault's trouble isn't the others'
                chain.doubts[f"{self.name}:{name}"] = error.message.rstrip(".")
        return venues


async def _vault(name: str, section: Any, chain: Chain, ask: Ask) -> Venue:
    """Raises Unavailable where there is no such vault, or it lends elsewhere than the chain file says."""
    vault, morpho = address(section["vault"]), address(section["morpho"])
    getters = (vault_views.MORPHO, vault_views.ASSET, vault_views.SYMBOL, vault_views.DECIMALS)
    lengths = (vault_views.WITHDRAW_QUEUE_LENGTH, vault_views.SUPPLY_QUEUE_LENGTH)
    answers = [answer[0] for answer in await ask([each.at(vault) for each in (*getters, *lengths)]) if answer]
    if len(answers) < len(getters) + len(lengths) or max(answers[-2:]) > LONGEST_QUEUE:
        raise Unavailable(name, f"There is no MetaMorpho vault at {vault} ({name}).")
    lends_to, asset, symbol, decimals, withdraws, supplies = answers
    if address(lends_to) != morpho:
        raise Unavailable(name, f"The vault {name} lends to {address(lends_to)} and not to Morpho at {morpho}.")
    token = chain.tokens.get(section["asset"])
    if token is None or token.address != address(asset):
        raise Unavailable(name, f"The vault {name} takes {address(asset)}, which isn't {section['asset']}.")
    queue = await _queue(vault_views.WITHDRAW_QUEUE, vault, withdraws, ask)
    supply = await _queue(vault_views.SUPPLY_QUEUE, vault, supplies, ask)
    places = await _places(queue, morpho, name, ask)
    return VaultVenue(
        name,
        Listed(vault, f"{name} vault on Morpho", TABLE, asset=token.address),
        morpho,
        token,
        Token(chain.chain_id, str(symbol), vault, int(decimals)),
        places,
        [queue.index(each) for each in supply if each in queue],
        _source(queue, morpho, chain),
    )


def _source(queue: list[bytes], morpho: Address, chain: Chain) -> str | None:
    """The market that a vault shares: the venue of it where it is listed, else its id; None for several markets."""
    if len(queue) != 1:
        return None
    listed = (venue for venue in chain.venues.values() if isinstance(venue, MorphoVenue))
    found = next((venue for venue in listed if (venue.market_id, venue.contract.address) == (queue[0], morpho)), None)
    return f"morpho-blue:0x{queue[0].hex()}" if found is None else found.id


async def _queue(getter: Any, vault: Address, length: int, ask: Ask) -> list[bytes]:
    answers = await ask([getter.at(vault, number) for number in range(length)])
    return [bytes(answer[0]) for answer in answers if answer]


async def _places(queue: list[bytes], morpho: Address, name: str, ask: Ask) -> list[Place]:
    """The markets of a queue. Raises Unavailable where the interest of one can't be computed."""
    params = await ask([views.PARAMS.at(morpho, each) for each in queue])
    models = [address(answer[3]) if answer else None for answer in params]
    asked = [model for model in dict.fromkeys(models) if model is not None and model != NO_RATE_MODEL]
    owners = dict(zip(asked, await ask([views.IRM_MORPHO.at(model) for model in asked]), strict=True))
    found = []
    for id_, model in zip(queue, models, strict=True):
        owner = owners.get(model) if model else None
        if model != NO_RATE_MODEL and (owner is None or address(owner[0]) != morpho):
            raise Unavailable(name, f"A market of the vault {name} has another rate model than AdaptiveCurveIrm.")
        found.append(Place(id_, None if model == NO_RATE_MODEL else model))
    return found
