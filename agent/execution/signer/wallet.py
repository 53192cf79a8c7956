"""Makes keystores: from fresh words, or from another wallet's words, key or keystore.

This is the only part that needs eth_account (0.4 s to import), so it runs in a short-lived process.
"""

from __future__ import annotations

from typing import Any

from coincurve import PrivateKey
from eth_utils.exceptions import ValidationError

from agent.errors import Refused
from agent.execution.signer.keystore import Secrets, StoredKey, address_of
from agent.importing import SECP256K1_ORDER, without_pairings

with without_pairings():
    from eth_account.hdaccount import generate_mnemonic, key_from_seed, seed_from_mnemonic
    from eth_account.types import Language
    from eth_keyfile.keyfile import decode_keyfile_json

WORDS = 24
COUNTS = (12, 15, 18, 21, 24)  # BIP-39: 128 to 256 bits of entropy
MOST_SCRYPT = 2**20  # n; with r and p below, a gigabyte or two and some seconds
MOST_BLOCK = 16  # r times p
MOST_ROUNDS = 10_000_000  # of PBKDF2


def fresh(accounts: int = 1) -> Secrets:
    """New words from the system's randomness (256 bits) and the first accounts derived from them."""
    return from_words(str(generate_mnemonic(WORDS, Language.ENGLISH)), accounts)


def from_words(words: str, accounts: int = 1) -> Secrets:
    """The accounts of BIP-39 words, whatever lies between them. Raises Refused("import") where they are none."""
    count = len(words.split())
    if count not in COUNTS:
        raise Refused("import", f"These are {count} words; a seed has 12, 15, 18, 21 or 24.", "Type all of them.")
    words = " ".join(words.split())
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
    """The account of another wallet's keystore: Web3 Secret Storage, version 3, by scrypt or PBKDF2.

    That is what geth, clef, MyEtherWallet and others write. Raises Refused("import").
    """
    if {"data", "iv", "salt"} <= file.keys():
        raise Refused(
            "import",
            "This is MetaMask's own vault, which only MetaMask opens.",
            "Import its seed words, or export the account's private key into a file of mode 0600.",
        )
    if file.get("version") != 3:
        raise Refused("import", "Only keystores of version 3 can be imported.", "Export the account again as one.")
    _check_work(file)
    try:
        key = bytes(decode_keyfile_json(file, password.encode()))
    except Exception:  # wrong password, unknown cipher, missing fields: none of its messages may get out
        raise Refused("import", "The keystore doesn't open with this password.", "Try again.") from None
    secrets = from_key(key.hex())
    told = str(file.get("address") or "").lower().removeprefix("0x")
    if told and told != address_of(PrivateKey(key)).lower().removeprefix("0x"):
        raise Refused("import", "The keystore's key isn't that of the address it names.", "Export the account again.")
    return secrets


def _check_work(file: dict[str, Any]) -> None:
    """Refuses a key derivation that this machine isn't meant for: a file can ask for any amount of memory."""
    try:
        crypto = file.get("crypto") or file["Crypto"]
        kdf, parameters = crypto["kdf"], crypto["kdfparams"]
        if kdf == "scrypt":
            n, block = parameters["n"], parameters["r"] * parameters["p"]
            fits = 1 < n <= MOST_SCRYPT and 1 <= block <= MOST_BLOCK
        else:
            fits = kdf == "pbkdf2" and 1 <= parameters["c"] <= MOST_ROUNDS
    except (KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise Refused(
            "import",
            "The keystore's key derivation is neither scrypt nor PBKDF2 of a usual size.",
            "Export the account again with usual settings.",
        )
