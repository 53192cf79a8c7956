"""Discovery: which venues the protocols of the chain file have, once what it says agrees with the contracts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agent.chain.contracts import erc20
from agent.chain.multicall import ask, read_all
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.chain.rpc_types import RpcError
from agent.errors import MonetaError, Unavailable
from agent.money import Token
from agent.plugin import Ask, Chain, Protocol, Venue

NOTHING: Mapping[str, str] = MappingProxyType({})


class Discovered(dict[str, Venue]):
    """The venues by id. `missing` says why a protocol, a token or a venue of the chain file isn't used; `untrusted`
    why a venue that is here may only be left.
    """

    def __init__(
        self, venues: Mapping[str, Venue], missing: Mapping[str, str], untrusted: Mapping[str, str] = NOTHING
    ) -> None:
        super().__init__(venues)
        self.missing = dict(missing)
        self.untrusted = dict(untrusted)

    def trusted(self) -> list[Venue]:
        """Those that may be entered, as far as the contracts' own words go."""
        return [venue for key, venue in self.items() if key not in self.untrusted]


@dataclass(frozen=True, slots=True)
class TokenFault:
    """Why a pinned token can't be trusted. `there`: a token stands at the address, so what is in it can leave."""

    why: str
    there: bool


async def discover(protocols: Iterable[Protocol], registry: Registry, rpc: Rpc) -> Discovered:
    """The venues of all protocols that the chain file has a section for.

    A protocol that fails is left out with its reason, the others go on. A venue that the chain file or the chain
    contradicts, its token among it, is there to be left and not to be entered. Raises Unavailable only where the
    node itself can't be reached.
    """
    faults = await check_tokens(registry, rpc)
    gone = {symbol for symbol, fault in faults.items() if not fault.there}
    tokens = {symbol: token for symbol, token in registry.tokens.items() if symbol not in gone}
    listed = [protocol for protocol in protocols if protocol.name in registry.protocols]
    venues: dict[str, Venue] = {}
    doubts: dict[str, str] = {}
    missing = {symbol: fault.why for symbol, fault in faults.items()}
    for over_others in (False, True):
        wave = [protocol for protocol in listed if protocol.over_others is over_others]
        finder = _Finder(registry, tokens, dict(venues), ask(rpc, registry), doubts)
        for protocol, found in zip(wave, await asyncio.gather(*map(finder.find, wave)), strict=True):
            if isinstance(found, str):
                missing[protocol.name] = found
            else:
                _add(venues, found, missing)
    for key, venue in venues.items():
        fault = faults.get(venue.asset.symbol)
        if fault is not None:  # whatever else is wrong comes of it
            doubts[key] = f"its token {venue.asset.symbol} isn't what the chain file says: {fault.why}"
    for key, venue in venues.items():
        if venue.liquidity_source in doubts:
            doubts.setdefault(key, f"it is over {venue.liquidity_source}, of which {doubts[venue.liquidity_source]}")
    missing |= {key: why for key, why in doubts.items() if key not in venues}
    return Discovered(venues, missing, {key: why for key, why in doubts.items() if key in venues})


@dataclass(frozen=True, slots=True)
class _Finder:
    registry: Registry
    tokens: Mapping[str, Token]
    venues: Mapping[str, Venue]
    ask: Ask
    doubts: dict[str, str]

    async def find(self, protocol: Protocol) -> list[Venue] | str:
        """The protocol's venues, or why there are none."""
        chain = Chain(
            chain_id=self.registry.chain_id,
            block_seconds=self.registry.block_seconds,
            tokens=self.tokens,
            section=self.registry.protocols[protocol.name],
            venues=self.venues,
            doubts=self.doubts,
        )
        try:
            return await protocol.discover(chain, self.ask)
        except Exception as error:  # a plug-in's own fault costs its venues, not the others'
            return why_failed(error)


def why_failed(error: Exception) -> str:
    """Why a plug-in found nothing: its own word, or the key that its section of the chain file should have.

    Raises Unavailable where it is the node that can't be read: that says nothing of the chain.
    """
    if isinstance(error, RpcError):  # not a contract's word: a read that reverts is None
        raise Unavailable("node", f"The node refuses to read contracts: {error.message}.") from error
    if isinstance(error, Unavailable) and error.dependency == "node":
        raise error
    if isinstance(error, MonetaError):
        return str(error)
    if isinstance(error, KeyError) and str(error.args[0]).isidentifier():
        return f"its section of the chain file lacks {error.args[0]}"
    return f"{type(error).__name__}: {error}"


def _add(venues: dict[str, Venue], found: Iterable[Venue], missing: dict[str, str]) -> None:
    for venue in found:
        if venue.id in venues:
            missing[venue.id] = "two protocols claim this id; the first one has it"
        else:
            venues[venue.id] = venue


async def check_tokens(registry: Registry, rpc: Rpc) -> dict[str, TokenFault]:
    """What is wrong with pinned tokens, by symbol: other decimals, another symbol, or no token at the address."""
    pinned = [(token, token.address) for token in registry.tokens.values() if token.address is not None]
    reads = [getter.at(contract) for _, contract in pinned for getter in (erc20.DECIMALS, erc20.SYMBOL)]
    answers = await read_all(rpc, registry, reads)
    faults: dict[str, TokenFault] = {}
    for position, (token, contract) in enumerate(pinned):
        decimals, symbol = answers[2 * position : 2 * position + 2]
        says = registry.onchain_symbols.get(token.symbol, token.symbol)
        if decimals is None:
            faults[token.symbol] = TokenFault(f"there is no ERC-20 token at {contract}", False)
        elif decimals[0] != token.decimals:
            why = f"its contract has {decimals[0]} decimals, the chain file says {token.decimals}"
            faults[token.symbol] = TokenFault(why, True)
        elif symbol is not None and symbol[0] != says:
            why = f"its contract calls itself {symbol[0][:20]!r}, the chain file says {says}"
            faults[token.symbol] = TokenFault(why, True)
    return faults
