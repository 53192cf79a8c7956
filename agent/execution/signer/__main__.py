"""`python -m agent.execution.signer [serve|init|words|backup] --dir D`: the signer's own command line.

serve   holds the keys and answers on D/signer.sock; it ends with its parent unless --detached
init    makes D/keystore.json; one JSON object on standard input holds the password, and what is imported if any
words   shows the seed words, at a terminal only
backup  shows them, wipes the screen, and asks for three of them
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from agent.errors import Refused


def main() -> int:
    parser = argparse.ArgumentParser(prog="moneta-signer", description="Moneta's signer")
    parser.add_argument("command", nargs="?", choices=["serve", "init", "words", "backup"], default="serve")
    parser.add_argument("--dir", type=Path, required=True, help="its folder, mode 0700")
    parser.add_argument("--detached", action="store_true", help="serve: don't end with the parent")
    parser.add_argument("--light", action="store_true", help="init: weak encryption, for throw-away demo keys only")
    parser.add_argument("--password-file", type=Path, help="words, backup: read the password from this file")
    options = parser.parse_args()
    folder = options.dir.absolute()
    try:
        match options.command:
            case "serve":
                from agent.execution.signer.server import serve

                serve(folder, detached=options.detached)
            case "init":
                _say({"accounts": _init(folder, light=options.light)})
            case "words":
                from agent.execution.signer.export import show_words

                show_words(folder, options.password_file)
            case "backup":
                from agent.execution.signer.export import prove_backup

                prove_backup(folder, options.password_file)
    except Refused as error:
        _say({"error": {"kind": "refused", "rule": error.rule, "message": error.message, "remedy": error.remedy}})
        return 2
    except (ValueError, OSError) as error:
        _say({"error": {"kind": "unavailable", "rule": "", "message": str(error), "remedy": ""}})
        return 2
    return 0


def _init(folder: Path, *, light: bool) -> list[str]:
    from agent.execution.signer.create import create

    return create(folder, sys.stdin.readline(), light=light)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
