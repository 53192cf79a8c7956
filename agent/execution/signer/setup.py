"""Makes a signer's folder from the main process; keys come into being only in a child of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from agent.errors import Refused, Unavailable
from agent.execution.signer import paths
from agent.execution.signer.contacts import write as write_contacts
from agent.execution.signer.process import command, environment
from agent.money import Address
from agent.policy import policy as policies
from agent.policy.policy import Policy

INIT_SECONDS = 60


def create_wallet(
    folder: Path,
    password: str,
    policy: Policy | None = None,
    *,
    light: bool = False,
    imported: dict[str, Any] | None = None,
    accounts: int = 1,
) -> list[Address]:
    """Makes `folder` (0700) with a keystore and returns its accounts. Blocking: run it in a thread.

    `light` encrypts weakly, for throw-away demo keys only. `imported`: {"words"}, {"private_key"}, or {"keystore",
    "keystore_password"} in place of fresh words. Without `policy`, `write_policy` must follow before the start.
    Raises Refused: keystore, password, import, folder, environment. Raises Unavailable("signer").
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    request = json.dumps({**(imported or {}), "password": password, "accounts": accounts})
    arguments = ["init", "--dir", str(folder), *(["--light"] if light else [])]
    try:
        done = subprocess.run(  # noqa: S603  (this interpreter, our own module, no shell)
            command(*arguments),
            input=request + "\n",
            capture_output=True,
            text=True,
            env=environment(),
            timeout=INIT_SECONDS,
            check=False,
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unavailable("signer", "The keystore could not be made.") from None
    if "error" in answer:
        error = answer["error"]
        raise Refused(error["rule"] or "keystore", error["message"], error["remedy"])
    if not (folder / paths.CONTACTS).exists():
        write_contacts(folder / paths.CONTACTS, [])
    if policy is not None:
        write_policy(folder, policy)
    return [Address(each) for each in answer["accounts"]]


def write_policy(folder: Path, policy: Policy) -> None:
    """Gives the signer its policy. A running signer keeps the one that it started with."""
    policies.save(policy, folder / paths.POLICY)
