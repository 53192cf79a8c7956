"""Call tables: what a function's arguments mean, as data that plug-ins ship and the policy pins by hash.

docs/plugins.md describes the fields. A table is refused unless it accounts for every argument that could carry
a recipient (an address) or hidden instructions (bytes): what nothing speaks of can't be checked.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.abi import Parameter, parse_signature, selector
from agent.policy.codes import Commands
from agent.policy.outside import Outside, opened

Direction = Literal["enter", "leave", "approve", "transfer", "swap", "repay", "wrap", "unwrap"]

ASSET = "@asset"
SELF = "@self"
SENDER = "@sender"
FIRST = "@first"
LAST = "@last"
POSITION = "@position"
"""In the place of a token: what the contract itself keeps in the caller's name, such as liquidity under a number."""
VALUE = "@value"
MOST_CALLS = 16
"""Calls in one batch."""
POOL_KEYS = "(address,uint24,int24,address,bytes)[]"
"""A path of Uniswap v4: for each pool one of its tokens, its fee, tick spacing, hooks and what is told them."""


class Entry(BaseModel):
    """One function of a table. Paths name arguments: `amount`, or `marketParams.loanToken` into a tuple.

    A swap gives `amount` of `token` (with `at_most`: that or less) for `to_amount` or more of `to_token`. A `repay`
    pays the own debt, with `at_most` no more of `amount` than is owed. `path` is an argument of packed bytes, token,
    fee, token …, or of addresses, whose ends are FIRST and LAST; or of POOL_KEYS, which name all tokens but the one
    at the other end. `native_in`: the call may send the native coin along instead of the listed contract's wrapped
    one, exactly `amount` of it. `about` is an argument of a `leave` that only says what it is for, such as the
    positions whose rewards are claimed: whatever it is, `amount` of `token` comes to the recipient, or nothing does.
    `outside` is of a swap whose way nobody can read: what bounds it all the same. An `enter` may take `with_amount`
    of `with_token` along. A `leave` of POSITION is of what the contract itself keeps in the caller's name under the
    number `position`; `gives` are two arguments with the least of its two tokens that is then owed, in the order in
    which an `enter` of the same table names them. `wrap` and `unwrap` are the wrapped coin's own: one to one, from
    the caller and to the caller; what is wrapped is the coin that is sent along, VALUE. `expires` is of an approval
    that one contract keeps of another's token, which hands on what it may take itself: the second (Unix) after which
    it is void.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    signature: str
    direction: Direction
    token: str
    amount: str
    unit: Literal["token", "shares", "position"] = "token"
    recipient: str | None = None
    owner: str | None = None
    spender: str | None = None
    all: bool = False
    must: dict[str, str] = Field(default_factory=dict)
    market: str | None = None
    to_token: str | None = None
    to_amount: str | None = None
    with_token: str | None = None
    with_amount: str | None = None
    position: str | None = None
    gives: tuple[str, ...] = ()
    path: str | None = None
    at_most: bool = False
    native_in: bool = False
    about: str | None = None
    expires: str | None = None
    outside: Outside | None = None

    @property
    def hands_on(self) -> bool:
        """Whether it lets another take what this contract may take of the caller's token."""
        return self.expires is not None

    @property
    def whole(self) -> str:
        """The signature, with the arguments of a call inside in the place of its bytes."""
        return opened(self.signature, self.outside.calls) if self.outside else self.signature


class Unwrap(BaseModel):
    """The call with which a batch ends that gives the native coin: `amount` or more of it goes to `recipient`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    signature: str
    amount: str
    recipient: str


class Batch(BaseModel):
    """A function that runs several swaps of the same table one after the other, all or none, until `deadline`.

    `calls` is the argument with their calldata, `deadline` the one with the last second (Unix). `here` stands for
    the contract itself as a recipient: what goes there must be given out by `unwrap` at the end. `refund` gives back
    what is left of the coin that was sent along.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    signature: str
    calls: str
    deadline: str
    here: str | None = Field(default=None, pattern=r"^0x[0-9a-fA-F]{40}$")
    unwrap: Unwrap | None = None
    refund: str | None = None


class Table(BaseModel):
    """A named set of functions; contracts are listed under the name of the table that decodes them.

    `pulled_by`: the table of the contract that takes tokens for those of this one and is approved in their place. One
    without functions is of contracts that others' calls may name (`outside.listed`) and nobody calls.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    table: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")
    functions: tuple[Entry, ...]
    batch: Batch | None = None
    commands: Commands | None = None
    pulled_by: str | None = None

    def entries(self, first_bytes: bytes) -> tuple[Entry, ...]:
        """The entries of a selector: usually one, several where `must` tells them apart."""
        return tuple(entry for entry in self.functions if selector(entry.signature) == first_bytes)


def sha256_of(body: dict[str, Any]) -> str:
    """SHA-256 in hex over the RFC 8785 JSON of a table as it was shipped: what the policy pins."""
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()


def load_table(body: dict[str, Any]) -> Table:
    """The table in JSON data. Raises ValueError that names the function and the field that is wrong."""
    try:
        table = Table.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"call table {body.get('table')!r}: {where or 'the table'}: {first['msg']}") from None
    for entry in table.functions:
        try:
            _check_entry(entry)
        except ValueError as error:
            raise ValueError(f"call table {table.table!r}, {entry.signature}: {error}") from None
    _check_twins(table)
    if table.batch is not None:
        try:
            _check_batch(table, table.batch)
        except ValueError as error:
            raise ValueError(f"call table {table.table!r}, {table.batch.signature}: {error}") from None
    if table.commands is not None:
        _check_commands(table, table.commands)
    return table


@cache
def erc20_table() -> dict[str, Any]:
    """The built-in table of every token: approve and transfer, nothing else (no permit, no increaseAllowance)."""
    return _shipped("erc20.json")


@cache
def weth9_table() -> dict[str, Any]:
    """The same of the native coin's wrapped form, which is wrapped and unwrapped besides (WETH9.sol)."""
    return _shipped("weth9.json")


def _shipped(name: str) -> dict[str, Any]:
    body = json.loads(files("agent.policy").joinpath(name).read_text(encoding="utf-8"))
    return dict(body)


def parameter_at(signature: str, path: str) -> Parameter:
    """The parameter that a path names. Raises ValueError where there is none."""
    parts = parse_signature(signature)[1]
    found: Parameter | None = None
    for name in path.split("."):
        found = next((part for part in parts if part.name == name and name), None)
        if found is None:
            raise ValueError(f"it has no argument {path!r}")
        parts = found.parts if found.type.endswith(")") else ()
    assert found is not None  # noqa: S101  (split gives at least one name)
    return found


def _check_entry(entry: Entry) -> None:
    _check_names(parse_signature(entry.whole)[1])
    _check_paths(entry)
    if entry.outside is not None:
        _check_outside(entry, entry.outside)
    _check_direction(entry)
    loose = [path for path in _hazards(parse_signature(entry.whole)[1]) if not _spoken_for(entry, path)]
    if loose:
        raise ValueError(f"nothing says what the argument {loose[0]!r} may be (recipient, owner, must …)")


def _check_names(parameters: tuple[Parameter, ...]) -> None:
    names = [parameter.name for parameter in parameters]
    if not all(names) or len(set(names)) != len(names):
        raise ValueError("every argument needs a name of its own")
    for parameter in parameters:
        _check_names(parameter.parts)


def _check_paths(entry: Entry) -> None:
    addresses = (entry.recipient, entry.owner, entry.spender, entry.token, entry.to_token, entry.with_token)
    for path in addresses:
        if path and not path.startswith("@") and parameter_at(entry.whole, path).type != "address":
            raise ValueError(f"the argument {path!r} is not an address")
    for path in (entry.amount, entry.to_amount, entry.with_amount, entry.position, entry.expires, *entry.gives):
        if path and path != VALUE and not parameter_at(entry.whole, path).type.startswith("uint"):
            raise ValueError(f"the amount {path!r} is not an unsigned integer")
    if entry.path and parameter_at(entry.whole, entry.path).type not in ("bytes", "address[]", POOL_KEYS):
        raise ValueError(f"the path {entry.path!r} is neither bytes nor address[] nor pool keys")
    for path in entry.must:
        parameter_at(entry.whole, path)
    if entry.about:
        parameter_at(entry.whole, entry.about)
        if entry.direction != "leave" or entry.unit != "token":
            raise ValueError("about is of a leave in base units of its token only")
    if entry.market and not parameter_at(entry.whole, entry.market).type.endswith(")"):
        raise ValueError(f"the market {entry.market!r} is not a tuple")


def _check_outside(entry: Entry, outside: Outside) -> None:
    if entry.direction != "swap" or entry.path:
        raise ValueError("outside is of a swap that names both tokens")
    if entry.at_most and outside.floors:
        raise ValueError("floors are of a swap of exactly its amount")
    for path in outside.opaque:
        parameter_at(entry.whole, path)
    for path in outside.listed:
        if parameter_at(entry.whole, path).type != "address":
            raise ValueError(f"the argument {path!r} is not an address")
    for path in outside.numbers:
        if not parameter_at(entry.whole, path).type.startswith("uint"):
            raise ValueError(f"the argument {path!r} is not an unsigned integer")
    named = {entry.token, entry.to_token, entry.amount, entry.to_amount, entry.recipient, *entry.must}
    if spoken := [path for path in outside.opaque if path in named]:
        raise ValueError(f"the argument {spoken[0]!r} is opaque, and something depends on it")


def _check_direction(entry: Entry) -> None:
    _check_swap(entry)
    _check_position(entry)
    if entry.token.startswith("@") and entry.token not in (ASSET, SELF, POSITION) and not entry.path:
        raise ValueError(f"the token is a path, {ASSET} or {SELF}, not {entry.token}")
    for path in (entry.owner, entry.spender):
        if path and path.startswith("@"):
            raise ValueError(f"{path} can only stand for a recipient or a token")
    if entry.recipient and entry.recipient.startswith("@") and entry.recipient != SENDER:
        raise ValueError(f"the recipient is a path or {SENDER}, not {entry.recipient}")
    if (entry.direction == "approve") != bool(entry.spender):
        raise ValueError("an approval, and only an approval, names a spender")
    if (entry.direction == "approve") == bool(entry.recipient):
        raise ValueError("all but an approval name a recipient")
    _check_wrap(entry)
    if entry.direction not in ("leave", "repay") and entry.unit != "token":
        raise ValueError("only a leave or a repay may count shares: caps are in base units of the token")
    if entry.unit == "shares" and entry.direction == "repay" and not entry.at_most:
        raise ValueError("a repay in shares is bounded by its approval, and says so with at_most")
    if entry.direction in ("approve", "transfer", "repay", "wrap", "unwrap") and entry.all:
        raise ValueError(f"{entry.direction}: it is never unbounded")


def _check_wrap(entry: Entry) -> None:
    if entry.expires and (entry.direction != "approve" or entry.token.startswith("@")):
        raise ValueError("only an approval of another contract's token expires")
    if (entry.amount == VALUE) != (entry.direction == "wrap"):
        raise ValueError(f"the amount of a wrap, and only of a wrap, is {VALUE}")
    if entry.direction in ("wrap", "unwrap") and (entry.token, entry.recipient) != (SELF, SENDER):
        raise ValueError(f"{entry.direction}: it is of {SELF}, for {SENDER}")


def _check_batch(table: Table, batch: Batch) -> None:
    _check_names(parse_signature(batch.signature)[1])
    wanted = {batch.calls: "bytes[]", batch.deadline: "uint256"}
    found = {each.name: each.type for each in parse_signature(batch.signature)[1]}
    if found != wanted:
        raise ValueError(
            f"a batch has the arguments {batch.calls} (bytes[]) and {batch.deadline} (uint256), no others"
        )
    if (batch.unwrap is None) != (batch.here is None):
        raise ValueError("here and unwrap belong together")
    if batch.unwrap is not None:
        given = {each.name: each.type for each in parse_signature(batch.unwrap.signature)[1]}
        if given != {batch.unwrap.amount: "uint256", batch.unwrap.recipient: "address"}:
            raise ValueError("unwrap has an amount (uint256) and a recipient (address), no other argument")
    if batch.refund is not None and parse_signature(batch.refund)[1]:
        raise ValueError("refund has no argument")
    own = [batch.signature, *([batch.unwrap.signature] if batch.unwrap else []), *filter(None, [batch.refund])]
    taken = {selector(entry.signature) for entry in table.functions}
    if len({selector(each) for each in own} - taken) != len(own):
        raise ValueError("a function stands twice")


def _check_commands(table: Table, commands: Commands) -> None:
    named = [entry.signature.partition("(")[0] for entry in table.functions]
    if table.batch is not None or sorted(commands.swaps.values()) != sorted(named):
        raise ValueError(f"call table {table.table!r}: its commands are its functions, each once, and no batch")


def _check_swap(entry: Entry) -> None:
    swaps = entry.direction == "swap"
    if swaps != bool(entry.to_token) or swaps != bool(entry.to_amount):
        raise ValueError("a swap, and only a swap, names to_token and to_amount")
    if not swaps and (entry.path or entry.native_in):
        raise ValueError("path and native_in are of swaps only")
    if entry.at_most and entry.direction not in ("swap", "repay") and not entry.with_token:
        raise ValueError("at_most is of swaps, repays and entries of two tokens only")
    if entry.path and parameter_at(entry.whole, entry.path).type == POOL_KEYS:
        named = [end for end, own in ((entry.token, FIRST), (entry.to_token, LAST)) if end != own]
        if len(named) != 1 or "@" in str(named[0]):
            raise ValueError(
                f"with pool keys, the token is {FIRST} or to_token is {LAST}, and the other one is named"
            )
    else:
        ends = {entry.token, entry.to_token} & {FIRST, LAST}
        if bool(entry.path) != bool(ends) or (entry.path and ends != {FIRST, LAST}):
            raise ValueError(f"with a path, and only with one, the tokens are its ends {FIRST} and {LAST}")
    vague = not entry.path and "@" in f"{entry.token}{entry.to_token}"
    if swaps and (vague or entry.all or entry.unit != "token"):
        raise ValueError("a swap is bounded and names both tokens itself")


def _check_position(entry: Entry) -> None:
    if (entry.unit == "position") != (entry.token == POSITION) or (
        entry.unit == "position" and entry.direction != "leave"
    ):
        raise ValueError(f"what counts positions is a leave of {POSITION}")
    if (entry.unit == "position") != bool(entry.position):
        raise ValueError(f"a leave of {POSITION}, and only that, names the position's number")
    if entry.gives and (len(entry.gives) != 2 or entry.unit != "position"):
        raise ValueError(f"gives are the least of two tokens, of a leave of {POSITION}")
    if bool(entry.with_token) != bool(entry.with_amount) or (entry.with_token and entry.direction != "enter"):
        raise ValueError("a second token has its amount, and goes in with the first one")
    if entry.with_token and (entry.all or "@" in f"{entry.token}{entry.with_token}"):
        raise ValueError("an entry of two tokens is bounded and names both itself")


def _hazards(parameters: tuple[Parameter, ...], prefix: str = "") -> list[str]:
    """Paths of arguments that can name a holder or carry instructions: addresses, bytes, arrays."""
    found: list[str] = []
    for parameter in parameters:
        path = prefix + parameter.name
        if parameter.type.endswith(")"):
            found += _hazards(parameter.parts, path + ".")
        elif parameter.type.startswith(("address", "bytes", "string")) or parameter.type.endswith("]"):
            found.append(path)
    return found


def _spoken_for(entry: Entry, path: str) -> bool:
    named = {entry.token, entry.to_token, entry.with_token, entry.path}
    named |= {entry.recipient, entry.owner, entry.spender, *entry.must}
    if entry.outside is not None and path in entry.outside.paths:
        return True
    return path in named or path == entry.about or bool(entry.market and path.startswith(entry.market + "."))


def _check_twins(table: Table) -> None:
    seen: dict[bytes, Entry] = {}
    for entry in table.functions:
        twin = seen.setdefault(selector(entry.signature), entry)
        if twin is not entry and (not entry.must or not twin.must):
            raise ValueError(f"call table {table.table!r}: {entry.signature} stands twice without a `must` each")
