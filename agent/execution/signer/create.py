"""`init`: makes a keystore in the signer's own process, so that no key is ever in the main one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.execution.signer import guard, paths, wallet
from agent.execution.signer.keystore import LIGHT, STRONG, Secrets, addresses, seal, write_new


def create(folder: Path, line: str, *, light: bool) -> list[str]:
    """Writes keystore.json and returns its addresses. Raises Refused: keystore, password, import, folder.

    `line` is a JSON object: `password`, and one of `words`, `private_key`, or `keystore` with `keystore_password`,
    where an account is imported; `accounts` says how many to derive from words.
    """
    guard.harden()
    guard.check_environment(os.environ)
    guard.check_folder(folder)
    try:
        request = json.loads(line)
        password = str(request["password"])
    except (ValueError, KeyError, TypeError):
        raise Refused("password", "No password was given.", "Give one on standard input.") from None
    if not light or not password:
        checked_password(password)
    text = seal(_secrets(request), password, LIGHT if light else STRONG)
    write_new(folder / paths.KEYSTORE, text)
    return list(addresses(text))


def checked_password(password: str) -> str:
    """The password. Raises Refused("password") for one that is too short to guard anything."""
    if len(password) < paths.MIN_PASSWORD:
        raise Refused("password", "The password is too short.", f"Use {paths.MIN_PASSWORD} characters or more.")
    return password


def _secrets(request: dict[str, Any]) -> Secrets:
    count = int(request.get("accounts") or 1)
    if "words" in request:
        return wallet.from_words(str(request["words"]), count)
    if "private_key" in request:
        return wallet.from_key(str(request["private_key"]))
    if "keystore" in request:
        return wallet.from_keystore(dict(request["keystore"]), str(request.get("keystore_password", "")))
    return wallet.fresh(count)
