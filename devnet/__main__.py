"""python -m devnet setup: everything that a devnet needs. python -m devnet pin: the hashes for artefacts.lock."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from devnet.artefacts import digest, fetch
from devnet.errors import DevnetError
from devnet.lock import LOCK, parse
from devnet.set_up import setup


def pin() -> None:
    """For maintainers: prints name, version and SHA-512 of each package as this machine's clients fetch it."""
    for artefact in parse(LOCK.read_text()):
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(f"{artefact.label}\n  {digest(fetch(artefact, Path(folder)))}\n")


def main(arguments: list[str]) -> int:
    """0 when it was done, 1 when it could not be, 2 for arguments that aren't understood."""
    commands: dict[str, Callable[[], object]] = {"setup": setup, "pin": pin}
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write("usage: python -m devnet setup | pin\n")
        return 2
    try:
        commands[arguments[0]]()
    except DevnetError as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
