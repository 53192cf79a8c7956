"""`words`: shows the seed words to the person at the terminal, and to nobody else."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import guard, paths
from agent.execution.signer.keystore import unseal


def show_words(folder: Path) -> None:
    """Asks for the password and writes the words. Raises Refused: terminal, password, folder, keystore."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("terminal", "Seed words are shown at a terminal only.", "Run this by hand.")
    guard.harden()
    guard.check_folder(folder)
    text = (folder / paths.KEYSTORE).read_text(encoding="utf-8")
    words = unseal(text, getpass("Password of the keystore: ")).words
    if not words:
        raise Refused("keystore", "This keystore holds imported keys only; it has no words.")
    sys.stdout.write(f"Whoever knows these words owns the accounts. Write them down on paper:\n\n{words}\n")
