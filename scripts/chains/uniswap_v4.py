"""Uniswap v4: its contracts from the SDKs, and the pools that it may have of the pairs that are picked of v3.

A pool lies in the pool manager under its key; one that nobody opened is left out when the chain is read.
"""

from __future__ import annotations

from typing import Any

from scripts.chains.books import Book
from scripts.chains.reading import block, place, value
from scripts.chains.uniswap import SDK, SDK_FILE

ROUTER, ROUTER_FILE = "@uniswap/universal-router-sdk", "dist/esm/src/utils/constants.js"
PERMIT2, PERMIT2_FILE = "@uniswap/permit2-sdk", "dist/esm/src/constants.js"
SPACING = {100: 1, 500: 10, 3000: 60, 10_000: 200}
"""The tick spacing that goes with each fee of v3, which v4's interface keeps (@uniswap/v3-sdk, TICK_SPACINGS)."""

COIN, WRAPPED = "ETH", "WETH"
"""v4's pools hold the native coin itself, where v3's hold its wrapped form; a few of v4 do that, too."""


def uniswap_v4(books: dict[str, Book], pick: dict[str, Any], chain_id: int) -> dict[str, Any]:
    """[protocols.uniswap-v4] with the picked pools ("USDC/WETH 500") as v4 names them, of the coin and of its wrapped
    form.
    """
    sdk, router, permit2 = books[SDK], books[ROUTER], books[PERMIT2]
    manager = place(block(sdk.text(SDK_FILE), f"const {pick['uniswap']}_ADDRESSES ="), "v4PoolManagerAddress")
    own = block(block(router.text(ROUTER_FILE), f"    [{chain_id}]: "), "[UniversalRouterVersion.V2_0]: ")
    written = permit2.text(PERMIT2_FILE).replace("PERMIT2_ADDRESS = ", "PERMIT2_ADDRESS: ")
    listed = [own for each in pick["pools"] for own in _forms(each)]
    fees = [(each, int(each.partition(" ")[2])) for each in listed]
    return {
        "pool_manager": manager,
        "router": place(own, "address"),
        "permit2": value(written, "PERMIT2_ADDRESS", "'(0x[0-9a-fA-F]{40})'"),
        "pools": [f"{each} {SPACING[fee]}" for each, fee in fees],
        "source": f"{sdk.source(SDK_FILE)}; {router.source(ROUTER_FILE)}; {permit2.source(PERMIT2_FILE)}; "
        "pools: the pairs and fees of v3's, those with WETH of the coin itself, too",
    }


def _forms(pool: str) -> list[str]:
    """The pool, and before it the one of the coin itself in the place of its wrapped form, where it holds that."""
    pair, _, fee = pool.partition(" ")
    symbols = pair.split("/")
    if WRAPPED not in symbols:
        return [pool]
    (other,) = [symbol for symbol in symbols if symbol != WRAPPED]
    return [f"{COIN}/{other} {fee}", pool]
