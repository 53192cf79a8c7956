"""One chain file out of the books and the picks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import tomli_w

from scripts.chains.aave import markets, statas
from scripts.chains.basics import basics
from scripts.chains.books import Book
from scripts.chains.feeds import add_feeds
from scripts.chains.fees import fees, sequencer
from scripts.chains.morpho import morpho
from scripts.chains.tokens import tokens
from scripts.chains.uniswap import uniswap
from scripts.chains.uniswap_v4 import uniswap_v4
from scripts.chains.vaults import curated, documented

PICKS = Path(__file__).with_name("picks.toml")
HEAD = "# Written by `python -m scripts.chains` from the books that each entry names: docs/chains.md.\n\n"


def picks() -> dict[str, dict[str, Any]]:
    """What is chosen of each chain, by the chain's name."""
    return tomllib.loads(PICKS.read_text(encoding="utf-8"))


def chain_file(books: dict[str, Book], name: str, pick: dict[str, Any]) -> dict[str, Any]:
    """The content of chains/<name>.toml."""
    base = basics(books["viem"], name, pick)
    pinned = tokens(books, base.chain_id, pick)
    add_feeds(books, pick, pinned)
    aave = books["@aave-dao/aave-address-book"]
    l1, up = fees(books, pick.get("l1")), sequencer(aave, pick["book"])
    vaults = statas(aave, pick, pinned) | documented(pick, pinned)
    of_curators = curated(books, pick, pinned)
    return {
        **base.entries,
        **({"fees": l1} if l1 else {}),
        **({"sequencer": up} if up else {}),
        "native": {"symbol": "ETH", "decimals": 18, "wrapped": "WETH"},
        "tokens": {symbol: _ordered(token) for symbol, token in pinned.items()},
        "protocols": {
            "aave-v3": markets(aave, pick, pinned),
            "morpho-blue": morpho(books, pick, pinned),
            **({"morpho-vaults": of_curators} if of_curators else {}),
            "erc4626": vaults,
            "uniswap-v3": uniswap(books, pick, pinned),
            "uniswap-v4": uniswap_v4(books, pick, base.chain_id),
        },
    }


def _ordered(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry with its sources last."""
    return dict(sorted(entry.items(), key=lambda each: each[0].endswith("source")))


def written(content: dict[str, Any]) -> str:
    """The text of a chain file."""
    return HEAD + tomli_w.dumps(content)
