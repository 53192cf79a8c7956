"""The signer's own list of who may be paid: each contact waits before it can be used."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from agent.errors import Refused
from agent.money import ZERO_ADDRESS, Address, address
from agent.policy.files import write_private

VERSION = 1


@dataclass(frozen=True, slots=True)
class Contact:
    """A name and its address. `ripe_at`: Unix seconds from which it can be paid."""

    name: str
    address: Address
    ripe_at: int


class Contacts:
    """The contacts in recipients.json."""

    def __init__(self, path: Path) -> None:
        """Raises Refused("recipients") where the file is damaged; a missing one is empty."""
        self._path = path
        self._all: dict[str, Contact] = {}
        if path.exists():
            self._all = {contact.name: contact for contact in _read(path)}

    def all(self) -> list[Contact]:
        return list(self._all.values())

    def ripe(self, now: int) -> frozenset[Address]:
        """The addresses that may be paid at `now`."""
        return frozenset(contact.address for contact in self._all.values() if contact.ripe_at <= now)

    def add(self, name: str, place: Address, ripe_at: int) -> Contact:
        """Adds a contact; the same name and address again changes nothing. Raises Refused for a taken name.

        The zero address is nobody's, and what is sent there is gone.
        """
        if place == ZERO_ADDRESS:
            raise Refused("recipients", "Nobody has the zero address.", "Compare the address with its source.")
        known = self._all.get(name)
        if known is not None and known.address != place:
            raise Refused("recipients", f"{name} is {known.address} already.", "Use another name.")
        if known is not None:
            return known
        contact = Contact(name, place, ripe_at)
        write(self._path, [*self._all.values(), contact])
        self._all[name] = contact
        return contact

    def remove(self, name: str) -> Contact:
        """Takes a contact away, or one that is waiting. Raises Refused where there is none of that name."""
        if name not in self._all:
            raise Refused("recipients", f"There is no contact {name}.", "Look at who may be paid.")
        rest = {key: contact for key, contact in self._all.items() if key != name}
        write(self._path, list(rest.values()))
        contact, self._all = self._all[name], rest
        return contact


def write(path: Path, contacts: list[Contact]) -> None:
    """Replaces the file of contacts, mode 0600."""
    body = {"version": VERSION, "contacts": [asdict(contact) for contact in contacts]}
    write_private(path, json.dumps(body, indent=1) + "\n")


def _read(path: Path) -> list[Contact]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["version"] != VERSION:
            raise ValueError
        return [
            Contact(str(each["name"]), address(each["address"]), int(each["ripe_at"])) for each in body["contacts"]
        ]
    except (ValueError, KeyError, TypeError):
        raise Refused(
            "recipients", f"{path} is damaged.", "Restore it, or remove it and add contacts anew."
        ) from None
