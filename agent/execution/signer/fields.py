"""Reads requests, field by field, and writes errors. Nothing is coerced: what isn't exactly so is a bad request."""

from __future__ import annotations

import json
import os
import re
from typing import Any

from agent.errors import MonetaError, Refused, Unavailable
from agent.execution.signer.errors import Locked
from agent.execution.signer.once import Terms
from agent.money import Address, address
from agent.plans import Plan, canonical, from_canonical
from agent.policy.moving import RangeRight

ON_RECORD = ("hash", "step", "nonce", "gas", "max_fee_per_gas", "max_priority_fee_per_gas")
"""What the signer tells of a signature that it has on record."""
MAX_REQUEST = 256 * 1024  # bytes of a line
MAX_BRACKETS = 2000  # of one request: a deeply nested one would overrun the parser's stack
_INTEGER = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)

Request = dict[str, Any]
Answer = dict[str, Any]


class BadRequest(MonetaError):
    """The request itself is wrong, whoever asks."""


def described(error: Exception) -> dict[str, str]:
    """An error for the wire. Of one that nobody foresaw only the kind is told: its text could hold anything."""
    match error:
        case Refused():
            return {"kind": "refused", "rule": error.rule, "message": error.message, "remedy": error.remedy}
        case Locked():
            return {"kind": "locked", "rule": "locked", "message": str(error), "remedy": "Unlock it first."}
        case Unavailable():
            return {"kind": "unavailable", "rule": "", "message": error.message, "remedy": ""}
        case BadRequest():
            return {"kind": "bad-request", "rule": "request", "message": str(error), "remedy": ""}
        case OSError():
            message = f"the signer can't use its folder: {os.strerror(error.errno or 0)}"
            return {"kind": "unavailable", "rule": "", "message": message, "remedy": ""}
        case _:
            return {"kind": "internal", "rule": "", "message": f"unforeseen: {type(error).__name__}", "remedy": ""}


def parsed(line: bytes) -> Request:
    """One line as a request. Raises BadRequest."""
    if len(line) > MAX_REQUEST:
        raise BadRequest(f"a request has at most {MAX_REQUEST} bytes")
    if line.count(b"[") + line.count(b"{") > MAX_BRACKETS:
        raise BadRequest("a request has no such depth")
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise BadRequest("a request is one line of JSON") from None
    if not isinstance(request, dict):
        raise BadRequest("a request is a JSON object")
    return request


def text(request: Request, name: str) -> str:
    """Text, said. Raises BadRequest."""
    value = request.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{name} is missing, or not text")
    return value


def integer(request: Request, name: str) -> int:
    """An integer from 0 up, as decimal text. Raises BadRequest."""
    value = text(request, name)
    if not _INTEGER.fullmatch(value):
        raise BadRequest(f"{name} is an integer as decimal text")
    return int(value)


def optional_text(request: Request, name: str) -> str | None:
    """Text, or None where it isn't said."""
    return None if request.get(name) is None else text(request, name)


def object_of(request: Request, name: str) -> dict[str, Any]:
    """A JSON object."""
    value = request.get(name)
    if not isinstance(value, dict):
        raise BadRequest(f"{name} is missing, or not an object")
    return value


def outputs(request: Request) -> dict[int, int]:
    """Base units by step index: decimal text in both places, the object itself optional."""
    found = request.get("outputs", {})
    if not isinstance(found, dict):
        raise BadRequest("outputs is an object of step indexes and base units")
    return {integer({"outputs": each}, "outputs"): integer(found, each) for each in found}


def place(request: Request, name: str) -> Address:
    """An address; where its letters are of both cases, they are its checksum (EIP-55). Raises BadRequest."""
    try:
        return address(text(request, name))
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from None


def terms(request: Request) -> Terms:
    """Nonce and fees. Raises BadRequest."""
    return Terms(
        integer(request, "nonce"),
        integer(request, "max_fee_per_gas"),
        integer(request, "max_priority_fee_per_gas"),
    )


def plan(request: Request) -> Plan:
    """The plan of a request, whose body must be exactly what `canonical` writes: nothing beside it, nothing else.

    Raises BadRequest, and Refused("digest") where it isn't the plan of the digest.
    """
    body = object_of(request, "plan")
    try:
        found = from_canonical(body)
        same = canonical(found) == body
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadRequest("plan is not the canonical body of a plan") from None
    if not same:
        raise BadRequest("plan is not in canonical form")
    if found.digest != text(request, "digest"):
        raise Refused("digest", "The plan is not the one that was confirmed: its digest differs.", "Ask anew.")
    return found


def range_right(request: Request) -> RangeRight | None:
    """What may be moved of liquidity positions, None where nothing is said of it. Raises BadRequest."""
    if request.get("ranges") is None:
        return None
    body = object_of(request, "ranges")
    units = object_of(body, "most")
    most = {symbol: integer(units, symbol) for symbol in units}
    return RangeRight(most, integer(body, "every"), integer(body, "gas"))


def right_body(right: RangeRight) -> dict[str, Any]:
    """The same as JSON data."""
    most = {symbol: str(units) for symbol, units in right.most.items()}
    return {"most": most, "every": str(right.every), "gas": str(right.gas)}
