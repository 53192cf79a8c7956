"""`import`: another wallet's words, key or keystore becomes this folder's keystore."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import paths, wallet
from agent.execution.signer.create import checked_password
from agent.execution.signer.keystore import STRONG, Secrets, addresses, seal, write_new
from agent.execution.signer.terminal import Terminal

MOST_BYTES = 1024 * 1024
MOST_ACCOUNTS = 100


@dataclass(frozen=True, slots=True)
class Source:
    """Where the account comes from: one of a keystore's file, a file of words (None: typed), a file with a key."""

    keystore: Path | None = None
    words: Path | None = None
    key: Path | None = None
    accounts: int = 1


def import_wallet(
    folder: Path, source: Source, terminal: Callable[[], Terminal], password: str | None = None, work: int = STRONG
) -> list[str]:
    """Writes keystore.json and returns its addresses. Raises Refused: keystore, import, password, terminal.

    `terminal` is called where something must be asked; `password` is the new keystore's, asked for twice without it.
    """
    if (folder / paths.KEYSTORE).exists():  # before a secret is typed for nothing
        raise Refused(
            "keystore",
            f"There is a keystore already: {folder / paths.KEYSTORE}.",
            "Import into another folder: a keystore is never replaced, its keys could be the only copy.",
        )
    if not 1 <= source.accounts <= MOST_ACCOUNTS:
        raise Refused("import", f"{source.accounts} accounts can't be made.", f"Ask for 1 to {MOST_ACCOUNTS}.")
    secrets = _secrets(source, terminal)
    chosen = _new_password(terminal()) if password is None else password
    text = seal(secrets, checked_password(chosen), work)
    write_new(folder / paths.KEYSTORE, text)
    return list(addresses(text))


def _secrets(source: Source, terminal: Callable[[], Terminal]) -> Secrets:
    if source.keystore is not None:
        file = _keystore(_read(source.keystore))
        return wallet.from_keystore(file, terminal().ask_secret(f"Password of {source.keystore.name}: "))
    if source.key is not None:
        check_private(source.key)
        return wallet.from_key(_read(source.key))
    if source.words is not None:
        check_private(source.words)
        return wallet.from_words(_read(source.words), source.accounts)
    return wallet.from_words(terminal().ask_secret("The words, with spaces between them: "), source.accounts)


def _keystore(text: str) -> dict[str, object]:
    try:
        file = json.loads(text)
    except ValueError:
        file = None
    if not isinstance(file, dict):
        raise Refused("import", "The file is no keystore: it isn't a JSON object.", "Export the account again.")
    return file


def check_private(path: Path) -> None:
    """Raises Refused("import") for a file with a secret in it that others could read."""
    try:
        facts = path.lstat()
    except OSError as error:
        raise Refused("import", f"{path} can't be read: {os.strerror(error.errno or 0)}.", "Name a file.") from None
    if not stat.S_ISREG(facts.st_mode):
        raise Refused("import", f"{path} is no file, or it is a link to one.", "Name the file itself.")
    if facts.st_uid != os.getuid() or facts.st_mode & 0o077:
        raise Refused("import", f"{path} can be read by other users.", f"Run: chmod 600 {path}")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused("import", f"{path} is too long for a keystore, words or a key.", "Name the right file.")
        return path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:
        raise Refused("import", f"{path} is no text.", "Name the right file.") from None
    except OSError as error:
        raise Refused("import", f"{path} can't be read: {os.strerror(error.errno or 0)}.", "Name a file.") from None


def _new_password(terminal: Terminal) -> str:
    chosen = terminal.ask_secret("New password of Moneta's keystore: ")
    if terminal.ask_secret("The same again: ") != chosen:
        raise Refused("password", "The two passwords differ.", "Try again.")
    return chosen
