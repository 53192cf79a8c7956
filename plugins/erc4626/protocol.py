"""Finds the listed vaults. `liquidity_source` names the venue whose whole rate a vault passes on."""

from __future__ import annotations

from typing import Any

from moneta import Address, Ask, Call, Chain, Listed, Protocol, Token, Unavailable, Venue, address
from plugins.erc4626 import views
from plugins.erc4626.venue import VaultVenue

TABLE = "erc4626"


class Erc4626(Protocol):
    """`[protocols.erc4626.<name>]` with `vault` and, where it is known, `liquidity_source` (a venue's id).

    Name a source only for a vault without fees over one market: its rate is taken for the vault's. A savings vault
    says its rate itself. Any other is shown and can be left, but isn't entered: what it pays isn't known.
    """

    name = "erc4626"
    over_others = True

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        tokens = {token.address: token for token in chain.tokens.values()}
        getters = (views.ASSET, views.SYMBOL, views.DECIMALS, views.A_TOKEN, views.SSR, views.POT)
        vaults = {name: address(section["vault"]) for name, section in chain.section.items()}
        answers = await ask([getter.at(vault) for vault in vaults.values() for getter in getters])
        venues: list[Venue] = []
        for position, (name, vault) in enumerate(vaults.items()):
            own = answers[len(getters) * position : len(getters) * (position + 1)]
            asset, symbol, decimals, a_token, ssr, pot = (answer[0] if answer else None for answer in own)
            if asset is None or symbol is None or decimals is None:
                raise Unavailable(self.name, f"There is no ERC-4626 vault at {vault} ({name}).")
            token = tokens.get(address(str(asset)))
            if token is not None:
                source_id = chain.section[name].get("liquidity_source")
                source = _source(name, token, a_token, chain.venues.get(source_id))
                receipt = Token(chain.chain_id, str(symbol), vault, int(decimals))
                listed = _listed(name, vault, token)
                savings = None if source else _savings(vault, ssr, pot)
                venues.append(VaultVenue(name, listed, token, receipt, source, source_id, savings))
        return venues


def _listed(name: str, vault: Address, asset: Token) -> Listed:
    return Listed(vault, f"{name} vault", TABLE, asset=asset.address)


def _savings(vault: Address, ssr: Any, pot: Any) -> Call | None:
    """Where a savings vault's rate is read: of itself, or of the Pot under it. None for any other vault."""
    if ssr is not None:
        return views.SSR.at(vault)
    return None if pot is None else views.DSR.at(address(str(pot)))


def _source(name: str, asset: Token, a_token: Any, source: Venue | None) -> Venue | None:
    """The venue under the vault, None where it isn't known. Raises Unavailable where the vault contradicts it."""
    if source is None:
        return None
    held = source.receipt.address if source.receipt else None
    if source.asset != asset or (a_token is not None and address(str(a_token)) != held):
        raise Unavailable("erc4626", f"The vault {name} isn't over {source.id}.")
    return source
