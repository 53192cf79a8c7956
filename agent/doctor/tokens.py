"""Symbol and decimals of every pinned token, as its contract says them."""

from __future__ import annotations

from collections.abc import Mapping

from agent.chain.discover import TokenFault
from agent.chain.registry import Registry
from agent.doctor.finding import Finding, judged


def of(registry: Registry, faults: Mapping[str, TokenFault]) -> list[Finding]:
    return [
        judged(
            symbol not in faults,
            "token",
            symbol,
            f"{token.decimals} decimals, calls itself {registry.onchain_symbols.get(symbol, symbol)}",
            faults[symbol].why if symbol in faults else f"{token.decimals} decimals, {token.address}",
            "Its venues are not offered; what is in them can leave.",
        )
        for symbol, token in registry.tokens.items()
    ]
