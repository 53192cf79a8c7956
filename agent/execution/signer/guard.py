"""Cheap hardening of the signer's process and folder. Keys may still reach swap: encrypt it or turn it off."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import stat
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from select import select

from agent.errors import Refused

_NAMES = re.compile(
    r"(PRIVATE_?KEY|SECRET_?KEY|MNEMONIC|SEED(_?PHRASE|_?WORDS)?)(_?\d+|_?HEX)?$|^MONETA_.*(KEY|SECRET|WORDS)",
    re.IGNORECASE,
)
_KEY = re.compile(r"\s*(0x)?[0-9a-fA-F]{64}\s*")
_PR_SET_DUMPABLE = 4  # linux/prctl.h
_CHECK_SECONDS = 0.4  # a signer is gone within a second of its parent


def harden() -> None:
    """Private files by default, no core dumps, and on Linux no debugger of the same user (nor /proc/<pid>/mem)."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def check_environment(environment: Mapping[str, str]) -> None:
    """Refuses where a key stands in the environment: every child and crash report of this user can read it."""
    for name, value in environment.items():
        if _NAMES.search(name) and (_KEY.fullmatch(value) or len(value.split()) >= 12):
            raise Refused(
                "environment",
                f"The variable {name} holds a key in plain text.",
                "Import it into the keystore, unset the variable, and treat the key as seen by others: "
                "moneta wallet import.",
            )


def check_folder(folder: Path) -> None:
    """Refuses a folder that isn't a directory of this user's with mode 0700."""
    try:
        facts = folder.lstat()
    except FileNotFoundError:
        raise Refused("folder", f"There is no folder {folder}.", "Create the wallet first.") from None
    if not stat.S_ISDIR(facts.st_mode):
        raise Refused("folder", f"{folder} is not a folder, or it is a link to one.", "Name the folder itself.")
    if facts.st_uid != os.getuid():
        raise Refused("folder", f"{folder} belongs to another user.", "Use a folder of your own.")
    if facts.st_mode & 0o077:
        raise Refused("folder", f"{folder} is open to other users.", f"Run: chmod 700 {folder}")


def end_with_parent(parent: int) -> threading.Event:
    """Ends this process when standard input closes or the process `parent` is gone, however it died.

    The event is set once the parent writes there.
    """
    word = threading.Event()

    def watch() -> None:
        while os.getppid() == parent:
            readable, _, _ = select([0], [], [], _CHECK_SECONDS)
            if readable and not os.read(0, 4096):
                break
            if readable:
                word.set()
        os._exit(0)  # from a thread, at once, whatever the others do; the record survives a cut

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()
    return word
