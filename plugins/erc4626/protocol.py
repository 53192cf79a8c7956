"""Finds the listed vaults. `liquidity_source` names the venue whose whole rate a vault passes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moneta import Address, Ask, Call, Chain, Listed, Protocol, Token, Unavailable, Venue, address
from plugins.erc4626 import views
from plugins.erc4626.venue import VaultVenue

TABLE = "erc4626"


class Erc4626(Protocol):
    """`[protocols.erc4626.<name>]` with `vault` and, where it is known, `liquidity_source` (a venue's id).

    Name a source only for a vault without fees over one market: its rate is taken for the vault's. A savings vault
    says its rate itself. Any other is shown and can be left, but isn't entered: what it pays isn't known. With
    `asset` (a symbol) the vault must hold that token; where it says another one, it may only be left.
    """

    name = "erc4626"
    over_others = True

    async def discover(self, chain: Chain, ask: Ask) -> list[Venue]:
        getters = (views.ASSET, views.SYMBOL, views.DECIMALS, views.A_TOKEN, views.SSR, views.POT)
        vaults = {name: address(section["vault"]) for name, section in chain.section.items()}
        answers = await ask([getter.at(vault) for vault in vaults.values() for getter in getters])
        venues: list[Venue] = []
        for position, (name, vault) in enumerate(vaults.items()):
            own = answers[len(getters) * position : len(getters) * (position + 1)]
            try:
                venue = _vault(name, vault, own, chain)
            except Unavailable as error:  # one vault's trouble isn't the others'
                chain.doubts[f"{self.name}:{name}"] = error.message.rstrip(".")
            else:
                venues += [] if venue is None else [venue]
        return venues


def _vault(name: str, vault: Address, answers: Sequence[tuple[Any, ...] | None], chain: Chain) -> VaultVenue | None:
    """The vault; None where what it holds isn't pinned. Raises Unavailable where there is none."""
    says, symbol, decimals, a_token, ssr, pot = (answer[0] if answer else None for answer in answers)
    if says is None or symbol is None or decimals is None:
        raise Unavailable("erc4626", f"There is no ERC-4626 vault at {vault} ({name}).")
    section = chain.section[name]
    held = next((token for token in chain.tokens.values() if token.address == address(str(says))), None)
    token = chain.tokens.get(section["asset"]) if "asset" in section else held
    if token is None:
        chain.doubts[f"erc4626:{name}"] = f"its vault {vault} holds the token {says}, which isn't pinned"
        return None
    source_id = section.get("liquidity_source")
    receipt = Token(chain.chain_id, str(symbol), vault, int(decimals))
    source = chain.venues.get(source_id)
    savings = None if source else _savings(vault, ssr, pot)
    listed = Listed(vault, f"{name} vault", TABLE, asset=token.address)
    venue = VaultVenue(name, listed, token, receipt, source, source_id, savings)
    if token != held:
        other = says if held is None else held.symbol
        doubt = f"its vault {vault} says that it holds {other}, and the chain file says {token.symbol}"
        chain.doubts[venue.id] = doubt
    elif source is not None and not _is_over(token, a_token, source):
        chain.doubts[venue.id] = f"its vault {vault} isn't over {source.id}, as the chain file says"
    return venue


def _savings(vault: Address, ssr: Any, pot: Any) -> Call | None:
    """Where a savings vault's rate is read: of itself, or of the Pot under it. None for any other vault."""
    if ssr is not None:
        return views.SSR.at(vault)
    return None if pot is None else views.DSR.at(address(str(pot)))


def _is_over(asset: Token, a_token: Any, source: Venue) -> bool:
    held = source.receipt.address if source.receipt else None
    return source.asset == asset and (a_token is None or address(str(a_token)) == held)
