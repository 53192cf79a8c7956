"""`python -m agent.execution.signer COMMAND --dir D`: the signer's own command line.

serve   holds the keys and answers on D/signer.sock; it ends with its parent unless --detached. With --socket-dir and
        --socket-group it answers there instead, and every system user of that group may ask. With --parent PID
        it is that process's: it reads nothing of D before that writes to its standard input
init    makes D/keystore.json; one JSON object on standard input holds the password, and what is imported if any
words   shows the seed words, at a terminal only
backup  shows them, wipes the screen, and asks for three of them
import  makes D/keystore.json of another wallet's --keystore FILE, --key-file FILE or --words [FILE]
totp-enroll, totp-remove, totp-status
        one-time codes: makes a secret and shows it once, turns codes off, says whether they are on
health  0 where a signer answers on the socket and is unlocked, and 2 where not
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.errors import Refused
from agent.importing import uncollected

HEALTH_SECONDS = 5.0
BY_HAND = ["import", "totp-enroll", "totp-remove", "totp-status"]


def main() -> int:
    options = _options()
    folder = options.dir.absolute()
    try:
        _RUN[options.command](folder, options)
    except Refused as error:
        said = {"kind": "refused", "rule": error.rule, "message": error.message, "remedy": error.remedy}
        return _failed(options, str(error), said)
    except (ValueError, OSError) as error:
        return _failed(options, str(error), {"kind": "unavailable", "rule": "", "message": str(error), "remedy": ""})
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="moneta-signer", description="Moneta's signer")
    parser.add_argument("command", nargs="?", choices=list(_RUN), default="serve")
    parser.add_argument("--dir", type=Path, required=True, help="its folder, mode 0700")
    parser.add_argument("--password-file", type=Path, help="read the keystore's password from this file")
    parser.add_argument("--light", action="store_true", help="init: weak encryption, for throw-away demo keys only")
    serving = parser.add_argument_group("serve, health")
    serving.add_argument("--detached", action="store_true", help="don't end with the parent")
    serving.add_argument("--parent", type=int, metavar="PID", help="whose it is, and whose word it waits for first")
    serving.add_argument("--socket-dir", type=Path, help="where the socket lies, instead of in D")
    serving.add_argument("--socket-group", type=int, metavar="GID", help="who may connect there")
    serving.add_argument("--remote", metavar="URL", help="the keys are at a signer with web3signer's eth1 API")
    serving.add_argument("--remote-account", metavar="0x…", help="which of its accounts is the owner's")
    importing = parser.add_argument_group("import")
    importing.add_argument("--keystore", type=Path, help="a keystore of version 3")
    importing.add_argument("--key-file", type=Path, help="a private key in a file of mode 0600")
    importing.add_argument("--words", type=Path, nargs="?", const=Path(), help="BIP-39 words: typed, or of a file")
    importing.add_argument("--accounts", type=int, default=1, help="how many to derive from words")
    importing.add_argument("--json", action="store_true", help="the accounts as JSON")
    options = parser.parse_args()
    if options.command == "serve" and (options.socket_dir is None) != (options.socket_group is None):
        parser.error("--socket-dir and --socket-group go together")
    if options.detached and options.parent is not None:
        parser.error("--detached has no --parent")
    return options


def _failed(options: argparse.Namespace, text: str, error: dict[str, str]) -> int:
    """Says what went wrong: in words where a person typed the command."""
    if options.command in BY_HAND:
        sys.stderr.write(f"moneta: {text}\n")
    else:
        _say({"error": error})
    return 2


def _serve(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer import guard

    word = None if options.detached else guard.end_with_parent(options.parent or os.getppid())
    with uncollected():  # a quarter of a second, in which the parent is watched already
        import eth_abi.abi  # noqa: F401  (what decoding imports late; here it is needed at once)

        from agent.execution.signer.server import Shared, serve

    if word is not None and options.parent is not None:
        word.wait()
    shared = None if options.socket_dir is None else Shared(options.socket_dir.absolute(), options.socket_group)
    password = _password(options)
    remote = None
    if options.remote is not None:
        from agent.execution.signer.assemble import Remote
        from agent.money import address

        remote = Remote(options.remote, address(options.remote_account) if options.remote_account else None)
    serve(folder, shared=shared, password=password, remote=remote)


def _check_health(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer import paths

    where = folder if options.socket_dir is None else options.socket_dir.absolute()
    with socket.socket(socket.AF_UNIX) as signer:
        signer.settimeout(HEALTH_SECONDS)
        signer.connect(paths.socket_address(where))
        signer.sendall(b'{"op": "status"}\n')
        with signer.makefile("rb") as answers:
            status = json.loads(answers.readline())
    if not status.get("unlocked"):
        raise Refused("locked", "The signer is locked.", "Unlock it first.")


def _init(folder: Path, options: argparse.Namespace) -> None:
    with uncollected():
        from agent.execution.signer.create import create

    _say({"accounts": create(folder, sys.stdin.readline(), light=options.light)})


def _words(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer.export import show_words

    show_words(folder, options.password_file)


def _backup(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer.export import prove_backup

    prove_backup(folder, options.password_file)


def _import(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer import guard
    from agent.execution.signer.importing import Source, import_wallet
    from agent.execution.signer.terminal import at_terminal

    guard.harden()
    guard.check_folder(folder)
    words = options.words if options.words != Path() else None
    if sum(each is not None for each in (options.keystore, options.key_file, options.words)) != 1:
        raise Refused("import", "One thing is imported at a time.", "Name --keystore, --key-file or --words.")
    source = Source(options.keystore, words, options.key_file, options.accounts)
    accounts = import_wallet(folder, source, lambda: at_terminal("Secrets are typed"), _password(options))
    if options.json:
        _say({"event": "wallet", "new": True, "accounts": accounts})
    else:
        sys.stdout.write("".join(f"Imported {account}\n" for account in accounts))


def _codes(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer import enroll, guard
    from agent.execution.signer.terminal import at_terminal

    guard.harden()
    guard.check_folder(folder)
    totp = enroll.totp_of(folder)
    if options.command == "totp-status":
        sys.stdout.write(f"Codes are {'on' if totp.enrolled else 'off'}.\n")
        return
    terminal = at_terminal("One-time codes are set up")
    if options.command == "totp-remove":
        enroll.remove(totp, terminal)
    else:
        enroll.enroll(folder, totp, terminal, secrets.token_bytes, _password(options))


def _password(options: argparse.Namespace) -> str | None:
    return options.password_file.read_text(encoding="utf-8").strip() if options.password_file else None


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


_RUN: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "serve": _serve,
    "init": _init,
    "words": _words,
    "backup": _backup,
    "import": _import,
    "totp-enroll": _codes,
    "totp-remove": _codes,
    "totp-status": _codes,
    "health": _check_health,
}


if __name__ == "__main__":
    sys.exit(main())
