"""Makes keystores: from fresh words, or from another wallet's words, key or keystore.

This is the only part that needs eth_account (0.4 s to import), so it runs in a short-lived process.
"""

from __future__ import annotations

from typing import Any

from eth_account.hdaccount import generate_mnemonic, key_from_seed, seed_from_mnemonic
from eth_account.types import Language
from eth_keyfile.keyfile import decode_keyfile_json
from eth_utils.exceptions import ValidationError

from agent.errors import Refused
from agent.execution.signer.keystore import Secrets, StoredKey

WORDS = 24
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def fresh(accounts: int = 1) -> Secrets:
    """New words from the system's randomness (256 bits) and the first accounts derived from them."""
    return from_words(str(generate_mnemonic(WORDS, Language.ENGLISH)), accounts)


def from_words(words: str, accounts: int = 1) -> Secrets:
    """The accounts of BIP-39 words. Raises Refused("import") where they are no such words."""
    try:
        seed = seed_from_mnemonic(words, "")
    except (ValidationError, ValueError, LookupError):  # its message would repeat the words
        raise Refused("import", "These are not valid BIP-39 words.", "Check the order and the spelling.") from None
    paths = [f"m/44'/60'/0'/0/{index}" for index in range(accounts)]
    return Secrets(words, tuple(StoredKey(path, bytes(key_from_seed(seed, path))) for path in paths))


def from_key(text: str) -> Secrets:
    """One imported account. Raises Refused("import") where `text` is no private key."""
    try:
        key = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        key = b""
    if len(key) != 32 or not 0 < int.from_bytes(key, "big") < SECP256K1_ORDER:
        raise Refused("import", "This is not a private key.", "It has 64 hexadecimal digits.")
    return Secrets("", (StoredKey(None, key),))


def from_keystore(file: dict[str, Any], password: str) -> Secrets:
    """The account of another wallet's keystore of version 3. Raises Refused("import")."""
    if file.get("version") != 3:
        raise Refused("import", "Only keystores of version 3 can be imported.", "Export the account again as one.")
    try:
        key = bytes(decode_keyfile_json(file, password.encode()))
    except Exception:  # wrong password, unknown cipher, missing fields: none of its messages may get out
        raise Refused("import", "The keystore doesn't open with this password.", "Try again.") from None
    return from_key(key.hex())
