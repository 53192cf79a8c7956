"""Prices from the pinned feeds at one block: a feed that is silent, negative or too old gives none, and says why."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agent.abi import Call
from agent.chain.contracts import feeds
from agent.chain.multicall import Answer
from agent.chain.registry import Registry

GRACE_SECONDS = 300
"""A feed's update is a transaction like others: it may come some blocks after its heartbeat has run out."""


def reads(registry: Registry) -> list[Call]:
    """One read a feed: with its date where the chain file says how often it must answer."""
    return [_read(registry, symbol) for symbol in registry.feeds]


def prices(
    registry: Registry, answer: Callable[[Call], Answer], timestamp: int
) -> tuple[dict[str, int], dict[str, str]]:
    """USD with 8 decimals by symbol, and why a symbol has none. `timestamp` is the block's, in Unix seconds."""
    found: dict[str, int] = {}
    missing: dict[str, str] = {}
    for symbol in registry.feeds:
        price, why = _price(answer(_read(registry, symbol)), registry.heartbeats.get(symbol), timestamp)
        if why:
            missing[key_of(symbol)] = why
        else:
            found[symbol] = price
    for symbol, by in registry.dated_by.items():
        if symbol in found and by not in found:
            del found[symbol]
            missing[key_of(symbol)] = f"its feed tells no date, and that of {by} is no good: {missing[key_of(by)]}"
    return found, missing


def key_of(symbol: str) -> str:
    """Under which a snapshot tells that a symbol's price is missing."""
    return f"the price of {symbol}"


def why_missing(missing: Mapping[str, str], symbol: str) -> str:
    """Why a symbol has no price at this block."""
    return missing.get(key_of(symbol), "the chain file names no feed for it")


def _read(registry: Registry, symbol: str) -> Call:
    getter = feeds.LATEST_ROUND_DATA if symbol in registry.heartbeats else feeds.LATEST_ANSWER
    return getter.at(registry.feeds[symbol])


def _price(answer: Answer, heartbeat: int | None, timestamp: int) -> tuple[int, str]:
    if answer is None:
        return 0, "its feed doesn't answer"
    price = int(answer[0] if heartbeat is None else answer[1])
    if price <= 0:
        return 0, f"its feed says {price}, which is no price"
    if heartbeat is not None and timestamp - int(answer[3]) > heartbeat + GRACE_SECONDS:
        return 0, f"its feed's answer is {timestamp - int(answer[3])} seconds old, and {heartbeat} are promised"
    return price, ""
