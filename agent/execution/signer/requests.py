"""One request in, one answer out. An answer never holds a password, a key or words."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from agent.errors import MonetaError, Refused
from agent.execution.signer.authority import Authority, Terms
from agent.execution.signer.keyring import Derived, Keyring, open_keys
from agent.execution.signer.keystore import addresses
from agent.money import Address, address
from agent.plans import Plan, canonical, from_canonical
from agent.policy.policy import dumps

MAX_REQUEST = 256 * 1024  # bytes of a line
MAX_BRACKETS = 2000  # of one request: a deeply nested one would overrun the parser's stack
_INTEGER = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)
_NAME = re.compile(r"[\w .'@-]{1,64}")

Request = dict[str, Any]
Answer = dict[str, Any]


class BadRequest(MonetaError):
    """The request itself is wrong, whoever asks."""


class Locked(MonetaError):
    """The keystore has not been opened."""


class Desk:
    """Answers requests, one at a time. `keystore` is the text of the keystore file."""

    def __init__(self, keystore: str, authority: Authority, clock: Callable[[], int], derived: Derived) -> None:
        self._keystore = keystore
        self._own = addresses(keystore)
        self._derived = derived
        self._authority = authority
        self._clock = clock
        self._keys: Keyring | None = None
        self._turn = threading.Lock()

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, as a line. Never raises."""
        try:
            request = _parsed(line)
            operation = _OPERATIONS.get(_text(request, "op"))
            if operation is None:
                raise BadRequest("there is no such operation")
            with self._turn:
                answer = operation(self, request)
        except Exception as error:  # whatever it is, the process goes on and says no
            answer = {"error": described(error)}
        return json.dumps(answer).encode() + b"\n"

    def status(self, _: Request) -> Answer:
        policy = self._authority.policy
        return {
            "unlocked": self._keys is not None,
            "pid": os.getpid(),
            "chain_id": str(policy.chain_id),
            "policy": policy.sha256,
            "accounts": self._accounts(),
        }

    def unlock(self, request: Request) -> Answer:
        self._keys = open_keys(self._keystore, _text(request, "password"), self._derived)
        return {"accounts": self._accounts()}

    def lock(self, _: Request) -> Answer:
        self._keys = None
        return {}

    def accounts(self, _: Request) -> Answer:
        return {"accounts": self._accounts()}

    def derive(self, request: Request) -> Answer:
        return {"address": self._open().derive(_integer(request, "index"))}

    def caps(self, _: Request) -> Answer:
        policy = self._authority.policy
        return {
            "chain_id": str(policy.chain_id),
            "caps": {symbol: str(cap) for symbol, cap in policy.caps.items()},
            "max_fee_wei": str(policy.max_fee_wei),
            "contact_delay_seconds": str(policy.contact_delay_seconds),
            "contracts": {place: {"name": one.name, "table": one.table} for place, one in policy.contracts.items()},
            "policy": policy.sha256,
        }

    def policy(self, _: Request) -> Answer:
        """The whole policy, as its file has it: for a main process that can't read the signer's folder."""
        return {"policy": dumps(self._authority.policy)}

    def sign(self, request: Request) -> Answer:
        return self._signed(request, None)

    def replacement(self, request: Request) -> Answer:
        return self._signed(request, _text(request, "replaces"))

    def cancel(self, request: Request) -> Answer:
        keys = self._open()
        raw, digest = self._authority.cancel(keys, _address(request, "account"), _terms(request))
        return {"raw": "0x" + raw.hex(), "hash": digest}

    def typed_data(self, _: Request) -> Answer:
        raise Refused("typed-data", "No typed-data domain is listed, so none is signed.")

    def contact(self, request: Request) -> Answer:
        name = _text(request, "name").strip()
        if not _NAME.fullmatch(name):
            raise BadRequest("a contact's name has 1 to 64 letters, digits, spaces or .'@-")
        ripe_at = self._clock() + self._authority.policy.contact_delay_seconds
        return _shown(asdict(self._authority.contacts.add(name, _address(request, "address"), ripe_at)))

    def contacts(self, _: Request) -> Answer:
        return {"contacts": [_shown(asdict(contact)) for contact in self._authority.contacts.all()]}

    def _accounts(self) -> list[Address]:
        """The keystore's own first, then those that were derived since."""
        return list(dict.fromkeys((*self._own, *self._derived.indices)))

    def _open(self) -> Keyring:
        if self._keys is None:
            raise Locked("The signer is locked.")
        return self._keys

    def _signed(self, request: Request, replaces: str | None) -> Answer:
        keys = self._open()
        plan = _plan(request)
        if plan.digest != _text(request, "digest"):
            raise Refused("digest", "The plan is not the one that was confirmed: its digest differs.")
        step = _integer(request, "step")
        raw, digest = self._authority.sign(keys, plan, step, _terms(request), replaces, _outputs(request))
        return {"raw": "0x" + raw.hex(), "hash": digest}


_OPERATIONS: dict[str, Callable[[Desk, Request], Answer]] = {
    "status": Desk.status,
    "unlock": Desk.unlock,
    "lock": Desk.lock,
    "accounts": Desk.accounts,
    "derive": Desk.derive,
    "caps": Desk.caps,
    "policy": Desk.policy,
    "sign": Desk.sign,
    "replacement": Desk.replacement,
    "cancel": Desk.cancel,
    "typed-data": Desk.typed_data,
    "contact": Desk.contact,
    "contacts": Desk.contacts,
}


def described(error: Exception) -> dict[str, str]:
    """An error for the wire. Of one that nobody foresaw only the kind is told: its text could hold anything."""
    match error:
        case Refused():
            return {"kind": "refused", "rule": error.rule, "message": error.message, "remedy": error.remedy}
        case Locked():
            return {"kind": "locked", "rule": "locked", "message": str(error), "remedy": "Unlock it first."}
        case BadRequest():
            return {"kind": "bad-request", "rule": "request", "message": str(error), "remedy": ""}
        case OSError():
            message = f"the signer can't use its folder: {os.strerror(error.errno or 0)}"
            return {"kind": "unavailable", "rule": "", "message": message, "remedy": ""}
        case _:
            return {"kind": "internal", "rule": "", "message": f"unforeseen: {type(error).__name__}", "remedy": ""}


def _parsed(line: bytes) -> Request:
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


def _text(request: Request, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str):
        raise BadRequest(f"{name} is missing, or not text")
    return value


def _integer(request: Request, name: str) -> int:
    text = _text(request, name)
    if not _INTEGER.fullmatch(text):
        raise BadRequest(f"{name} is an integer as decimal text")
    return int(text)


def _outputs(request: Request) -> dict[int, int]:
    """Base units by step index: decimal text in both places, the object itself optional."""
    found = request.get("outputs", {})
    if not isinstance(found, dict):
        raise BadRequest("outputs is an object of step indexes and base units")
    return {_integer({"outputs": each}, "outputs"): _integer(found, each) for each in found}


def _address(request: Request, name: str) -> Address:
    try:
        return address(_text(request, name))
    except ValueError as error:
        raise BadRequest(f"{name}: {error}") from None


def _terms(request: Request) -> Terms:
    return Terms(
        _integer(request, "nonce"),
        _integer(request, "max_fee_per_gas"),
        _integer(request, "max_priority_fee_per_gas"),
    )


def _plan(request: Request) -> Plan:
    """The plan of a request, whose body must be exactly what `canonical` writes: nothing beside it, nothing else."""
    body = request.get("plan")
    if not isinstance(body, dict):
        raise BadRequest("plan is missing, or not an object")
    try:
        plan = from_canonical(body)
        same = canonical(plan) == body
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadRequest("plan is not the canonical body of a plan") from None
    if not same:
        raise BadRequest("plan is not in canonical form")
    return plan


def _shown(contact: dict[str, Any]) -> Answer:
    return {**contact, "ripe_at": str(contact["ripe_at"])}
