"""`moneta invite` and `moneta wallet new|backup`: what the operator does at the machine, apart from an instance."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from agent.commands import places
from agent.commands.output import complain, json_line, text_line
from agent.errors import Refused
from agent.execution.signer.process import command, environment
from agent.place import Where
from memory.ledger import FILE, Ledger


def invite(folder: Path, as_json: bool) -> int:
    """Makes a single-use invite code and prints it: it can't be shown again."""
    code = asyncio.run(_invite(folder))
    if as_json:
        json_line({"event": "invite", "code": code})
    else:
        text_line(f"Whoever says `invite {code}` to the bot gets in, once. It can't be shown again.")
    return 0


async def _invite(folder: Path) -> str:
    if not (folder / FILE).exists():
        raise Refused("ledger", f"There is no ledger in {folder}.", "Name the folder of an instance.")
    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        return await ledger.add_invite("command")
    finally:
        await ledger.close()


def new_wallet(where: Where, as_json: bool) -> int:
    """Makes keystore and policy in `folder`/signer, for a signer that runs apart, where they aren't there yet."""
    account = asyncio.run(_new_wallet(where))
    if as_json:
        json_line({"event": "wallet", "new": account is not None, "account": account})
    elif account is None:
        text_line("Keystore (or the remote signer's keys) and policy are there already.")
    else:
        text_line(f"{where.folder / 'signer'} holds a new keystore, first account {account}, and its policy.")
    return 0


async def _new_wallet(where: Where) -> str | None:
    from agent.compose import make_wallet

    place = places.place_of(where)
    return await make_wallet(place, where.settings, lambda account: places.fund(place, account))


def backup(folder: Path) -> int:
    """Shows the seed words in the signer's own process, has three of them said, and keeps that they were."""
    password_file = _password_file(folder)
    arguments = ["backup", "--dir", str(folder / "signer")]
    arguments += ["--password-file", str(password_file)] if password_file else []
    done = subprocess.run(command(*arguments), env=environment(), check=False)  # noqa: S603  (our own module)
    if done.returncode != 0:
        complain("moneta: the back-up is not proved")
        return 1
    asyncio.run(_proved(folder))
    return 0


def import_wallet(where: Where, source: Sequence[str]) -> int:
    """Makes the keystore from another wallet's, in the signer's own process; `source` are its options.

    Its password is the one that MONETA_PASSWORD_FILE names, else typed; a devnet's own lies in the folder.
    """
    folder = where.folder
    (folder / "signer").mkdir(mode=0o700, parents=True, exist_ok=True)
    if _password_file(folder) is None and not where.settings.chain:
        places.devnet_password(folder)
    return _by_signer(folder, "import", *source)


def totp(folder: Path, action: str) -> int:
    """Turns one-time codes on or off at the terminal, or says whether they are on."""
    return _by_signer(folder, f"totp-{action}")


def _by_signer(folder: Path, *arguments: str) -> int:
    """Runs a command of the signer's own, which talks to the terminal itself; an error is said in words."""
    password_file = _password_file(folder)
    named = ["--password-file", str(password_file)] if password_file else []
    done = subprocess.run(  # noqa: S603  (our own module)
        command(*arguments, "--dir", str(folder / "signer"), *named), env=environment(), check=False
    )
    return 0 if done.returncode == 0 else 1


async def _proved(folder: Path) -> None:
    from agent.chat.lines import OWNER, PLATFORM
    from agent.chat.texts import BACKUP_VERSION

    ledger = await Ledger.open(folder, lambda: int(time.time()))
    try:
        owner = await ledger.ensure_user(PLATFORM, OWNER, "you")
        await ledger.acknowledge(owner.id, "backup", BACKUP_VERSION)
    finally:
        await ledger.close()


def _password_file(folder: Path) -> Path | None:
    """Where the password stands, if it does: a devnet's lies in its folder, and nobody ever typed it."""
    named = os.environ.get(places.PASSWORD_FILE)
    if named:
        return Path(named)
    return folder / places.PASSWORD if (folder / places.PASSWORD).exists() else None
