"""`totp-enroll` and `totp-remove`: the secret of one-time codes, shown once, to the person at the terminal."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import paths
from agent.execution.signer.keystore import addresses, unseal
from agent.execution.signer.terminal import Terminal
from agent.execution.signer.totp import AT_MACHINE, SECRET_BYTES, Totp, uri

TRIES = 3


def totp_of(folder: Path) -> Totp:
    """The one-time codes of the signer's folder."""
    return Totp(folder / paths.TOTP, lambda: int(time.time()))


def enroll(
    folder: Path, totp: Totp, terminal: Terminal, random_bytes: Callable[[int], bytes], password: str | None = None
) -> None:
    """Makes a secret, shows it once, and keeps it when the app's first code proves that it has it.

    Whoever does this knows the keystore's password (`password`, or asked for), and a code of the secret before it.
    Raises Refused: password, step-up.
    """
    account = _prove_owner(folder, terminal, password)
    if totp.enrolled:
        totp.verify(terminal.ask("Code of the authenticator that is enrolled now: "), "to enroll another", AT_MACHINE)
    secret = random_bytes(SECRET_BYTES)
    link = uri(secret, account)
    terminal.say(f"Scan this with an authenticator app. It is shown this once.\n\n{_picture(link)}\n{link}\n")
    for _ in range(TRIES):
        try:
            totp.enroll(secret, terminal.ask("The code that the app shows now: "))
        except Refused as error:
            terminal.say(str(error))
        else:
            terminal.say(
                "Codes are on. Keep a second device or a copy of the secret: without it you need the machine."
            )
            return
    raise Refused("step-up", "No right code was given, so nothing is changed.", "Enroll again.")


def remove(totp: Totp, terminal: Terminal) -> None:
    """Turns codes off, with a code. Raises Refused("step-up")."""
    totp.remove(terminal.ask("Code of the authenticator: "))
    terminal.say("Codes are off.")


def ask_code(totp: Totp, terminal: Terminal, purpose: str) -> None:
    """Asks for a code where codes are on. Raises Refused("step-up")."""
    if totp.enrolled:
        totp.verify(terminal.ask("Code of the authenticator: "), purpose, AT_MACHINE)


def _prove_owner(folder: Path, terminal: Terminal, password: str | None) -> str:
    """The first account, once the keystore's password is right; 'remote' where the keys are elsewhere."""
    path = folder / paths.KEYSTORE
    if not path.exists():
        return "remote"
    text = path.read_text(encoding="utf-8")
    unseal(text, terminal.ask_secret("Password of the keystore: ") if password is None else password)
    return str(addresses(text)[0])


def _picture(link: str) -> str:
    import qrcode

    code = qrcode.QRCode(border=1)
    code.add_data(link)
    drawn = io.StringIO()
    code.print_ascii(out=drawn, invert=True)
    return drawn.getvalue()
