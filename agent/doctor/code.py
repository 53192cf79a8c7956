"""Code at every address that the chain file names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agent.chain.registry import Registry
from agent.doctor.finding import Finding, judged
from agent.money import Address, address

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def places(registry: Registry) -> dict[Address, str]:
    """Every address of the chain file with what it is called there; one that is there twice by its first name."""
    named: dict[Address, str] = {registry.multicall3: "multicall3"}
    for symbol, token in registry.tokens.items():
        if token.address is not None:
            named.setdefault(token.address, f"tokens.{symbol}")
    for symbol, feed in registry.feeds.items():
        named.setdefault(feed, f"feed of {symbol}")
    for name, place in (("fees.oracle", registry.l1_oracle), ("sequencer.feed", registry.sequencer_feed)):
        if place is not None:
            named.setdefault(place, name)
    for name, place in _walked("protocols", registry.protocols):
        named.setdefault(place, name)
    return named


def _walked(name: str, value: Any) -> Iterator[tuple[str, Address]]:
    """Addresses anywhere in a section, each with the dotted path to it."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walked(f"{name}.{key}", inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, inner in enumerate(value, 1):
            yield from _walked(f"{name} {number}", inner)
    elif isinstance(value, str) and _ADDRESS.fullmatch(value):
        yield name, address(value)


def of(named: Mapping[Address, str], codes: Mapping[Address, bytes | None]) -> list[Finding]:
    """One line for all that have code, one for each that hasn't. None: the node didn't say."""
    without = [place for place in named if not codes.get(place)]
    findings = [
        judged(
            False,
            "code of",
            named[place],
            f"a contract at {place}",
            "the node doesn't say" if codes.get(place) is None else "none",
            "Nothing of it is used. Compare the chain file with its source.",
        )
        for place in without
    ]
    found = f"code at {len(named) - len(without)} of {len(named)} addresses"
    return [judged(not without, "code of", "the chain file", "code at every address", found), *findings]
