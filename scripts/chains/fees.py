"""What a rollup charges for its L1 data with, and the feed that says whether its sequencer runs."""

from __future__ import annotations

from typing import Any

from scripts.chains.books import Book
from scripts.chains.reading import block, checked, place, solidity, value

GRACE_SECONDS = 3_600  # as the consumer contract of docs.chain.link/data-feeds/l2-sequencer-feeds has it
FEED = "L2_Sequencer_Uptime_Status_Feed"


def fees(books: dict[str, Book], kind: str | None) -> dict[str, Any] | None:
    """[fees]; None on an L1."""
    if kind == "op-stack":
        viem, file = books["viem"], "op-stack/contracts.ts"
        oracle = place(block(viem.text(file), "gasPriceOracle:"), "address")
        return {"l1": kind, "oracle": oracle, "source": viem.source(file, "gasPriceOracle")}
    if kind == "arbitrum":
        router, file = books["@uniswap/smart-order-router"], "build/main/util/addresses.js"
        written = value(
            router.text(file).replace(" = ", ": "), "exports.ARB_GASINFO_ADDRESS", "'(0x[0-9a-fA-F]{40})'"
        )
        return {"l1": kind, "oracle": checked(written), "source": router.source(file, "ARB_GASINFO_ADDRESS")}
    return None


def sequencer(aave: Book, book: str) -> dict[str, Any] | None:
    """[sequencer]; None for a chain whose book has no uptime feed."""
    file = f"src/Chainlink{book}.sol"
    feeds = solidity(aave.text(file), f"Chainlink{book}")
    if FEED not in feeds:
        return None
    return {"feed": checked(feeds[FEED]), "grace_seconds": GRACE_SECONDS, "source": aave.source(file, FEED)}
