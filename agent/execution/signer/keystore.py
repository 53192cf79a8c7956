"""The encrypted keystore: scrypt and AES-256-GCM over versioned JSON of the seed words and the accounts' keys.

The addresses stand in the open, authenticated with the rest. Each account's key is kept beside the words that it
came from, so that unlocking derives nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coincurve import PrivateKey
from Crypto.Cipher import AES
from eth_hash.auto import keccak

from agent.errors import Refused
from agent.money import Address, address
from agent.policy.files import write_private

VERSION = 1
STRONG = 2**18  # scrypt's n: about a second and 256 MB
LIGHT = 2**12  # about 10 ms, for throw-away demo keys ONLY: a guessed password costs an attacker next to nothing
_R, _P = 8, 1
_WORK = range(LIGHT, 2**20 + 1)


@dataclass(frozen=True)
class StoredKey:
    """One account: its 32 bytes of key, and its derivation path (None where it was imported)."""

    path: str | None
    key: bytes = field(repr=False)


@dataclass(frozen=True)
class Secrets:
    """What the keystore holds: BIP-39 words ('' where all keys were imported) and the accounts."""

    words: str = field(repr=False)
    accounts: tuple[StoredKey, ...] = field(repr=False)


def address_of(key: PrivateKey) -> Address:
    """The account of a private key."""
    return address_of_public(key.public_key.format(compressed=False)[1:])


def address_of_public(key: bytes) -> Address:
    """The last 20 bytes of the Keccak-256 of a public key's 64 bytes (Yellow Paper, appendix F)."""
    return address("0x" + keccak(key)[12:].hex())


def seal(secrets: Secrets, password: str, work: int = STRONG) -> str:
    """The keystore file's text. `work` is scrypt's n: STRONG, or LIGHT for throw-away demo keys only."""
    salt, nonce = os.urandom(16), os.urandom(12)
    header = {
        "moneta_keystore": VERSION,
        "kdf": {"name": "scrypt", "n": work, "r": _R, "p": _P, "salt": salt.hex()},
        "cipher": {"name": "aes-256-gcm", "nonce": nonce.hex()},
        "accounts": [address_of(PrivateKey(account.key)) for account in secrets.accounts],
    }
    body = {
        "version": VERSION,
        "words": secrets.words,
        "accounts": [{"path": account.path, "key": account.key.hex()} for account in secrets.accounts],
    }
    cipher = AES.new(_stretched(password, salt, work), AES.MODE_GCM, nonce=nonce)
    cipher.update(_authenticated(header))
    ciphertext, tag = cipher.encrypt_and_digest(json.dumps(body).encode())
    return json.dumps({**header, "ciphertext": ciphertext.hex(), "tag": tag.hex()}, indent=1) + "\n"


def unseal(text: str, password: str) -> Secrets:
    """The secrets in a keystore's text. Raises Refused("password") for a wrong password or a changed file."""
    file = _parsed(text)
    kdf = file["kdf"]
    key = _stretched(password, bytes.fromhex(kdf["salt"]), kdf["n"])
    cipher = AES.new(key, AES.MODE_GCM, nonce=bytes.fromhex(file["cipher"]["nonce"]))
    cipher.update(_authenticated(file))
    try:
        plain = cipher.decrypt_and_verify(bytes.fromhex(file["ciphertext"]), bytes.fromhex(file["tag"]))
    except ValueError:
        raise Refused(
            "password",
            "The password doesn't open the keystore (or the file was changed).",
            "Try again; without the password, only the written-down words can restore the accounts.",
        ) from None
    body = json.loads(plain)
    accounts = tuple(StoredKey(each["path"], bytes.fromhex(each["key"])) for each in body["accounts"])
    return Secrets(body["words"], accounts)


def addresses(text: str) -> list[Address]:
    """The accounts of a keystore that need not be open. Raises Refused("keystore") where it is none."""
    return [Address(each) for each in _parsed(text)["accounts"]]


def write_new(path: Path, text: str) -> None:
    """Writes a keystore. Raises Refused("keystore") rather than replace one: its keys could be the only copy."""
    if path.exists():
        raise Refused("keystore", f"There is a keystore already: {path}.", "Use another folder, or move it away.")
    write_private(path, text)


def _parsed(text: str) -> dict[str, Any]:
    try:
        file: dict[str, Any] = json.loads(text)
        kdf = file["kdf"]
        fits = (file["moneta_keystore"], kdf["name"], kdf["r"], kdf["p"]) == (VERSION, "scrypt", _R, _P)
        usable = fits and kdf["n"] in _WORK and file["cipher"]["name"] == "aes-256-gcm"
        hexadecimal: Sequence[str] = (kdf["salt"], file["cipher"]["nonce"], file["ciphertext"], file["tag"])
        usable = usable and all(bytes.fromhex(each) for each in hexadecimal) and isinstance(file["accounts"], list)
    except (ValueError, KeyError, TypeError):
        usable, file = False, {}
    if not usable:
        raise Refused("keystore", "The keystore is no file that this version can read.", "Restore it from a backup.")
    return file


def _authenticated(header: dict[str, Any]) -> bytes:
    covered = {name: header[name] for name in ("moneta_keystore", "kdf", "cipher", "accounts")}
    return json.dumps(covered, sort_keys=True).encode()


def _stretched(password: str, salt: bytes, work: int) -> bytes:
    text = unicodedata.normalize("NFKC", password).encode()
    return hashlib.scrypt(text, salt=salt, n=work, r=_R, p=_P, dklen=32, maxmem=256 * work * _R)
