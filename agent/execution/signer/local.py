"""The local backend: the keystore in this folder, opened by its password."""

from __future__ import annotations

from coincurve import PrivateKey
from eth_hash.auto import keccak

from agent.execution.signer.backend import Signature
from agent.execution.signer.errors import Locked
from agent.execution.signer.keyring import Derived, Keyring, open_keys
from agent.execution.signer.keystore import addresses
from agent.money import Address


class LocalKeys:
    """`keystore` is the text of the keystore file."""

    def __init__(self, keystore: str, derived: Derived) -> None:
        """Raises Refused("keystore") where the text is no keystore."""
        self._keystore = keystore
        self._own = addresses(keystore)
        self._derived = derived
        self._keys: Keyring | None = None

    @property
    def unlocked(self) -> bool:
        return self._keys is not None

    def unlock(self, password: str) -> None:
        self._keys = open_keys(self._keystore, password, self._derived)

    def lock(self) -> None:
        self._keys = None

    def accounts(self) -> list[Address]:
        """The keystore's own first, then those that were derived since."""
        return list(dict.fromkeys((*self._own, *self._derived.indices)))

    def derive(self, index: int) -> Address:
        return self._open().derive(index)

    def holds(self, account: Address) -> bool:
        return account in self._open()

    def sign(self, account: Address, preimage: bytes) -> Signature:
        """Deterministic (RFC 6979): the same bytes give the same signature."""
        return signature_by(self._open()[account], preimage)

    def _open(self) -> Keyring:
        if self._keys is None:
            raise Locked("The signer is locked.")
        return self._keys


def signature_by(key: PrivateKey, preimage: bytes) -> Signature:
    """A key's signature over keccak256(preimage)."""
    signature = key.sign_recoverable(keccak(preimage), hasher=None)
    return Signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64])
