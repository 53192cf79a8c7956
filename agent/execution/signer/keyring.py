"""The keys of an open keystore: those that it holds, and further accounts of its words, derived when they are used.

`derived.txt` says which accounts were handed out, an index and an address a line. It is no secret and no authority:
a key is signed with only where the words themselves give its address, and a lost file is filled again by asking.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from coincurve import PrivateKey

from agent.errors import Refused
from agent.execution.signer.bip32 import Branch, branch_of, path_of
from agent.execution.signer.keystore import Secrets, address_of, unseal
from agent.money import Address, address

MOST_ACCOUNTS = 20_000  # what fits into one answer of `accounts`


class Derived:
    """The accounts in derived.txt by address. A torn last line, of a crash, counts as not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.indices: dict[Address, int] = {}
        if path.exists():
            for line in path.read_text(encoding="ascii", errors="replace").splitlines():
                number, _, place = line.partition(" ")
                try:
                    self.indices[address(place)] = int(number)
                except ValueError:
                    continue

    def add(self, index: int, place: Address) -> None:
        """Writes an account down; not fsynced, as the words give it again."""
        if place not in self.indices:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, f"\n{index} {place}\n".encode())
            finally:
                os.close(handle)
            self.indices[place] = index


class Keyring(Mapping[Address, PrivateKey]):
    """Keys by address. Holds no words: the branch that the accounts hang from is enough."""

    def __init__(self, secrets: Secrets, derived: Derived) -> None:
        keys = [PrivateKey(account.key) for account in secrets.accounts]
        self._keys = {address_of(key): key for key in keys}
        self._stored = {
            account.path: place for account, place in zip(secrets.accounts, self._keys, strict=True) if account.path
        }
        self._branch: Branch | None = branch_of(secrets.words) if secrets.words else None
        self._derived = derived

    def derive(self, index: int) -> Address:
        """The account at m/44'/60'/0'/0/index; the same again for the same index. Raises Refused("accounts")."""
        if path_of(index) in self._stored:
            return self._stored[path_of(index)]
        if self._branch is None:
            raise Refused(
                "accounts",
                "This keystore holds imported keys only, so it can't make further accounts.",
                "Make a wallet from words in a new folder, or keep this instance to its one owner.",
            )
        if not 0 <= index < MOST_ACCOUNTS:
            raise Refused("accounts", f"There are {MOST_ACCOUNTS} accounts at the most; {index} is none of them.")
        key = self._branch.child(index).key
        place = address_of(key)
        self._derived.add(index, place)
        self._keys[place] = key
        return place

    def __getitem__(self, place: Address) -> PrivateKey:
        key = self._keys.get(place) or self._again(place)
        if key is None:
            raise KeyError(place)
        return key

    def __contains__(self, place: object) -> bool:
        return place in self._keys or (isinstance(place, str) and self._again(Address(place)) is not None)

    def __iter__(self) -> Iterator[Address]:
        return iter(dict.fromkeys((*self._keys, *self._derived.indices)))

    def __len__(self) -> int:
        return len(self._keys.keys() | self._derived.indices.keys())

    def _again(self, place: Address) -> PrivateKey | None:
        """The key of an account that was handed out before the last unlock, if the words do give it."""
        index = self._derived.indices.get(place)
        if index is None or self._branch is None or not 0 <= index < MOST_ACCOUNTS:
            return None
        key = self._branch.child(index).key
        if address_of(key) != place:
            return None
        self._keys[place] = key
        return key


def open_keys(text: str, password: str, derived: Derived) -> Keyring:
    """The keys of a keystore's text. Raises Refused("password")."""
    return Keyring(unseal(text, password), derived)
