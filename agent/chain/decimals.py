"""The decimals of every pinned token, read in the call of the snapshot: what was checked once may change."""

from __future__ import annotations

from collections.abc import Callable

from agent.abi import Call
from agent.chain.contracts import erc20
from agent.chain.multicall import Answer
from agent.chain.registry import Registry


def reads(registry: Registry) -> list[Call]:
    """One read a token."""
    return [erc20.DECIMALS.at(token.address) for token in registry.tokens.values() if token.address is not None]


def changed(registry: Registry, answer: Callable[[Call], Answer]) -> dict[str, str]:
    """Why a token's amounts can't be told any more, by symbol. A contract that doesn't say changes nothing."""
    pinned = [token for token in registry.tokens.values() if token.address is not None]
    said = zip(pinned, (answer(call) for call in reads(registry)), strict=True)
    return {
        token.symbol: f"its contract has {told[0]} decimals now, and the chain file says {token.decimals}"
        for token, told in said
        if told is not None and told[0] != token.decimals
    }
