"""ERC-7730 descriptors of calls, version 1: the part that is read, held against the call table that it is for.

The shape is specs/erc7730-v1.schema.json and specs/erc-7730.md of LedgerHQ/clear-signing-erc7730-registry: fields as
the list that its files have, no nested fields, no definitions, no includes. `context.$id` names the call table.
Unknown keys and formats refuse: what isn't understood here would be left unsaid.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.abi import Parameter, parse_signature, selector
from agent.policy.tables import Table, parameter_at

FormatName = Literal[
    "raw", "addressName", "amount", "tokenAmount", "allowanceAmount", "date", "duration", "unit", "enum"
]
TO, VALUE = "@.to", "@.value"
CONSTANT, ENUM = "$.metadata.constants.", "$.metadata.enums."

_AMOUNT = frozenset({"token_path", "token", "threshold", "message"})
_PARAMS: Mapping[str, frozenset[str]] = {
    "addressName": frozenset({"types", "sources"}),
    "tokenAmount": _AMOUNT,
    "allowanceAmount": _AMOUNT,
    "date": frozenset({"encoding"}),
    "unit": frozenset({"base", "decimals", "prefix"}),
    "enum": frozenset({"ref"}),
}
_NEEDED: Mapping[str, str] = {"date": "encoding", "unit": "base", "enum": "ref"}
_PATH = re.compile(
    r"(?:#\.)?(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?:\.?\[(?:(?P<index>-?\d+)|(?P<start>-?\d+)?:(?P<stop>-?\d+)?)\])?",
    re.ASCII,
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Params(_Part):
    """The parameters of a format; which of them a format takes is checked as well."""

    token_path: str | None = Field(None, alias="tokenPath")
    token: str | None = None
    threshold: str | None = None
    message: str | None = None
    types: tuple[Literal["wallet", "eoa", "contract", "token", "collection"], ...] | None = None
    sources: tuple[Literal["local", "ens"], ...] | None = None
    encoding: Literal["timestamp", "blockheight"] | None = None
    base: str | None = None
    decimals: int | None = Field(None, ge=0, le=77)
    prefix: Literal[False] | None = None
    ref: str | None = Field(None, alias="$ref")


class FieldFormat(_Part):
    """One line that is shown: of the argument at `path`, or of a constant `value`."""

    id: str | None = Field(None, alias="$id")
    label: str = Field(min_length=1, max_length=64)
    format: FormatName
    path: str | None = None
    value: str | None = None
    params: Params = Field(default_factory=lambda: Params.model_validate({}))


class CallFormat(_Part):
    """How the calls of one function read."""

    id: str | None = Field(None, alias="$id")
    intent: str = Field(min_length=1, max_length=64)
    fields: tuple[FieldFormat, ...] = Field(min_length=1)
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


class _Deployment(_Part):
    chain_id: int = Field(alias="chainId")
    address: str


class _Contract(_Part):
    deployments: tuple[_Deployment, ...] = ()


class _Context(_Part):
    id: str = Field(alias="$id")
    contract: _Contract


class _Info(_Part):
    legal_name: str = Field(alias="legalName")
    url: str
    last_update: str | None = Field(None, alias="lastUpdate")


class _Metadata(_Part):
    comment: str = Field("", alias="$comment")
    owner: str | None = None
    info: _Info | None = None
    constants: Mapping[str, str] = Field(default_factory=dict)
    enums: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)


class _Display(_Part):
    formats: Mapping[str, CallFormat] = Field(min_length=1)


class Body(_Part):
    """A descriptor's file."""

    schema_: str | None = Field(None, alias="$schema")
    context: _Context
    metadata: _Metadata = Field(default_factory=lambda: _Metadata.model_validate({}))
    display: _Display


@dataclass(frozen=True)
class Descriptor:
    """A descriptor that fits its table: call formats by selector. `wrong`: why it can't be used, '' if it can."""

    formats: Mapping[bytes, CallFormat]
    constants: Mapping[str, str]
    enums: Mapping[str, Mapping[str, str]]
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """An argument's path, with the slice of its bytes (as RFC 9535 has slices: the end isn't in it), or the index of
    one entry of its list.
    """

    name: str
    part: slice | int | None = None


def path_of(text: str) -> Path:
    """The path in '#.params.path.[0:20]'. Raises ValueError for what is none."""
    found = _PATH.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no path to an argument")
    if "[" not in text:
        return Path(found["name"])
    if found["index"] is not None:
        return Path(found["name"], int(found["index"]))
    start, stop = (None if found[end] is None else int(found[end]) for end in ("start", "stop"))
    return Path(found["name"], slice(start, stop))


def load_all(bodies: Iterable[dict[str, Any]], tables: Mapping[str, Table]) -> dict[str, Descriptor]:
    """Descriptors by the name of their table. One that is wrong stays, with why: its calls can't be confirmed."""
    found: dict[str, Descriptor] = {}
    seen: dict[str, dict[str, Any]] = {}
    for body in (erc20_descriptor(), *bodies):
        name = table_name(body)
        if name not in tables:
            continue  # nothing is listed under it
        if seen.setdefault(name, body) != body:
            found[name] = Descriptor({}, {}, {}, "two plug-ins describe its calls differently")
            continue
        try:
            found[name] = load_descriptor(body, tables[name])
        except ValueError as error:
            found[name] = Descriptor({}, {}, {}, str(error))
    return found


def table_name(body: Mapping[str, Any]) -> str:
    """The call table that a descriptor is for, '' where it says none."""
    context = body.get("context")
    return str(context.get("$id", "")) if isinstance(context, Mapping) else ""


def load_descriptor(body: dict[str, Any], table: Table) -> Descriptor:
    """The descriptor in JSON data. Raises ValueError that names the function and what is wrong with it."""
    try:
        read = Body.model_validate_json(json.dumps(body))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    formats: dict[bytes, CallFormat] = {}
    for key, each in read.display.formats.items():
        first_bytes = _selector(key)
        if first_bytes in formats:
            raise ValueError(f"{key} stands twice")
        formats[first_bytes] = each
        for entry in table.entries(first_bytes)[:1]:  # of a function that the table doesn't have, no call is read
            try:
                _check(each, entry.signature, read.metadata)
            except ValueError as error:
                raise ValueError(f"{key.partition('(')[0]}: {error}") from None
    return Descriptor(formats, read.metadata.constants, read.metadata.enums)


@cache
def erc20_descriptor() -> dict[str, Any]:
    """The built-in descriptor of every token, beside the table of the same name."""
    body = json.loads(files("agent.policy").joinpath("erc20.erc7730.json").read_text(encoding="utf-8"))
    return dict(body)


def leaves(parameters: tuple[Parameter, ...], prefix: str = "") -> list[str]:
    """The paths of all arguments that aren't tuples, in their order."""
    found: list[str] = []
    for each in parameters:
        path = prefix + each.name
        found += leaves(each.parts, path + ".") if each.type.endswith(")") else [path]
    return found


def _selector(key: str) -> bytes:
    """A format's key is a selector in hexadecimal, or a signature with or without names."""
    if re.fullmatch(r"0x[0-9a-fA-F]{8}", key, re.ASCII):
        return bytes.fromhex(key[2:])
    return selector(re.sub(r"\s*,\s*", ",", key))


def _check(call: CallFormat, signature: str, metadata: _Metadata) -> None:
    known = set(leaves(parse_signature(signature)[1]))
    shown = {path_of(each.path).name for each in call.fields if each.path and not each.path.startswith("@")}
    named = {path_of(path).name for path in (*call.required, *call.excluded)}
    if strange := sorted((shown | named) - known):
        raise ValueError(f"it has no argument {strange[0]!r}")
    if missing := sorted({path_of(path).name for path in call.required} - shown):
        raise ValueError(f"{missing[0]!r} is required and no field shows it")
    if both := sorted({path_of(path).name for path in call.excluded} & shown):
        raise ValueError(f"{both[0]!r} is excluded and shown")
    labels = [each.label for each in call.fields]
    if len(set(labels)) != len(labels):
        raise ValueError("two fields have the same label")
    for each in call.fields:
        _check_field(each, signature, metadata)


def _check_field(field: FieldFormat, signature: str, metadata: _Metadata) -> None:
    if (field.path is None) == (field.value is None):
        raise ValueError(f"the field {field.label!r} has either a path or a value")
    params = set(field.params.model_fields_set)
    if odd := sorted(params - _PARAMS.get(field.format, frozenset())):
        raise ValueError(f"the format {field.format} has no parameter {odd[0]!r}")
    needed = _NEEDED.get(field.format)
    if needed and needed not in params:
        raise ValueError(f"the format {field.format} needs its parameter {needed!r}")
    if field.value is not None and field.format != "raw":
        raise ValueError(f"the constant {field.label!r} can only be shown raw")
    if field.format in ("tokenAmount", "allowanceAmount") and (field.params.token is None) == (
        field.params.token_path is None
    ):
        raise ValueError(f"the amount {field.label!r} has either a token or a tokenPath")
    if field.params.threshold is not None:
        name = field.params.threshold.removeprefix(CONSTANT)
        int(metadata.constants.get(name, name), 0)  # ValueError names what is no number
    _check_types(field, signature)
    if field.format == "enum":
        _check_enum(str(field.params.ref), metadata)


def _check_types(field: FieldFormat, signature: str) -> None:
    if field.path is not None:
        kind = _kind(field.path, signature)
        wanted = {"addressName": "address", "raw": ""}.get(field.format, "uint")
        if not kind.startswith(wanted) or kind.endswith("]"):
            raise ValueError(f"{field.path!r} is {kind}, which {field.format} doesn't show")
    token = field.params.token_path
    if token is not None and _kind(token, signature) not in ("address", "bytes"):
        raise ValueError(f"the tokenPath {token!r} is no address")


def _kind(text: str, signature: str) -> str:
    if text in (TO, VALUE):
        return {TO: "address", VALUE: "uint256"}[text]
    path = path_of(text)
    kind = parameter_at(signature, path.name).type
    if isinstance(path.part, int) and kind == "address[]":
        return "address"
    if path.part is not None and (isinstance(path.part, int) or kind != "bytes"):
        raise ValueError(f"{text!r} is a part of {kind}, not of bytes")
    return kind


def _check_enum(ref: str, metadata: _Metadata) -> None:
    texts = metadata.enums.get(ref.removeprefix(ENUM)) if ref.startswith(ENUM) else None
    if texts is None:
        raise ValueError(f"there is no enumeration {ref!r}")
    if len(set(texts.values())) != len(texts):
        raise ValueError(f"two values of {ref!r} read the same")
