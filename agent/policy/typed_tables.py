"""Tables of typed data (EIP-712): what the fields of a message mean, as data that plug-ins ship and the policy pins.

Like call tables, but stricter: every field of a message has a role, one allowed value, or is named as free to be any
number. What nothing speaks of can't be checked, so such a table is refused; so are arrays.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

CONTRACT = "@contract"
_ATOM = re.compile(
    r"address|bool|string|bytes([1-9]|[12][0-9]|3[0-2])?|uint(8|16|24|32|40|48|56|64|72|80|88|96"
    r"|104|112|120|128|136|144|152|160|168|176|184|192|200|208|216|224|232|240|248|256)"
)


class Member(BaseModel):
    """One field of a struct: its name and type, as EIP-712 has them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    type: str


class Message(BaseModel):
    """One primary type. Paths name fields: `value`, or `details.token` into a struct.

    `approve`: lets `spender` have `amount` of `token` (CONTRACT: the domain's own contract is the token), or all of
    it where `allowed` is true. `swap`: an order that gives `amount` of `token` for `to_amount` or more of `to_token`,
    to `recipient`; with `at_most` it gives that or less for exactly `to_amount`. `owner`, where there is one, is the
    account that signs. Each of `deadlines` is in Unix seconds. `taker`, of an order: the call table under which the
    contract is listed that takes what is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    primary: str
    types: dict[str, tuple[Member, ...]]
    direction: Literal["approve", "swap"]
    token: str
    deadlines: tuple[str, ...] = Field(min_length=1)
    amount: str | None = None
    allowed: str | None = None
    spender: str | None = None
    owner: str | None = None
    recipient: str | None = None
    to_token: str | None = None
    to_amount: str | None = None
    at_most: bool = False
    taker: str | None = None
    must: dict[str, str] = Field(default_factory=dict)
    free: tuple[str, ...] = ()

    @property
    def encoded(self) -> str:
        """The type as EIP-712 writes it, where no field is a struct: 'Order(address sellToken,…)'."""
        return f"{self.primary}({','.join(f'{each.type} {each.name}' for each in self.types[self.primary])})"


class TypedTable(BaseModel):
    """A named set of messages; domains are listed under the name of the table that decodes what they sign.

    A primary type may stand several times where a field that `must` be something else tells them apart.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    table: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")
    messages: tuple[Message, ...] = Field(min_length=1)

    def message(self, primary: str) -> Message | None:
        """The message of a primary type, the first of several; None where there is none."""
        return next(iter(self.named(primary)), None)

    def named(self, primary: str) -> tuple[Message, ...]:
        """All of a primary type: they have the same fields."""
        return tuple(each for each in self.messages if each.primary == primary)


class Domain(BaseModel):
    """Who reads the signature, beside chain id and contract: name and version where the contract has them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    table: str
    name: str | None = None
    version: str | None = None


def load_typed_table(body: dict[str, Any]) -> TypedTable:
    """The table in JSON data. Raises ValueError that names the message and what is wrong with it."""
    try:
        table = TypedTable.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"typed table {body.get('table')!r}: {where or 'the table'}: {first['msg']}") from None
    _check_twins(table)
    for message in table.messages:
        try:
            _check(message)
        except ValueError as error:
            raise ValueError(f"typed table {table.table!r}, {message.primary}: {error}") from None
    return table


@cache
def permit_tables() -> tuple[dict[str, Any], ...]:
    """The tables of the approvals by signature that are in common use; none is allowed before a domain is listed.

    erc2612 (EIP-2612), dai-permit (MakerDAO dss, dai.sol), permit2 (Uniswap permit2, PermitHash.sol).
    """
    return tuple(json.loads(files("agent.policy").joinpath("permits.json").read_text(encoding="utf-8")))


def leaves(message: Message) -> dict[str, str]:
    """The types of all fields that aren't structs, by their paths. Raises ValueError for what can't be read."""
    found: dict[str, str] = {}
    _walk(message, message.primary, "", (), found)
    return found


def _walk(message: Message, struct: str, prefix: str, above: tuple[str, ...], found: dict[str, str]) -> None:
    if struct not in message.types or struct in above:
        raise ValueError(f"the type {struct!r} is missing, or holds itself")
    members = message.types[struct]
    if len({member.name for member in members}) != len(members) or not members:
        raise ValueError(f"the fields of {struct} need names of their own")
    for member in members:
        path = prefix + member.name
        if member.type in message.types:
            _walk(message, member.type, path + ".", (*above, struct), found)
        elif _ATOM.fullmatch(member.type):
            found[path] = member.type
        else:
            raise ValueError(f"{path} is of the type {member.type}, which isn't decoded")


def _check(message: Message) -> None:
    types = leaves(message)
    roles = _roles(message)
    for path, kind in roles:
        if path not in types:
            raise ValueError(f"it has no field {path!r}")
        if not types[path].startswith(kind):
            raise ValueError(f"the field {path!r} is {types[path]}, not {kind}")
    for path in message.must:
        if path not in types:
            raise ValueError(f"it has no field {path!r}")
    named = [path for path, _ in roles] + list(message.must)
    if len(set(named)) != len(named):
        raise ValueError("a field has two roles")
    if loose := sorted(types.keys() - set(named)):
        raise ValueError(f"nothing says what the field {loose[0]!r} may be")
    _check_direction(message)


def _check_twins(table: TypedTable) -> None:
    for index, message in enumerate(table.messages):
        for twin in table.messages[:index]:
            same = twin.must.keys() & message.must.keys()
            apart = any(twin.must[path].lower() != message.must[path].lower() for path in same)
            if twin.primary == message.primary and (twin.types != message.types or not apart):
                raise ValueError(
                    f"typed table {table.table!r}: {message.primary} stands twice, and no field that must be "
                    "something else tells them apart"
                )


def _roles(message: Message) -> list[tuple[str, str]]:
    """Every field with a role, with the type that the role wants."""
    addresses = [message.spender, message.owner, message.recipient, message.to_token]
    if message.token != CONTRACT:
        addresses.append(message.token)
    numbers = [message.amount, message.to_amount, *message.deadlines, *message.free]
    return [
        *((path, "address") for path in addresses if path is not None),
        *((path, "uint") for path in numbers if path is not None),
        *((path, "bool") for path in (message.allowed,) if path is not None),
    ]


def _check_direction(message: Message) -> None:
    approves = message.direction == "approve"
    if approves != bool(message.spender) or approves == bool(message.recipient):
        raise ValueError("an approval names a spender, an order a recipient")
    if approves == bool(message.to_token and message.to_amount) or bool(message.to_token) != bool(message.to_amount):
        raise ValueError("an order, and only an order, names to_token and to_amount")
    if approves and (message.taker or message.at_most):
        raise ValueError("an approval names its spender, no taker, and nothing of at_most")
    if bool(message.amount) == bool(message.allowed) or (message.allowed and not approves):
        raise ValueError("it names an amount, or as an approval of all or nothing `allowed`")
