"""Morpho Blue and those of its published markets whose two tokens are pinned here."""

from __future__ import annotations

import re
from typing import Any

from eth_abi.abi import encode
from eth_hash.auto import keccak

from agent.money import Address
from scripts.chains.books import Book
from scripts.chains.reading import Unread, block, checked, place

ADDRESSES, ADDRESSES_FILE = "@morpho-org/morpho-ts", "lib/esm/addresses.js"
MARKETS, MARKETS_FILE = "@morpho-org/morpho-test", "lib/esm/fixtures/markets.js"
_MARKET = re.compile(
    r"(\w+): new MarketParams\(\{[^}]*?loanToken: ([\w\"]+),\s*collateralToken: ([\w\"]+),\s*"
    r"oracle: \"(0x\w{40})\",\s*irm: adaptiveCurveIrm\w*,\s*lltv: parseUnits\(\"([\d.]+)\", 16\)"
)
MOONWELL, MOONWELL_FOLDER = "@moonwell-fi/moonwell-sdk", "environments/definitions"
_LISTED = re.compile(r'"([\w-]+)": \{\s*collateralToken: "(\w+)",\s*loanToken: "(\w+)",\s*id: "(0x[0-9a-fA-F]{64})"')
_NATIVE = {"ETH": "WETH"}  # Moonwell names the coin for its wrapped token
LLTV_DECIMALS = 16  # of the percentage: 100 % is 10**18


def morpho(books: dict[str, Book], pick: dict[str, Any], tokens: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """[protocols.morpho-blue]. A market's id is keccak256 of its parameters (morpho-blue, MarketParamsLib.sol)."""
    addresses, markets = books[ADDRESSES], books[MARKETS]
    own = block(addresses.text(ADDRESSES_FILE).split("_deployments")[0], f"[ChainId.{pick['morpho']}]:")
    model = place(own, "adaptiveCurveIrm")
    symbols = {token["address"]: symbol for symbol, token in tokens.items()}
    chosen: list[tuple[str, str, str]] = []  # what a market is called by its collateral, its loan token, its id
    for _, loan, collateral, oracle, lltv in _published(markets, pick["morpho"]):
        lent, held = (symbols.get(token_named(own, each)) for each in (loan, collateral))
        if lent is None or held is None:
            continue
        params = (tokens[lent]["address"], tokens[held]["address"], checked(oracle), model, _lltv(lltv))
        hashed = keccak(encode(["address", "address", "address", "address", "uint256"], params))
        chosen.append((f"{held}-{lltv}", lent, "0x" + hashed.hex()))
    found: dict[str, str] = {}
    chosen += _moonwells(books[MOONWELL], pick, tokens, {each[2] for each in chosen})
    for name, lent, id_ in chosen:
        shared = any(name == other and lent != loan for other, loan, _ in chosen)
        found[_free(f"{name}-{lent}" if shared else name, found)] = id_
    return {
        "morpho": place(own, "morpho"),
        "markets": found,
        "source": "; ".join([addresses.source(ADDRESSES_FILE), *_of_markets(books, pick)]),
    }


def _moonwells(
    book: Book, pick: dict[str, Any], tokens: dict[str, dict[str, Any]], known: set[str]
) -> list[tuple[str, str, str]]:
    """The picked markets that Moonwell names by their id: 'cbETH-USDC', the loan token, the id."""
    if "moonwell" not in pick:
        return []
    text = book.text(f"{MOONWELL_FOLDER}/{pick['moonwell']}/morpho-markets.ts")
    found = []
    for name, collateral, loan, id_ in _LISTED.findall(text):
        held, lent = (_NATIVE.get(each, each) for each in (collateral, loan))
        if name in pick["markets_of_moonwell"] and {held, lent} <= set(tokens) and id_.lower() not in known:
            found.append((f"{held}-{lent}", lent, id_.lower()))
    return found


def _of_markets(books: dict[str, Book], pick: dict[str, Any]) -> list[str]:
    """The sources of the markets."""
    own = [f"markets: {books[MARKETS].source(MARKETS_FILE)}"]
    if "moonwell" in pick:
        own.append(books[MOONWELL].source(f"{MOONWELL_FOLDER}/{pick['moonwell']}/morpho-markets.ts"))
    return own


def _published(markets: Book, chain: str) -> list[tuple[str, str, str, str, str]]:
    text = markets.text(MARKETS_FILE)
    own = f"[ChainId.{chain}]: {{"
    return _MARKET.findall(block(text, own)) if own in text else []


def token_named(own: str, written: str) -> Address | None:
    """The token that a market names: an address, or a name of the chain's registry with the chain behind it."""
    if written.startswith('"'):
        return checked(written.strip('"'))
    try:
        return place(own, re.sub(r"_(base|arb|polygon)$", "", written))
    except Unread:
        return None


def _lltv(percent: str) -> int:
    whole, _, fraction = percent.partition(".")
    return int(whole + fraction.ljust(LLTV_DECIMALS, "0"))


def _free(name: str, taken: dict[str, str]) -> str:
    """`name`, numbered where another market has it: same pair, another oracle."""
    number = sum(1 for each in taken if each == name or each.startswith(f"{name}-"))
    return f"{name}-{number + 1}" if number else name
