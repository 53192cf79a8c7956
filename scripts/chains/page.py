"""Fills docs/chains.md in from the chain files and the lock of the books."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import chains
from agent.chain.registry import Registry
from devnet.lock import parse
from scripts.chains.books import LOCK, REGISTERS

PAGE = Path(__file__).parents[2] / "docs" / "chains.md"


def filled(page: str) -> str:
    """The page with its tables as they are now."""
    for name, text in (("chains", "\n\n".join(_chain(name) for name in _by_id())), ("books", "\n".join(_books()))):
        mark = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        page = mark.sub(lambda _, name=name, text=text: f"<!-- {name} -->\n{text}\n<!-- /{name} -->", page)  # type: ignore[misc]
    return page


def _by_id() -> list[str]:
    return sorted(chains.names(), key=lambda name: Registry.load(name).chain_id)


def _chain(name: str) -> str:
    own = Registry.load(name)
    return "\n".join([f"### {own.network} (`{name}`, chain id {own.chain_id})", "", *_tokens(own), "", *_venues(own)])


def _tokens(own: Registry) -> Iterator[str]:
    yield "| token | contract | decimals | price in USD |"
    yield "|---|---|---|---|"
    for symbol, token in own.tokens.items():
        beat = own.heartbeats.get(symbol)
        price = f"Chainlink, within {beat} s" if beat else f"Aave's price source, dated by {own.dated_by[symbol]}'s"
        said = f" (calls itself {own.onchain_symbols[symbol]})" if symbol in own.onchain_symbols else ""
        yield f"| {symbol}{said} | `{token.address}` | {token.decimals} | {price} |"


def _venues(own: Registry) -> Iterator[str]:
    sections = own.protocols
    for market, section in sections["aave-v3"].items():
        yield f"- Aave v3 {market}, `{section['provider']}`: {', '.join(section['assets'])}"
    markets = ", ".join(sections["morpho-blue"]["markets"]) or "none published in a package; add those that you want"
    yield f"- Morpho Blue, `{sections['morpho-blue']['morpho']}`: {markets}"
    if "morpho-vaults" in sections:
        vaults = (f"{name} ({each['asset']})" for name, each in sections["morpho-vaults"].items())
        yield f"- Morpho's curated vaults: {', '.join(vaults)}"
    yield f"- ERC-4626 vaults: {', '.join(sections['erc4626'])}"
    yield f"- Uniswap v3, {len(sections['uniswap-v3']['pools'])} pools of `{sections['uniswap-v3']['factory']}`"
    yield f"- Uniswap v4, {len(sections['uniswap-v4']['pools'])} pools of `{sections['uniswap-v4']['pool_manager']}`"
    if own.l1_oracle:
        yield f"- L1 data fee ({own.l1_fee}): `{own.l1_oracle}`; sequencer feed: `{own.sequencer_feed}`"


def _books() -> Iterator[str]:
    yield "| book | version | what is taken |"
    yield "|---|---|---|"
    for each in parse(LOCK.read_text(encoding="utf-8")):
        yield f"| {REGISTERS[each.kind]} `{each.name}` | {each.version} | {_taken(each.files)} |"


def _taken(files: tuple[str, ...]) -> str:
    return ", ".join(f"`{file}`" for file in files)
