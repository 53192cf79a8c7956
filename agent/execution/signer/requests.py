"""One request in, one answer out. An answer never holds a password, a key, words or a one-time code."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from agent.errors import Refused
from agent.execution.signer import fields
from agent.execution.signer.authority import CANCEL_GAS, Authority, Wish
from agent.execution.signer.fields import Answer, BadRequest, Request
from agent.execution.signer.typed_data import sign_typed
from agent.policy.changes import nested
from agent.policy.policy import Policy, dumps

_NAME = re.compile(r"[\w .'@-]{1,64}")
_PURPOSE = re.compile(r"[a-z]{1,16}")


class Desk:
    """Answers requests, one at a time."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._turn = threading.Lock()

    def answer(self, line: bytes) -> bytes:
        """The answer to one line, as a line. Never raises."""
        try:
            request = fields.parsed(line)
            operation = _OPERATIONS.get(fields.text(request, "op"))
            if operation is None:
                raise BadRequest("there is no such operation")
            with self._turn:
                self._authority.limits.ripen(self._authority.clock())
                answer = operation(self, request)
        except Exception as error:  # whatever it is, the process goes on and says no
            answer = {"error": fields.described(error)}
        return json.dumps(answer).encode() + b"\n"

    def status(self, _: Request) -> Answer:
        policy = self._policy
        return {
            "unlocked": self._authority.backend.unlocked,
            "pid": os.getpid(),
            "chain_id": str(policy.chain_id),
            "policy": policy.sha256,
            "accounts": self._authority.backend.accounts(),
            "totp": self._authority.totp.enrolled,
        }

    def unlock(self, request: Request) -> Answer:
        self._authority.backend.unlock(fields.text(request, "password"))
        return self.accounts(request)

    def lock(self, _: Request) -> Answer:
        self._authority.backend.lock()
        return {}

    def accounts(self, _: Request) -> Answer:
        return {"accounts": self._authority.backend.accounts()}

    def derive(self, request: Request) -> Answer:
        return {"address": self._authority.backend.derive(fields.integer(request, "index"))}

    def caps(self, _: Request) -> Answer:
        policy = self._policy
        return {
            "chain_id": str(policy.chain_id),
            "caps": _texts(policy.caps),
            "day_caps": _texts(policy.day_caps),
            "lifetime_caps": _texts(policy.lifetime_caps),
            "step_up": _texts(policy.step_up),
            "max_fee_wei": str(policy.max_fee_wei),
            "contact_delay_seconds": str(policy.contact_delay_seconds),
            "loosen_delay_seconds": str(policy.loosen_delay_seconds),
            "contracts": {place: {"name": one.name, "table": one.table} for place, one in policy.contracts.items()},
            "closed": sorted(policy.closed),
            "policy": policy.sha256,
        }

    def policy(self, _: Request) -> Answer:
        """The whole policy, as its file has it: for a main process that can't read the signer's folder."""
        return {"policy": dumps(self._policy)}

    def moved(self, request: Request) -> Answer:
        """What an account has moved by what was signed: base units by symbol, of the last 24 hours and in all."""
        account, now = fields.place(request, "account"), self._authority.clock()
        symbols = {self._policy.native.symbol, *(token.symbol for token in self._policy.tokens.values())}
        found = {symbol: self._authority.record.moved(account, symbol, now) for symbol in sorted(symbols)}
        return {"moved": {name: {"day": str(each.day), "all": str(each.all)} for name, each in found.items()}}

    def signed(self, request: Request) -> Answer:
        """What was signed for a plan: the ledger may lack what was signed just before its process ended."""
        rows = self._authority.record.of_plan(fields.text(request, "plan_id"))
        return {"signed": [{name: str(getattr(row, name)) for name in fields.ON_RECORD} for row in rows]}

    def sign(self, request: Request) -> Answer:
        return self._signed(request, None)

    def replacement(self, request: Request) -> Answer:
        return self._signed(request, fields.text(request, "replaces"))

    def cancel(self, request: Request) -> Answer:
        account = fields.place(request, "account")
        gas = fields.integer(request, "gas") if "gas" in request else CANCEL_GAS
        raw, digest = self._authority.cancel(account, fields.terms(request), gas)
        return {"raw": "0x" + raw.hex(), "hash": digest}

    def typed_data(self, request: Request) -> Answer:
        """Signs a step that is a message, or `data` in the place of a step's transaction: a permit for its approval,
        an order for its swap.
        """
        index, code = fields.integer(request, "step"), fields.optional_text(request, "code")
        plan, body = fields.plan(request), fields.object_of(request, "data") if "data" in request else None
        signature, digest = sign_typed(self._authority, plan, index, body, code)
        return {"signature": "0x" + signature.hex(), "hash": digest}

    def contact(self, request: Request) -> Answer:
        """Adds a contact, or says when the one that is there can be paid. Where codes are enrolled it needs one."""
        name, place = _name(request), fields.place(request, "address")
        contacts, now = self._authority.contacts, self._authority.clock()
        if all((one.name, one.address) != (name, place) for one in contacts.all()):
            self._take_code(request, "for a new contact")
        return _shown(asdict(contacts.add(name, place, now + self._policy.contact_delay_seconds)))

    def remove_contact(self, request: Request) -> Answer:
        return _shown(asdict(self._authority.contacts.remove(_name(request))))

    def contacts(self, _: Request) -> Answer:
        return {"contacts": [_shown(asdict(contact)) for contact in self._authority.contacts.all()]}

    def limits(self, request: Request) -> Answer:
        """Changes the policy: at once what tightens it; what loosens it waits, and needs a code where enrolled."""
        wanted, limits = fields.object_of(request, "changes"), self._authority.limits
        if limits.loosens(wanted):
            self._take_code(request, "to loosen a limit")
        held, waits = limits.change(wanted, self._authority.clock())
        return {
            "held": nested(held),
            "waits": None if waits is None else waits.shown(),
            "policy": limits.policy.sha256,
        }

    def pending(self, _: Request) -> Answer:
        return {"pending": [each.shown() for each in self._authority.limits.pending()]}

    def withdraw(self, request: Request) -> Answer:
        return {"withdrawn": self._authority.limits.withdraw(fields.text(request, "id")).shown()}

    def mandate(self, request: Request) -> Answer:
        """Gives or ends (nothing in `most`) a mandate. Above a step-up threshold it needs a code, once."""
        account, wanted = fields.place(request, "account"), fields.object_of(request, "most")
        if account not in self._authority.backend.accounts():
            raise Refused("account", f"{account} is no account of this signer.", "Use one of its own.")
        most = {symbol: fields.integer(wanted, symbol) for symbol in wanted}
        code = fields.optional_text(request, "code")
        self._authority.give_mandate(account, most, code, fields.range_right(request))
        return self.mandated(request)

    def mandated(self, request: Request) -> Answer:
        """Base units by symbol that a plan of an account may move between venues without a code of its own, and the
        right over its liquidity positions where it gave one.
        """
        account = fields.place(request, "account")
        right = self._authority.mandates.ranges(account)
        moved = {} if right is None else {"ranges": fields.right_body(right)}
        return {"most": _texts(self._authority.mandates.of(account)), **moved}

    def verify_totp(self, request: Request) -> Answer:
        """Takes a one-time code for something that the chat process does itself: linking a chat, say."""
        purpose = fields.text(request, "purpose")
        if not _PURPOSE.fullmatch(purpose):
            raise BadRequest("purpose has 1 to 16 small letters")
        self._authority.totp.verify(fields.text(request, "code"), f"to {purpose}", self._for(request))
        return {"verified": purpose}

    @property
    def _policy(self) -> Policy:
        return self._authority.policy

    def _take_code(self, request: Request, purpose: str) -> None:
        code = fields.optional_text(request, "code")
        if self._authority.totp.enrolled:
            self._authority.totp.verify(code, purpose, self._for(request))

    def _for(self, request: Request) -> str:
        """The account whose wrong code it would be: one of this signer's, or ''."""
        named = fields.optional_text(request, "account")
        return named if named in self._authority.backend.accounts() else ""

    def _signed(self, request: Request, replaces: str | None) -> Answer:
        wish = Wish(
            terms=fields.terms(request),
            replaces=replaces,
            outputs=fields.outputs(request),
            code=fields.optional_text(request, "code"),
        )
        raw, digest = self._authority.sign(fields.plan(request), fields.integer(request, "step"), wish)
        return {"raw": "0x" + raw.hex(), "hash": digest}


_OPERATIONS: dict[str, Callable[[Desk, Request], Answer]] = {
    "status": Desk.status,
    "unlock": Desk.unlock,
    "lock": Desk.lock,
    "accounts": Desk.accounts,
    "derive": Desk.derive,
    "caps": Desk.caps,
    "policy": Desk.policy,
    "moved": Desk.moved,
    "signed": Desk.signed,
    "sign": Desk.sign,
    "replacement": Desk.replacement,
    "cancel": Desk.cancel,
    "typed-data": Desk.typed_data,
    "contact": Desk.contact,
    "remove-contact": Desk.remove_contact,
    "contacts": Desk.contacts,
    "limits": Desk.limits,
    "pending": Desk.pending,
    "withdraw": Desk.withdraw,
    "mandate": Desk.mandate,
    "mandated": Desk.mandated,
    "verify-totp": Desk.verify_totp,
}


def _name(request: Request) -> str:
    name = fields.text(request, "name").strip()
    if not _NAME.fullmatch(name):
        raise BadRequest("a contact's name has 1 to 64 letters, digits, spaces or .'@-")
    return name


def _texts(units: Mapping[str, int]) -> dict[str, str]:
    return {symbol: str(each) for symbol, each in units.items()}


def _shown(contact: dict[str, Any]) -> Answer:
    return {**contact, "ripe_at": str(contact["ripe_at"])}
