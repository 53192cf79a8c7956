"""A chain's id, name, coin, block time and Multicall3, as viem's chain definitions have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scripts.chains.books import Book
from scripts.chains.reading import block, place, value

_NUMBER = r"([\d_]+)"


@dataclass(frozen=True)
class Basics:
    chain_id: int
    entries: dict[str, Any]


def basics(viem: Book, name: str, pick: dict[str, Any]) -> Basics:
    """The head of a chain file. `pick["viem"]` is the definition's file."""
    file = f"chains/definitions/{pick['viem']}.ts"
    text = viem.text(file)
    chain_id = int(value(text, "id", _NUMBER))
    timed = text if "blockTime" in text else viem.text("op-stack/chainConfig.ts")
    milliseconds = int(value(timed, "blockTime", _NUMBER))
    head = {
        "name": name,
        "network": value(text, "name", "'([^']+)'"),
        "chain_id": chain_id,
        "multicall3": place(block(text, "multicall3:"), "address"),
        "block_seconds": max(1, -(-milliseconds // 1000)),  # whole seconds: a quarter of one counts as one
        "finality": pick["finality"],
        "source": viem.source(file),
    }
    return Basics(chain_id, head)
