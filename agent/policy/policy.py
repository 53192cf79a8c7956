"""The operator's policy: which contracts, tokens and functions may be used, how much at once, at what fee.

Gate and signer each hold a copy; the signer's is the one that counts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agent.money import MAX_UINT256, Address, Token, address
from agent.plugin import Listed
from agent.policy import bodies
from agent.policy.files import write_private
from agent.policy.fingerprint import Fingerprint
from agent.policy.shape import ONE_DAY, PolicyFile
from agent.policy.tables import ASSET, Table, erc20_table, load_table, weth9_table
from agent.policy.typed_tables import Domain, TypedTable, load_typed_table

POLICY_VERSION = 1


@dataclass(frozen=True)
class Policy:
    """Everything that may be signed on one chain. What isn't in it is refused.

    `caps`: base units per transaction by symbol; a token without one can be neither entered nor sent. `max_fee_wei`
    bounds the fees of one plan. `bodies` are the tables as shipped, whose hashes the file pins.

    `day_caps` and `lifetime_caps`: base units by symbol that one account may move into venues, swaps or other hands
    within any 24 hours, and in all; a symbol that isn't there has no such cap. `step_up`: base units by symbol above
    which one plan needs a code. `closed`: contracts, or `contract:market`, which may still be left but not
    entered. Loosening any of this waits `loosen_delay_seconds`. `codes`: what each contract was when it was listed;
    only the gate can hold that against the chain.

    `domains` are the contracts whose typed data (EIP-712) may be signed, each with the table of `typed_tables` that
    decodes it.
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
    day_caps: Mapping[str, int] = field(default_factory=dict)
    lifetime_caps: Mapping[str, int] = field(default_factory=dict)
    step_up: Mapping[str, int] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    loosen_delay_seconds: int = ONE_DAY
    codes: Mapping[Address, Fingerprint] = field(default_factory=dict)
    typed_tables: Mapping[str, TypedTable] = field(default_factory=dict)
    typed_bodies: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    domains: Mapping[Address, Domain] = field(default_factory=dict)

    def is_closed(self, contract: Address, market: str | None = None) -> bool:
        """Whether a contract, or this market of it, may only be left."""
        return contract in self.closed or (market is not None and f"{contract}:{market}" in self.closed)

    def trades_at(self, contract: Address | None) -> bool:
        """Whether that contract is listed as one that swaps."""
        listed = None if contract is None else self.contracts.get(contract)
        table = None if listed is None else self.tables.get(listed.table)
        return table is not None and any(entry.direction == "swap" for entry in table.functions)

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
    day_caps: Mapping[str, int] | None = None,
    lifetime_caps: Mapping[str, int] | None = None,
    step_up: Mapping[str, int] | None = None,
    closed: Collection[str] = (),
    loosen_delay_seconds: int = ONE_DAY,
    codes: Mapping[Address, Fingerprint] | None = None,
    typed_tables: Iterable[dict[str, Any]] = (),
    domains: Mapping[Address, Domain] | None = None,
    wrapped: Address | None = None,
) -> Policy:
    """A policy of what plug-ins list. Every token is listed under the built-in table erc20 unless listed already, the
    native coin's wrapped form under weth9.

    Raises ValueError where tables, contracts, tokens and caps don't fit together.
    """
    pinned = {token.address: token for token in tokens if token.address is not None}
    shipped = _by_name([erc20_table(), *([weth9_table()] if wrapped in pinned else []), *tables])
    loaded = {name: load_table(body) for name, body in shipped.items()}
    typed = _by_name(typed_tables)
    contracts = _merged(listed, loaded)
    for place, token in pinned.items():
        contracts.setdefault(place, Listed(place, token.symbol, "weth9" if place == wrapped else "erc20"))
    policy = Policy(
        chain_id,
        chain_name,
        contracts,
        pinned,
        native,
        loaded,
        shipped,
        dict(caps),
        max_fee_wei,
        contact_delay_seconds,
        day_caps=dict(day_caps or {}),
        lifetime_caps=dict(lifetime_caps or {}),
        step_up=dict(step_up or {}),
        closed=frozenset(closed),
        loosen_delay_seconds=loosen_delay_seconds,
        codes=dict(codes or {}),
        typed_tables={name: load_typed_table(body) for name, body in typed.items()},
        typed_bodies=typed,
        domains=dict(domains or {}),
    )
    check(policy)
    return policy


def _by_name(tables: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for body in tables:
        if found.setdefault(str(body.get("table")), body) != body:
            raise ValueError(f"two different call tables are named {body.get('table')!r}")
    return found


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


def check(policy: Policy) -> None:
    """Raises ValueError where the parts of a policy don't fit together."""
    _check_amounts(policy)
    if any(token.chain_id != policy.chain_id for token in (policy.native, *policy.tokens.values())):
        raise ValueError(f"a token of another chain than {policy.chain_id}")
    for contract in policy.contracts.values():
        _check_contract(policy, contract)
    for entry in policy.closed:
        place, _, market = entry.partition(":")
        known = policy.contracts.get(Address(place))
        if known is None or (market and market not in known.markets):
            raise ValueError(f"closed: {entry} is no contract or market of the policy")
    for at, domain in policy.domains.items():
        if domain.table not in policy.typed_tables:
            raise ValueError(f"the domain of {at} needs the typed table {domain.table!r}")


def _check_amounts(policy: Policy) -> None:
    symbols = [policy.native.symbol, *(token.symbol for token in policy.tokens.values())]
    if len(set(symbols)) != len(symbols):
        raise ValueError("two tokens of the policy have the same symbol; caps are by symbol")
    limits = (policy.caps, policy.day_caps, policy.lifetime_caps, policy.step_up)
    if unknown := {symbol for each in limits for symbol in each} - set(symbols):
        raise ValueError(f"a cap for {min(unknown)}, which is no token of the policy")
    amounts = [policy.max_fee_wei, *(units for each in limits for units in each.values())]
    if not all(0 <= units < MAX_UINT256 for units in amounts):
        raise ValueError("caps and max_fee_wei are base units from 0 up, below 2**256 - 1")


def _check_contract(policy: Policy, contract: Listed) -> None:
    table = policy.tables.get(contract.table)
    if table is None:
        raise ValueError(f"{contract.name} at {contract.address} needs the call table {contract.table!r}")
    if _speaks_of_asset(table) and contract.asset not in policy.tokens:
        raise ValueError(f"{contract.name} at {contract.address}: its asset is no token of the policy")
    if contract.wrapped is not None and contract.wrapped not in policy.tokens:
        raise ValueError(f"{contract.name} at {contract.address}: its wrapped coin is no token of the policy")


# -- the file -------------------------------------------------------------------------------------------------------


def dumps(policy: Policy) -> str:
    """The policy file's text: sorted JSON, amounts as decimal text. What isn't set beyond version 1 isn't written."""
    body: dict[str, Any] = {
        "version": policy.version,
        "chain_id": policy.chain_id,
        "chain_name": policy.chain_name,
        "contracts": {place: bodies.listed_body(one) for place, one in policy.contracts.items()},
        "tokens": {place: bodies.token_body(token) for place, token in policy.tokens.items()},
        "native": bodies.token_body(policy.native),
        "tables": bodies.pinned(policy.bodies),
        "caps": bodies.texts(policy.caps),
        "max_fee_wei": str(policy.max_fee_wei),
        "contact_delay_seconds": policy.contact_delay_seconds,
    }
    later = {
        "day_caps": bodies.texts(policy.day_caps),
        "lifetime_caps": bodies.texts(policy.lifetime_caps),
        "step_up": bodies.texts(policy.step_up),
        "closed": sorted(policy.closed),
        "codes": {place: bodies.fingerprint_body(each) for place, each in policy.codes.items()},
        "typed_tables": bodies.pinned(policy.typed_bodies),
        "domains": {place: domain.model_dump(exclude_none=True) for place, domain in policy.domains.items()},
    }
    body |= {name: value for name, value in later.items() if value}
    if policy.loosen_delay_seconds != ONE_DAY:
        body["loosen_delay_seconds"] = policy.loosen_delay_seconds
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def loads(text: str) -> Policy:
    """The policy in a file's text. Raises ValueError that says what is wrong, a changed table among it."""
    try:
        body = PolicyFile.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"policy: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    if body.version != POLICY_VERSION:
        raise ValueError(f"a policy of version {body.version}; this program reads version {POLICY_VERSION}")
    policy = _policy(body)
    check(policy)
    return policy


def _policy(body: PolicyFile) -> Policy:
    tables = bodies.unpinned(body.tables, "call table")
    typed = bodies.unpinned(body.typed_tables, "typed table")
    return Policy(
        chain_id=body.chain_id,
        chain_name=body.chain_name,
        contracts={address(place): bodies.listed(address(place), one) for place, one in body.contracts.items()},
        tokens={address(place): bodies.token(body, one, address(place)) for place, one in body.tokens.items()},
        native=bodies.token(body, body.native, None),
        tables={name: load_table(table) for name, table in tables.items()},
        bodies=tables,
        caps=bodies.units(body.caps),
        max_fee_wei=int(body.max_fee_wei),
        contact_delay_seconds=body.contact_delay_seconds,
        day_caps=bodies.units(body.day_caps),
        lifetime_caps=bodies.units(body.lifetime_caps),
        step_up=bodies.units(body.step_up),
        closed=frozenset(bodies.closed(entry) for entry in body.closed),
        loosen_delay_seconds=body.loosen_delay_seconds,
        codes={address(place): bodies.fingerprint(each) for place, each in body.codes.items()},
        typed_tables={name: load_typed_table(table) for name, table in typed.items()},
        typed_bodies=typed,
        domains={address(place): Domain(**each.model_dump()) for place, each in body.domains.items()},
    )


def save(policy: Policy, path: Path) -> None:
    """Writes the policy file in one step, mode 0600."""
    write_private(path, dumps(policy))


def load(path: Path) -> Policy:
    """Reads a policy file. Raises OSError where there is none, ValueError where it is wrong."""
    return loads(path.read_text(encoding="utf-8"))
