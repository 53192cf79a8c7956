"""Vaults: Morpho's curated ones as their curators or Morpho publish them, and savings vaults out of documents."""

from __future__ import annotations

import re
from typing import Any

from scripts.chains.books import Book
from scripts.chains.morpho import ADDRESSES, ADDRESSES_FILE, token_named
from scripts.chains.reading import Unread, block, checked, place, value

MORPHO, MORPHO_FILE = "@morpho-org/morpho-test", "lib/esm/fixtures/vaults.js"
MOONWELL = "@moonwell-fi/moonwell-sdk"
MOONWELL_FOLDER = "environments/definitions"
_VAULT = re.compile(r"new VaultConfig\(\{(.*?)\}\)", re.DOTALL)
_NATIVE = {"ETH": "WETH"}  # Moonwell names the coin for its wrapped token


def curated(books: dict[str, Book], pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """[protocols.morpho-vaults]: the picked vaults by their symbol, of all that say where they are from."""
    own = block(books[ADDRESSES].text(ADDRESSES_FILE).split("_deployments")[0], f"[ChainId.{pick['morpho']}]:")
    known = _morphos(books[MORPHO], pick, own) | _moonwells(books[MOONWELL], pick) | pick.get("curated", {})
    found = {}
    for symbol, entry in known.items():
        asset = next((each for each, token in tokens.items() if entry["asset"] in (each, token["address"])), None)
        if asset is not None:
            found[symbol] = {
                "vault": checked(entry["vault"]),
                "morpho": place(own, "morpho"),
                "asset": asset,
                "source": entry["source"],
            }
    return {symbol: found[symbol] for symbol in [*pick.get("vaults_of_morpho", []), *pick.get("curated", {})]}


def _morphos(book: Book, pick: dict[str, Any], own: str) -> dict[str, dict[str, Any]]:
    """Those of Morpho's own fixtures, by symbol."""
    text, found = book.text(MORPHO_FILE), {}
    opening = f"[ChainId.{pick['morpho']}]: {{"
    for each in _VAULT.findall(block(text, opening) if opening in text else ""):
        symbol = value(each, "symbol", r'"(\w+)"')
        asset = token_named(own, value(each, "asset", r'("?\w+"?)'))
        found[symbol] = {"vault": place(each, "address"), "asset": asset, "source": book.source(MORPHO_FILE, symbol)}
    return found


def _moonwells(book: Book, pick: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Those of Moonwell, which has them on Base."""
    if "moonwell" not in pick:
        return {}
    folder = f"{MOONWELL_FOLDER}/{pick['moonwell']}"
    named, listed = book.text(f"{folder}/morpho-vaults.ts"), book.text(f"{folder}/tokens.ts")
    found = {}
    for symbol, asset in re.findall(r'(\w+): \{\s*underlyingToken: "(\w+)"', named):
        at = place(block(listed, f"\n  {symbol}:"), "address")
        source = book.source(f"{folder}/tokens.ts", symbol)
        found[symbol] = {"vault": at, "asset": _NATIVE.get(asset, asset), "source": source}
    return found


def documented(pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Vaults of picks.toml itself, each with its document. Raises Unread for one over a token that isn't picked."""
    found: dict[str, Any] = pick.get("vaults", {})
    strange = [name for name, entry in found.items() if entry["asset"] not in tokens]
    if strange:
        raise Unread(f"the vault {strange[0]} is over {found[strange[0]]['asset']}, which isn't picked")
    return found
