"""The operator's policy: which contracts, tokens and functions may be used, how much at once, at what fee.

Gate and signer each hold a copy; the signer's is the one that counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.money import MAX_UINT256, Address, Token, address
from agent.plugin import Listed
from agent.policy.files import write_private
from agent.policy.tables import ASSET, Table, erc20_table, load_table, sha256_of

POLICY_VERSION = 1
ONE_DAY = 86_400


@dataclass(frozen=True)
class Policy:
    """Everything that may be signed on one chain. What isn't in it is refused.

    `caps`: base units per transaction by symbol; a token without one can be neither entered nor sent. `max_fee_wei`
    bounds the fees of one plan. `bodies` are the tables as shipped, whose hashes the file pins.
    """

    chain_id: int
    chain_name: str
    contracts: Mapping[Address, Listed]
    tokens: Mapping[Address, Token]
    native: Token
    tables: Mapping[str, Table]
    bodies: Mapping[str, dict[str, Any]]
    caps: Mapping[str, int]
    max_fee_wei: int
    contact_delay_seconds: int = ONE_DAY
    version: int = POLICY_VERSION

    def cap(self, token: Token) -> int | None:
        """Base units of `token` that one transaction may move, None where the policy names no cap."""
        return self.caps.get(token.symbol)

    @property
    def sha256(self) -> str:
        """A fingerprint of the whole policy: of the text that `dumps` gives."""
        return hashlib.sha256(dumps(self).encode()).hexdigest()


def build(
    *,
    chain_id: int,
    chain_name: str,
    tokens: Iterable[Token],
    native: Token,
    listed: Sequence[Listed],
    tables: Iterable[dict[str, Any]],
    caps: Mapping[str, int],
    max_fee_wei: int,
    contact_delay_seconds: int = ONE_DAY,
) -> Policy:
    """A policy of what plug-ins list. Every token is listed under the built-in table erc20 unless listed already.

    Raises ValueError where tables, contracts, tokens and caps don't fit together.
    """
    pinned = {token.address: token for token in tokens if token.address is not None}
    bodies = _by_name([erc20_table(), *tables])
    loaded = {name: load_table(body) for name, body in bodies.items()}
    contracts = _merged(listed, loaded)
    for place, token in pinned.items():
        contracts.setdefault(place, Listed(place, token.symbol, "erc20"))
    policy = Policy(
        chain_id,
        chain_name,
        contracts,
        pinned,
        native,
        loaded,
        bodies,
        dict(caps),
        max_fee_wei,
        contact_delay_seconds,
    )
    _check(policy)
    return policy


def _by_name(tables: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    bodies: dict[str, dict[str, Any]] = {}
    for body in tables:
        if bodies.setdefault(str(body.get("table")), body) != body:
            raise ValueError(f"two different call tables are named {body.get('table')!r}")
    return bodies


def _merged(listed: Sequence[Listed], tables: Mapping[str, Table]) -> dict[Address, Listed]:
    """One entry a contract: several venues may share one, each adding its market."""
    contracts: dict[Address, Listed] = {}
    for new in listed:
        old = contracts.setdefault(new.address, new)
        if old.table != new.table:
            raise ValueError(f"{new.address} is listed under two tables: {old.table} and {new.table}")
        asset = old.asset
        if new.asset != old.asset:
            if _speaks_of_asset(tables.get(new.table)):
                raise ValueError(f"{new.name} at {new.address} is listed with two assets")
            asset = None  # its table reads the token from the call
        if old.wrapped != new.wrapped:
            raise ValueError(f"{new.name} at {new.address} is listed with two wrapped coins")
        markets = tuple(dict.fromkeys(market.lower() for market in (*old.markets, *new.markets)))
        contracts[new.address] = Listed(old.address, old.name, old.table, asset, markets, old.wrapped)
    return contracts


def _speaks_of_asset(table: Table | None) -> bool:
    return table is not None and any(entry.token == ASSET for entry in table.functions)


def _check(policy: Policy) -> None:
    symbols = [policy.native.symbol, *(token.symbol for token in policy.tokens.values())]
    if len(set(symbols)) != len(symbols):
        raise ValueError("two tokens of the policy have the same symbol; caps are by symbol")
    if unknown := set(policy.caps) - set(symbols):
        raise ValueError(f"a cap for {min(unknown)}, which is no token of the policy")
    if not all(0 <= cap < MAX_UINT256 for cap in (*policy.caps.values(), policy.max_fee_wei)):
        raise ValueError("caps and max_fee_wei are base units from 0 up, below 2**256 - 1")
    if any(token.chain_id != policy.chain_id for token in (policy.native, *policy.tokens.values())):
        raise ValueError(f"a token of another chain than {policy.chain_id}")
    for contract in policy.contracts.values():
        table = policy.tables.get(contract.table)
        if table is None:
            raise ValueError(f"{contract.name} at {contract.address} needs the call table {contract.table!r}")
        if _speaks_of_asset(table) and contract.asset not in policy.tokens:
            raise ValueError(f"{contract.name} at {contract.address}: its asset is no token of the policy")
        if contract.wrapped is not None and contract.wrapped not in policy.tokens:
            raise ValueError(f"{contract.name} at {contract.address}: its wrapped coin is no token of the policy")


# -- the file -------------------------------------------------------------------------------------------------------

Units = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,77})$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _TokenFile(_Strict):
    symbol: str = Field(min_length=1, max_length=32)
    decimals: int = Field(ge=0, le=36)


class _ListedFile(_Strict):
    name: str
    table: str
    asset: str | None = None
    markets: list[Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]] = Field(default_factory=list)
    wrapped: str | None = None


class _TableFile(_Strict):
    sha256: str
    body: dict[str, Any]


class _PolicyFile(_Strict):
    version: int
    chain_id: int = Field(ge=1)
    chain_name: str
    contracts: dict[str, _ListedFile]
    tokens: dict[str, _TokenFile]
    native: _TokenFile
    tables: dict[str, _TableFile]
    caps: dict[str, Units]
    max_fee_wei: Units
    contact_delay_seconds: int = Field(ge=0)


def dumps(policy: Policy) -> str:
    """The policy file's text: sorted JSON, amounts as decimal text."""
    body = {
        "version": policy.version,
        "chain_id": policy.chain_id,
        "chain_name": policy.chain_name,
        "contracts": {place: _listed_body(one) for place, one in policy.contracts.items()},
        "tokens": {place: _token_body(token) for place, token in policy.tokens.items()},
        "native": _token_body(policy.native),
        "tables": {name: {"sha256": sha256_of(body), "body": body} for name, body in policy.bodies.items()},
        "caps": {symbol: str(cap) for symbol, cap in policy.caps.items()},
        "max_fee_wei": str(policy.max_fee_wei),
        "contact_delay_seconds": policy.contact_delay_seconds,
    }
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def _listed_body(one: Listed) -> dict[str, Any]:
    body = {"name": one.name, "table": one.table, "asset": one.asset, "markets": list(one.markets)}
    return body | ({"wrapped": one.wrapped} if one.wrapped else {})


def _token_body(token: Token) -> dict[str, Any]:
    return {"symbol": token.symbol, "decimals": token.decimals}


def loads(text: str) -> Policy:
    """The policy in a file's text. Raises ValueError that says what is wrong, a changed table among it."""
    try:
        body = _PolicyFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"policy: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    if body.version != POLICY_VERSION:
        raise ValueError(f"a policy of version {body.version}; this program reads version {POLICY_VERSION}")
    for name, table in body.tables.items():
        if sha256_of(table.body) != table.sha256 or table.body.get("table") != name:
            raise ValueError(f"policy: the call table {name!r} isn't the one that was pinned (its SHA-256 differs)")
    policy = _policy(body)
    _check(policy)
    return policy


def _policy(body: _PolicyFile) -> Policy:
    tokens = {address(place): _token(body, token, address(place)) for place, token in body.tokens.items()}
    return Policy(
        chain_id=body.chain_id,
        chain_name=body.chain_name,
        contracts={address(place): _listed(address(place), one) for place, one in body.contracts.items()},
        tokens=tokens,
        native=_token(body, body.native, None),
        tables={name: load_table(table.body) for name, table in body.tables.items()},
        bodies={name: table.body for name, table in body.tables.items()},
        caps={symbol: int(cap) for symbol, cap in body.caps.items()},
        max_fee_wei=int(body.max_fee_wei),
        contact_delay_seconds=body.contact_delay_seconds,
    )


def _token(body: _PolicyFile, token: _TokenFile, place: Address | None) -> Token:
    return Token(body.chain_id, token.symbol, place, token.decimals)


def _listed(place: Address, one: _ListedFile) -> Listed:
    asset, wrapped = (address(each) if each else None for each in (one.asset, one.wrapped))
    return Listed(place, one.name, one.table, asset, tuple(one.markets), wrapped)


def save(policy: Policy, path: Path) -> None:
    """Writes the policy file in one step, mode 0600."""
    write_private(path, dumps(policy))


def load(path: Path) -> Policy:
    """Reads a policy file. Raises OSError where there is none, ValueError where it is wrong."""
    return loads(path.read_text(encoding="utf-8"))
