"""The parts of a policy as JSON data, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agent.money import Address, Token, address
from agent.plugin import Listed
from agent.policy.fingerprint import Fingerprint
from agent.policy.shape import FingerprintFile, ListedFile, PolicyFile, TableFile, TokenFile
from agent.policy.tables import sha256_of


def texts(units: Mapping[str, int]) -> dict[str, str]:
    """Base units by symbol as decimal text."""
    return {symbol: str(each) for symbol, each in units.items()}


def units(found: Mapping[str, str]) -> dict[str, int]:
    """Base units by symbol of decimal text."""
    return {symbol: int(each) for symbol, each in found.items()}


def pinned(bodies: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Tables with the hash that pins each."""
    return {name: {"sha256": sha256_of(body), "body": body} for name, body in bodies.items()}


def unpinned(tables: Mapping[str, TableFile], kind: str) -> dict[str, dict[str, Any]]:
    """Tables whose hashes are theirs. Raises ValueError where one was changed, or stands under another name."""
    for name, table in tables.items():
        if sha256_of(table.body) != table.sha256 or table.body.get("table") != name:
            raise ValueError(f"policy: the {kind} {name!r} isn't the one that was pinned (its SHA-256 differs)")
    return {name: table.body for name, table in tables.items()}


def listed_body(one: Listed) -> dict[str, Any]:
    """A contract as the file has it."""
    body = {"name": one.name, "table": one.table, "asset": one.asset, "markets": list(one.markets)}
    return body | ({"wrapped": one.wrapped} if one.wrapped else {})


def listed(place: Address, one: ListedFile) -> Listed:
    """A contract of the file."""
    asset, wrapped = (address(each) if each else None for each in (one.asset, one.wrapped))
    return Listed(place, one.name, one.table, asset, tuple(one.markets), wrapped)


def token_body(token: Token) -> dict[str, Any]:
    """A token as the file has it."""
    return {"symbol": token.symbol, "decimals": token.decimals}


def token(body: PolicyFile, one: TokenFile, place: Address | None) -> Token:
    """A token of the file."""
    return Token(body.chain_id, one.symbol, place, one.decimals)


def fingerprint_body(one: Fingerprint) -> dict[str, Any]:
    """What a contract was, as the file has it."""
    return {name: value for name, value in asdict(one).items() if value is not None}


def fingerprint(body: FingerprintFile) -> Fingerprint:
    """What a contract was, of the file."""
    places = (body.implementation, body.admin, body.owner)
    return Fingerprint(body.code, *(address(each) if each else None for each in places))


def closed(entry: str) -> str:
    """An entry of `closed` with its address's checksum."""
    place, colon, market = entry.partition(":")
    return address(place) + colon + market
