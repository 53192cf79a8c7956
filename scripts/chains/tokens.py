"""[tokens]: address, name and decimals from the token lists, which must agree where both know a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agent.money import Address
from scripts.chains.books import Book
from scripts.chains.reading import Unread, checked

UNISWAP, UNISWAP_FILE = "@uniswap/default-token-list", "build/uniswap-default.tokenlist.json"
AAVE, AAVE_FILE = "@aave-dao/aave-address-book", "tokenlist.json"


@dataclass(frozen=True)
class Listed:
    symbol: str
    name: str
    address: Address
    decimals: int
    source: str


def tokens(books: dict[str, Book], chain_id: int, pick: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The picked tokens without their feeds. Raises Unread where a list lacks one, or the two contradict each other.

    Uniswap's list tells the symbols apart that people use (USDC.e, USDbC); Aave's has what each contract itself says.
    """
    by_people = _listed(books[UNISWAP], UNISWAP_FILE, chain_id)
    by_contract = _listed(books[AAVE], AAVE_FILE, chain_id)
    own = {token.address: token for token in by_contract}
    found: dict[str, dict[str, Any]] = {}
    for symbol in pick["tokens"]:
        token = _one(by_people, symbol) or _one(by_contract, symbol)
        if token is None:
            raise Unread(f"no token list has {symbol} on chain {chain_id}")
        said = own.get(token.address, token)
        if said.decimals != token.decimals:
            raise Unread(f"the lists give {symbol} {token.decimals} and {said.decimals} decimals")
        name = said.name if said.symbol == symbol else token.name
        found[symbol] = {"name": name, "address": token.address, "decimals": token.decimals}
        if said.symbol != symbol:
            found[symbol]["onchain_symbol"] = said.symbol
        if symbol in pick["dollars"]:
            found[symbol]["usd_stable"] = True
        found[symbol]["source"] = token.source
    return found


def _one(listed: list[Listed], symbol: str) -> Listed | None:
    found = {token.address: token for token in listed if token.symbol == symbol}
    if len(found) > 1:
        raise Unread(f"a list has {len(found)} tokens {symbol}: {', '.join(sorted(found))}")
    return next(iter(found.values()), None)


def _listed(book: Book, file: str, chain_id: int) -> list[Listed]:
    entries = json.loads(book.text(file))["tokens"]
    return [
        Listed(each["symbol"], each["name"], checked(each["address"]), each["decimals"], book.source(file))
        for each in entries
        if each["chainId"] == chain_id and each.get("tags", ["underlying"]) == ["underlying"]
    ]
