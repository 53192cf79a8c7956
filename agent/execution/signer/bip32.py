"""BIP-32 on coincurve, for the one branch that all accounts hang from: m/44'/60'/0'/0.

eth_account derives each account from the seed anew (tens of milliseconds); here the branch is walked once, and each
account is one HMAC and one addition.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, field

from coincurve import PrivateKey

HARDENED = 2**31
BRANCH = (44 + HARDENED, 60 + HARDENED, HARDENED, 0)
"""BIP-44: purpose, Ethereum's coin type (SLIP-44), the first account, external addresses."""


@dataclass(frozen=True)
class Branch:
    """An extended private key. Whoever has it has every account below it, so it stays where the keys are."""

    key: PrivateKey = field(repr=False)
    code: bytes = field(repr=False)

    def child(self, index: int) -> Branch:
        """CKDpriv of BIP-32. Raises ValueError for the one index in 2**127 whose key doesn't exist."""
        if index >= HARDENED:
            data = b"\x00" + self.key.secret + index.to_bytes(4, "big")
        else:
            data = self.key.public_key.format(compressed=True) + index.to_bytes(4, "big")
        digest = hmac.digest(self.code, data, "sha512")
        return Branch(self.key.add(digest[:32]), digest[32:])


def path_of(index: int) -> str:
    """How the account at `index` is written."""
    return f"m/44'/60'/0'/0/{index}"


def branch_of(words: str) -> Branch:
    """The branch of BIP-39 words without a passphrase. The words' checksum is not looked at here."""
    text = unicodedata.normalize("NFKD", words).encode()
    seed = hashlib.pbkdf2_hmac("sha512", text, b"mnemonic", 2048)
    digest = hmac.digest(b"Bitcoin seed", seed, "sha512")
    branch = Branch(PrivateKey(digest[:32]), digest[32:])
    for index in BRANCH:
        branch = branch.child(index)
    return branch
