"""`words` and `backup`: the seed words for the person at the terminal, and for nobody else."""

from __future__ import annotations

import hmac
import secrets
import sys
from getpass import getpass
from pathlib import Path

from agent.errors import Refused
from agent.execution.signer import guard, paths
from agent.execution.signer.enroll import ask_code, totp_of
from agent.execution.signer.keystore import unseal
from agent.execution.signer.terminal import at_terminal

ASKED = 3
TRIES = 3
CLEAR = "\x1b[2J\x1b[3J\x1b[H"  # screen, scrollback, and to the top (ECMA-48; 3J is xterm's)


def show_words(folder: Path, password_file: Path | None = None) -> str:
    """Asks for the password, and a code where there are codes, and writes the words.

    Raises Refused: terminal, password, step-up, folder, keystore.
    `password_file` is read where the password isn't known to a person (a devnet's).
    """
    terminal = at_terminal("Seed words are shown")
    guard.harden()
    guard.check_folder(folder)
    try:
        text = (folder / paths.KEYSTORE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Refused("folder", f"There is no keystore in {folder}.", "Create the wallet first.") from None
    password = password_file.read_text().strip() if password_file else getpass("Password of the keystore: ")
    words = unseal(text, password).words
    ask_code(totp_of(folder), terminal, "to show the words")
    if not words:
        raise Refused("keystore", "This keystore holds imported keys only; it has no words.")
    numbered = "  ".join(f"{number}. {word}" for number, word in enumerate(words.split(), 1))
    sys.stdout.write(f"Whoever knows these words owns the accounts. Write them down on paper:\n\n{numbered}\n")
    return words


def prove_backup(folder: Path, password_file: Path | None = None) -> None:
    """Shows the words once, wipes the screen, and asks for some. Raises Refused("backup") where they are wrong."""
    words = show_words(folder, password_file).split()
    input("\nPress Enter once they stand on paper; then I wipe the screen and ask for three of them. ")
    sys.stdout.write(CLEAR)
    for position in sorted(secrets.SystemRandom().sample(range(len(words)), ASKED)):
        for _ in range(TRIES):
            said = input(f"Word {position + 1}: ").strip().casefold()
            if hmac.compare_digest(said.encode(), words[position].encode()):
                break
            sys.stdout.write("That is another one. Look at your paper.\n")
        else:
            raise Refused("backup", "The words on your paper aren't these.", "Write them down anew.")
    sys.stdout.write("Right. Keep the paper where neither fire nor a guest finds it.\n")
