"""Discovery of exchanges: those that the chain file has a section for, once the contracts agree with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from agent.chain.discover import why_failed
from agent.chain.multicall import ask
from agent.chain.registry import Registry
from agent.chain.rpc import Rpc
from agent.plugin import Chain, Quoter, Trader


async def find_traders(
    kinds: Iterable[type[Trader]], registry: Registry, rpc: Rpc, missing: Mapping[str, str]
) -> tuple[dict[str, Trader], dict[str, str]]:
    """The exchanges by name, and why one of the chain file isn't used. `missing` are tokens that aren't trusted."""
    found: dict[str, Trader] = {}
    faults: dict[str, str] = {}
    tokens = {symbol: token for symbol, token in registry.tokens.items() if symbol not in missing}
    for kind in kinds:
        section = registry.protocols.get(kind.name)
        if section is None:
            continue
        chain = Chain(
            registry.chain_id,
            registry.block_seconds,
            tokens,
            section,
            doubts=faults,
            wrapped=registry.coin,
            native=registry.native,
        )
        try:
            found[kind.name] = await kind.discover(chain, ask(rpc, registry))
        except Exception as error:  # a plug-in's own fault costs its exchange, not the others
            faults[kind.name] = why_failed(error)
    return found, faults


async def find_quoters(
    kinds: Iterable[type[Quoter]], registry: Registry, rpc: Rpc, named: Collection[str]
) -> tuple[dict[str, Quoter], dict[str, str]]:
    """The quoters that the settings name, and why one of them isn't used: nobody else is looked for."""
    by_name = {kind.name: kind for kind in kinds}
    found: dict[str, Quoter] = {}
    faults: dict[str, str] = {}
    for name in sorted(named):
        section = registry.protocols.get(name)
        if name not in by_name:
            faults[name] = "no plug-in knows this quoter"
        elif section is None:
            faults[name] = f"the chain file has no section [protocols.{name}] that says where its contract is"
        else:
            chain = Chain(registry.chain_id, registry.block_seconds, registry.tokens, section, doubts=faults)
            try:
                found[name] = await by_name[name].discover(chain, ask(rpc, registry))
            except Exception as error:  # a plug-in's own fault costs its quoter, not the others
                faults[name] = why_failed(error)
    return found, faults
