"""Puts a desk together over a folder: keystore or remote keys, policy, contacts, record, codes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import paths
from agent.execution.signer.authority import Authority
from agent.execution.signer.backend import Backend
from agent.execution.signer.contacts import Contacts
from agent.execution.signer.keyring import Derived
from agent.execution.signer.limits import Limits
from agent.execution.signer.local import LocalKeys
from agent.execution.signer.mandates import Mandates
from agent.execution.signer.record import Record
from agent.execution.signer.remote import RemoteKeys
from agent.execution.signer.totp import Totp
from agent.money import Address
from agent.policy import policy as policies

_PATIENCE_SECONDS = 5.0  # a signer before this one ends within a second of its parent, later on a loaded machine


@dataclass(frozen=True, slots=True)
class Remote:
    """A signer elsewhere that holds the keys, and whose key the owner's account is, where that is said."""

    url: str
    first: Address | None = None


def open_authority(folder: Path, clock: Callable[[], int], remote: Remote | None = None) -> Authority:
    """What signs by the files of `folder`.

    Raises Refused or ValueError where one of them isn't fit to start with.
    """
    try:
        backend = _backend(folder, remote)
        policy = policies.load(folder / paths.POLICY)
    except FileNotFoundError as error:
        raise Refused("folder", f"There is no {error.filename}.", "Create the wallet first.") from None
    limits = Limits(policy, folder / paths.POLICY, folder / paths.PENDING)
    contacts = Contacts(folder / paths.CONTACTS)
    totp = Totp(folder / paths.TOTP, clock)
    mandates = Mandates(folder / paths.MANDATES)
    return Authority(backend, limits, contacts, _record(folder / paths.RECORD), totp, mandates, clock)


def _backend(folder: Path, remote: Remote | None) -> Backend:
    derived = Derived(folder / paths.DERIVED)
    if remote is not None:
        return RemoteKeys(remote.url, derived, remote.first)
    return LocalKeys((folder / paths.KEYSTORE).read_text(encoding="utf-8"), derived)


def _record(path: Path) -> Record:
    """The record, waiting a little for a signer that is just ending."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return Record(path)
        except Refused as error:
            if error.rule != "busy" or time.monotonic() > until:
                raise
            time.sleep(0.05)
