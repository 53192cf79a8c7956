"""Where keys are, behind one interface: a keystore in this process, or a signer elsewhere. Neither knows a policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coincurve import PublicKey
from eth_hash.auto import keccak

from agent.errors import Refused
from agent.execution.signer.keystore import address_of_public
from agent.money import Address

HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half of secp256k1's order: a larger s is not valid in a transaction (EIP-2)."""


@dataclass(frozen=True, slots=True)
class Signature:
    """r, s, and the parity of the y of r's point (0 or 1)."""

    r: int
    s: int
    y: int

    @property
    def bytes(self) -> bytes:
        """r, s and v = 27 + parity: what contracts take (the EVM's ecrecover)."""
        return self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes([27 + self.y])


class Backend(Protocol):
    """Holds the keys of some accounts and signs hashes with them."""

    @property
    def unlocked(self) -> bool: ...

    def unlock(self, password: str) -> None:
        """Makes the keys usable. Raises Refused("password") or Unavailable("signer")."""

    def lock(self) -> None:
        """Forgets what `unlock` opened."""

    def accounts(self) -> list[Address]:
        """The accounts, usable or not, the first one first for ever."""

    def derive(self, index: int) -> Address:
        """The account of an index. Raises Locked, or Refused("accounts") where there is none."""

    def holds(self, account: Address) -> bool:
        """Whether it can sign for this account. Raises Locked."""

    def sign(self, account: Address, preimage: bytes) -> Signature:
        """A signature over keccak256(preimage), of an account that it holds. Raises Locked or Unavailable."""


def checked(signature: bytes, account: Address, preimage: bytes) -> Signature:
    """65 bytes r, s, v as a signature, if `account` made them over keccak256(preimage).

    Raises Refused("signature") for anything else: another key, another text, another length, a high s.
    """
    digest = keccak(preimage)
    if len(signature) == 65 and int.from_bytes(signature[32:64], "big") <= HALF_ORDER:
        for y in (0, 1):  # what v says isn't believed: it is recovered
            if _signer_of(signature[:64] + bytes([y]), digest) == account:
                return Signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), y)
    raise Refused(
        "signature",
        f"The signature isn't of {account} over what was to be signed; it is thrown away.",
        "Look at the remote signer: its keys, and who answers in its place.",
    )


def _signer_of(signature: bytes, digest: bytes) -> Address | None:
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception:  # coincurve raises bare Exception for r or s that no key gives
        return None
    return address_of_public(key.format(compressed=False)[1:])
