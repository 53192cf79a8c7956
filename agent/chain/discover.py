"""Discovery: which venues the protocols of the chain file have, once what it says agrees with the contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent.chain.contracts import erc20
from agent.chain.multicall import ask, read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.errors import MonetaError
from agent.money import Token
from agent.plugin import Ask, Chain, Protocol, Venue


class Discovered(dict[str, Venue]):
    """The venues by id. `missing` says why a protocol, a token or a venue of the chain file isn't used."""

    def __init__(self, venues: Mapping[str, Venue], missing: Mapping[str, str]) -> None:
        super().__init__(venues)
        self.missing = dict(missing)


async def discover(protocols: Iterable[Protocol], registry: Registry, rpc: Rpc) -> Discovered:
    """The venues of all protocols that the chain file has a section for.

    A protocol that fails is left out with its reason, the others go on; so is a token whose contract contradicts the
    chain file. Raises Unavailable only where the node itself can't be reached.
    """
    missing = await check_tokens(registry, rpc)
    tokens = {symbol: token for symbol, token in registry.tokens.items() if symbol not in missing}
    listed = [protocol for protocol in protocols if protocol.name in registry.protocols]
    venues: dict[str, Venue] = {}
    for over_others in (False, True):
        wave = [protocol for protocol in listed if protocol.over_others is over_others]
        finder = _Finder(registry, tokens, dict(venues), ask(rpc, registry))
        for protocol, found in zip(wave, await asyncio.gather(*map(finder.find, wave)), strict=True):
            if isinstance(found, str):
                missing[protocol.name] = found
            else:
                _add(venues, found, missing)
    return Discovered(venues, missing)


@dataclass(frozen=True, slots=True)
class _Finder:
    registry: Registry
    tokens: Mapping[str, Token]
    venues: Mapping[str, Venue]
    ask: Ask

    async def find(self, protocol: Protocol) -> list[Venue] | str:
        """The protocol's venues, or why there are none."""
        chain = Chain(
            chain_id=self.registry.chain_id,
            block_seconds=self.registry.block_seconds,
            tokens=self.tokens,
            section=self.registry.protocols[protocol.name],
            venues=self.venues,
        )
        try:
            return await protocol.discover(chain, self.ask)
        except MonetaError as error:
            return str(error)
        except Exception as error:  # a plug-in's own fault costs its venues, not the others'
            return f"{type(error).__name__}: {error}"


def _add(venues: dict[str, Venue], found: Iterable[Venue], missing: dict[str, str]) -> None:
    for venue in found:
        if venue.id in venues:
            missing[venue.id] = "two protocols claim this id; the first one has it"
        else:
            venues[venue.id] = venue


async def check_tokens(registry: Registry, rpc: Rpc) -> dict[str, str]:
    """Why a pinned token can't be trusted, by symbol: its contract has other decimals or another symbol."""
    pinned = [(token, token.address) for token in registry.tokens.values() if token.address is not None]
    reads = [getter.at(contract) for _, contract in pinned for getter in (erc20.DECIMALS, erc20.SYMBOL)]
    answers = await read_all(rpc, registry, reads)
    faults: dict[str, str] = {}
    for position, (token, contract) in enumerate(pinned):
        decimals, symbol = answers[2 * position : 2 * position + 2]
        if decimals is None:
            faults[token.symbol] = f"there is no ERC-20 token at {contract}"
        elif decimals[0] != token.decimals:
            faults[token.symbol] = f"its contract has {decimals[0]} decimals, the chain file says {token.decimals}"
        elif symbol is not None and symbol[0] != registry.onchain_symbols.get(token.symbol, token.symbol):
            expected = registry.onchain_symbols.get(token.symbol, token.symbol)
            faults[token.symbol] = f"its contract calls itself {symbol[0][:20]!r}, the chain file says {expected}"
    return faults
