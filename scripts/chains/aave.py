"""Aave's markets and StataTokens, as Aave's own address book has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scripts.chains.books import Book
from scripts.chains.reading import checked, solidity

_UNDERLYING = "_UNDERLYING"


@dataclass(frozen=True)
class Reserve:
    """One asset of a market: its key in the book, and all constants of the book's file."""

    key: str
    file: str
    constants: dict[str, str]


def markets(aave: Book, pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """[protocols.aave-v3]: of each market provider and pool, and those of its assets that are pinned here."""
    found = {}
    for market, library in pick["markets"].items():
        file = f"src/{library}.sol"
        book = solidity(aave.text(file), library)
        listed = _reserves(aave, library)
        assets = [symbol for symbol, token in tokens.items() if token["address"] in listed]
        found[market] = {
            "provider": checked(book["POOL_ADDRESSES_PROVIDER"]),
            "pool": checked(book["POOL"]),
            "assets": assets,
            "source": aave.source(file),
        }
    return found


def statas(aave: Book, pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """[protocols.erc4626]: each picked asset's StataToken in each market, which passes on the market's rate."""
    found = {}
    for market, library in pick["markets"].items():
        listed = _reserves(aave, library)
        for symbol in pick["statas"]:
            reserve = listed.get(tokens[symbol]["address"])
            entry = f"{reserve.key}_STATA_TOKEN" if reserve else ""
            if reserve and entry in reserve.constants:
                found[f"stata-{market}-{symbol}"] = {
                    "vault": checked(reserve.constants[entry]),
                    "asset": symbol,
                    "liquidity_source": f"aave-v3:{market}:{symbol}",
                    "source": aave.source(reserve.file, entry),
                }
    return found


def reserve_of(aave: Book, pick: dict[str, Any], token: str) -> Reserve | None:
    """The first market's reserve of that token."""
    found = (_reserves(aave, library).get(token) for library in pick["markets"].values())
    return next((reserve for reserve in found if reserve), None)


def _reserves(aave: Book, library: str) -> dict[str, Reserve]:
    """A market's reserves by the address of what is supplied."""
    file = f"src/{library}.sol"
    constants = solidity(aave.text(file), f"{library}Assets")
    return {
        checked(place): Reserve(name.removesuffix(_UNDERLYING), file, constants)
        for name, place in constants.items()
        if name.endswith(_UNDERLYING)
    }
