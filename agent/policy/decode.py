"""What a call would do, read from its bytes with the tables of the policy. What can't be read is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from eth_hash.auto import keccak

from agent.abi import Parameter, decode_call, parse_signature, selector
from agent.errors import Refused
from agent.money import ZERO_ADDRESS, Address, Token, address
from agent.plans import plain
from agent.plugin import Listed
from agent.policy.batch import batched
from agent.policy.commands import commanded
from agent.policy.effects import Effect
from agent.policy.outside import COIN, opened_values
from agent.policy.policy import Policy
from agent.policy.tables import (
    ASSET,
    FIRST,
    POOL_KEYS,
    POSITION,
    SELF,
    SENDER,
    VALUE,
    Entry,
    parameter_at,
)
from agent.policy.unread import unlisted, unreadable

DYNAMIC_FEE = 0x800000
"""A pool's fee from here on is what its hooks say (@uniswap/v4-core, libraries/LPFeeLibrary.sol)."""
PoolKey = tuple[str, int, int, str, bytes]
"""One of a pool's tokens, its fee, tick spacing and hooks, and what is told them."""


def decode(policy: Policy, to: Address, data: bytes, value: int) -> Effect:
    """The effect of a transaction to `to` with `data` and `value` wei. Raises Refused("lists") where unreadable."""
    if not data:
        return _native(policy, to, value)
    contract = policy.contracts.get(address(to))
    if contract is None:
        raise Refused("lists", f"The contract {to} is not in the policy's list.", "The operator can list it.")
    table = policy.tables[contract.table]
    if table.commands is not None:
        wrapped = None if contract.wrapped is None else policy.tokens.get(contract.wrapped)
        one = partial(_one, policy, contract)
        return commanded(policy.native, wrapped, contract, table, data, value, one)
    batch = table.batch
    if batch is not None and data[:4] == selector(batch.signature):
        return batched(policy.native, contract, batch, data, value, partial(_one, policy, contract))
    return _one(policy, contract, data, value)


def _one(policy: Policy, contract: Listed, data: bytes, value: int) -> Effect:
    entry, args = _read(policy, contract, data)
    if entry.direction in ("wrap", "unwrap"):
        return _wrapped(policy, contract, entry, args, value)
    units = int(argument(args, entry.amount))
    route = _route(policy, entry, args)
    token = route[0] if route else _token(policy, contract, entry, args)
    return Effect(
        direction=entry.direction,
        contract=contract,
        entry=entry,
        signature=entry.signature,
        args=args,
        token=policy.native if entry.native_in and value else token,
        units=units,
        unit=entry.unit,
        recipient=_recipient(entry, args),
        owner=address(argument(args, entry.owner)) if entry.owner else None,
        spender=address(argument(args, entry.spender)) if entry.spender else None,
        market=_market(entry, args),
        is_all=units == _largest(entry),
        value=value,
        to=route[-1] if route else None,
        least=_least(entry, args),
        through=route[1:-1],
        paid=token,
        along=_token_at(policy, address(argument(args, entry.with_token))) if entry.with_token else None,
        along_units=int(argument(args, entry.with_amount)) if entry.with_amount else 0,
        expires=int(argument(args, entry.expires)) if entry.expires else None,
    )


def _wrapped(policy: Policy, contract: Listed, entry: Entry, args: Mapping[str, Any], value: int) -> Effect:
    coin, token = policy.native, _token_at(policy, contract.address)
    wraps = entry.direction == "wrap"
    units = value if entry.amount == VALUE else int(argument(args, entry.amount))
    return Effect(
        direction=entry.direction,
        contract=contract,
        entry=entry,
        signature=entry.signature,
        args=args,
        token=coin if wraps else token,
        units=units,
        unit="token",
        recipient=None,
        owner=None,
        spender=None,
        market=None,
        is_all=units == 2**256 - 1,
        value=value,
        to=token if wraps else coin,
        least=units,
    )


def _native(policy: Policy, to: Address, value: int) -> Effect:
    return Effect(
        direction="transfer",
        contract=None,
        entry=None,
        signature="",
        args={},
        token=policy.native,
        units=value,
        unit="token",
        recipient=address(to),
        owner=None,
        spender=None,
        market=None,
        is_all=False,
        value=value,
    )


def _read(policy: Policy, contract: Listed, data: bytes) -> tuple[Entry, dict[str, Any]]:
    entries = policy.tables[contract.table].entries(data[:4])
    if not entries:
        raise unlisted(contract, contract.table, data)
    try:
        values = decode_call(entries[0].signature, data)
        if entries[0].outside is not None:
            names = tuple(each.name for each in parse_signature(entries[0].signature)[1])
            values = opened_values(names, values, entries[0].outside.calls)
    except ValueError as error:
        raise unreadable(contract, error) from None
    args = _named(parse_signature(entries[0].whole)[1], values)
    fitting = (entry for entry in entries if not unmet(entry, args))
    return next(fitting, entries[0]), args  # where no `must` fits, the rule of that name says so


def unmet(entry: Entry, args: Mapping[str, Any]) -> str:
    """The first argument that isn't what the table's `must` says, '' where all are."""
    return next((path for path, text in entry.must.items() if _text(argument(args, path)) != text.lower()), "")


def pinned(entry: Entry, args: Mapping[str, Any], path: str) -> bool:
    """Whether the table's `must` allows nothing but what this argument is."""
    return path in entry.must and _text(argument(args, path)) == entry.must[path].lower()


def _text(value: Any) -> str:
    return str(plain(value)).lower()


def _named(parameters: Sequence[Parameter], values: Sequence[Any]) -> dict[str, Any]:
    """Arguments by name; a tuple becomes a dictionary of its own."""
    return {
        parameter.name: _named(parameter.parts, value) if parameter.type.endswith(")") else value
        for parameter, value in zip(parameters, values, strict=True)
    }


def argument(args: Mapping[str, Any], path: str) -> Any:
    """The argument at a path: `amount`, or `marketParams.loanToken` into a tuple."""
    value: Any = args
    for name in path.split("."):
        value = value[name]
    return value


def _token(policy: Policy, contract: Listed, entry: Entry, args: Mapping[str, Any]) -> Token:
    if entry.token == POSITION:
        return Token(policy.chain_id, "positions", contract.address, 0)
    place = {ASSET: contract.asset, SELF: contract.address}.get(entry.token) or address(argument(args, entry.token))
    return _token_at(policy, place)


def _named_token(policy: Policy, entry: Entry, args: Mapping[str, Any], path: str) -> Token:
    place = address(argument(args, path))
    if entry.path:  # a path that names its ends apart from it is one of v4's pools
        return _currency(policy, place)
    return policy.native if entry.outside and entry.outside.coin and place == COIN else _token_at(policy, place)


def _currency(policy: Policy, place: Address) -> Token:
    """What a pool of v4 holds: the zero address is the native coin (v4-core, types/Currency.sol)."""
    return policy.native if place == policy.native.place else _token_at(policy, place)


def _token_at(policy: Policy, place: Address) -> Token:
    token = policy.tokens.get(place)
    if token is None:
        raise Refused("lists", f"{place} is not a token of the policy.", "Only pinned tokens can be moved.")
    return token


def _route(policy: Policy, entry: Entry, args: Mapping[str, Any]) -> tuple[Token, ...]:
    """The tokens of a swap from the one that is given to the one that comes back; () of any other call."""
    if entry.to_token is None:
        return ()
    if entry.path is None:
        return tuple(_named_token(policy, entry, args, path) for path in (entry.token, entry.to_token))
    if parameter_at(entry.whole, entry.path).type == POOL_KEYS:
        return _keyed(policy, entry, args, argument(args, entry.path))
    tokens = [_token_at(policy, place) for place in way(argument(args, entry.path))]
    return tuple(tokens if entry.token == FIRST else reversed(tokens))


def _keyed(policy: Policy, entry: Entry, args: Mapping[str, Any], keys: Sequence[PoolKey]) -> tuple[Token, ...]:
    """The same of pools of v4. Raises Refused("hooks") for one whose swaps its hooks have a say in."""
    if not keys:
        raise Refused("lists", "No pools are no path.", "Ask for a new preview.")
    for _, fee, _, hooks, told in keys:
        if address(hooks) != ZERO_ADDRESS or told or fee >= DYNAMIC_FEE:
            raise Refused(
                "hooks",
                f"A pool of the swap has hooks ({address(hooks)}), tells them something, or has no fixed fee.",
                "Only pools without hooks and with a fixed fee are used.",
            )
    tokens = [_currency(policy, address(place)) for place, *_ in keys]
    if entry.token == FIRST:
        return (*tokens, _named_token(policy, entry, args, str(entry.to_token)))
    return (_named_token(policy, entry, args, entry.token), *tokens)


def way(path: bytes | Sequence[str]) -> list[Address]:
    """The tokens of a path, packed with fees or a plain list. Raises Refused("lists") where it isn't one."""
    if isinstance(path, bytes):
        return hops(path)
    if len(path) < 2:
        raise Refused("lists", f"{len(path)} tokens are no path.", "Ask for a new preview.")
    return [address(place) for place in path]


def hops(path: bytes) -> list[Address]:
    """The tokens of a packed path: 20 bytes of token, 3 of fee, 20 of token … (Uniswap v3-periphery, Path.sol).

    Raises Refused("lists") for bytes that aren't a path of two tokens or more.
    """
    length, rest = divmod(len(path) - 20, 23)
    if length < 1 or rest:
        raise Refused(
            "lists",
            f"{len(path)} bytes are no path of tokens and fees.",
            "Ask for a new preview; a plug-in that builds such calls has a fault.",
        )
    return [address("0x" + path[start : start + 20].hex()) for start in range(0, len(path), 23)]


def _recipient(entry: Entry, args: Mapping[str, Any]) -> Address | None:
    """Who gets what comes back, None for the caller."""
    if entry.recipient in (None, SENDER):
        return None
    place = address(argument(args, str(entry.recipient)))
    return None if entry.outside and entry.outside.zero_is_caller and place == ZERO_ADDRESS else place


def _least(entry: Entry, args: Mapping[str, Any]) -> int:
    """Base units that a swap gives at the least, 0 of any other call."""
    if entry.to_amount is None:
        return 0
    return max(int(argument(args, entry.to_amount)) - (entry.outside.dust if entry.outside else 0), 0)


def _largest(entry: Entry) -> int:
    """The largest number that the amount's type holds: what contracts read as 'all'."""
    return int(2 ** int(parameter_at(entry.whole, entry.amount).type.removeprefix("uint") or 256)) - 1


def _market(entry: Entry, args: Mapping[str, Any]) -> str | None:
    """keccak256(abi.encode(tuple)), as Morpho Blue's MarketParamsLib computes a market's id."""
    if entry.market is None:
        return None
    parameter = parameter_at(entry.whole, entry.market)
    from eth_abi.abi import encode  # late, as in agent.abi

    return "0x" + keccak(encode([parameter.type], [_tuple(argument(args, entry.market))])).hex()


def _tuple(value: Any) -> Any:
    return tuple(_tuple(part) for part in value.values()) if isinstance(value, dict) else value
