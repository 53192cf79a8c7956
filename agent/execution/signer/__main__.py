"""`python -m agent.execution.signer [serve|init|words|backup|health] --dir D`: the signer's own command line.

serve   holds the keys and answers on D/signer.sock; it ends with its parent unless --detached. With --socket-dir and
        --socket-group it answers there instead, and every system user of that group may ask. With --await-word it
        reads nothing of D before something comes on standard input
init    makes D/keystore.json; one JSON object on standard input holds the password, and what is imported if any
words   shows the seed words, at a terminal only
backup  shows them, wipes the screen, and asks for three of them
health  0 where a signer answers on the socket and is unlocked, and 2 where not
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
from pathlib import Path
from typing import Any

from agent.errors import Refused

HEALTH_SECONDS = 5.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="moneta-signer", description="Moneta's signer")
    parser.add_argument("command", nargs="?", choices=["serve", "init", "words", "backup", "health"], default="serve")
    parser.add_argument("--dir", type=Path, required=True, help="its folder, mode 0700")
    parser.add_argument("--detached", action="store_true", help="serve: don't end with the parent")
    parser.add_argument("--await-word", action="store_true", help="serve: wait for a word on standard input first")
    parser.add_argument("--light", action="store_true", help="init: weak encryption, for throw-away demo keys only")
    parser.add_argument("--password-file", type=Path, help="serve, words, backup: read the password from this file")
    parser.add_argument("--socket-dir", type=Path, help="serve, health: where the socket lies, instead of in D")
    parser.add_argument("--socket-group", type=int, metavar="GID", help="serve: who may connect there")
    parser.add_argument("--remote", metavar="URL", help="serve: the keys are at a signer with web3signer's eth1 API")
    parser.add_argument("--remote-account", metavar="0x…", help="serve: which of its accounts is the owner's")
    options = parser.parse_args()
    if options.command == "serve" and (options.socket_dir is None) != (options.socket_group is None):
        parser.error("--socket-dir and --socket-group go together")
    if options.detached and options.await_word:
        parser.error("--await-word needs a parent: not with --detached")
    folder = options.dir.absolute()
    try:
        match options.command:
            case "serve":
                _serve(folder, options)
            case "init":
                _say({"accounts": _init(folder, light=options.light)})
            case "words":
                from agent.execution.signer.export import show_words

                show_words(folder, options.password_file)
            case "backup":
                from agent.execution.signer.export import prove_backup

                prove_backup(folder, options.password_file)
            case "health":
                _check_health(folder if options.socket_dir is None else options.socket_dir.absolute())
    except Refused as error:
        _say({"error": {"kind": "refused", "rule": error.rule, "message": error.message, "remedy": error.remedy}})
        return 2
    except (ValueError, OSError) as error:
        _say({"error": {"kind": "unavailable", "rule": "", "message": str(error), "remedy": ""}})
        return 2
    return 0


def _serve(folder: Path, options: argparse.Namespace) -> None:
    from agent.execution.signer import guard

    word = None if options.detached else guard.end_with_parent()
    from agent.execution.signer.server import Shared, serve  # a quarter of a second, with the parent watched already

    if word is not None and options.await_word:
        word.wait()
    shared = None if options.socket_dir is None else Shared(options.socket_dir.absolute(), options.socket_group)
    password = options.password_file.read_text(encoding="utf-8").strip() if options.password_file else None
    remote = None
    if options.remote is not None:
        from agent.execution.signer.assemble import Remote
        from agent.money import address

        remote = Remote(options.remote, address(options.remote_account) if options.remote_account else None)
    serve(folder, shared=shared, password=password, remote=remote)


def _check_health(folder: Path) -> None:
    from agent.execution.signer import paths

    with socket.socket(socket.AF_UNIX) as signer:
        signer.settimeout(HEALTH_SECONDS)
        signer.connect(paths.socket_address(folder))
        signer.sendall(b'{"op": "status"}\n')
        with signer.makefile("rb") as answers:
            status = json.loads(answers.readline())
    if not status.get("unlocked"):
        raise Refused("locked", "The signer is locked.", "Unlock it first.")


def _init(folder: Path, *, light: bool) -> list[str]:
    from agent.execution.signer.create import create

    return create(folder, sys.stdin.readline(), light=light)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
