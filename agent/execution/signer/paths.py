"""The signer's folder: what lies where. Imports next to nothing: the main process imports this too."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from pathlib import Path

from agent.errors import Refused

KEYSTORE = "keystore.json"
POLICY = "policy.json"
CONTACTS = "recipients.json"
DERIVED = "derived.txt"
RECORD = "signed.jsonl"
PENDING = "pending.json"
TOTP = "totp.json"
MANDATES = "mandates.json"
LOG = "signer.log"
SOCKET = "signer.sock"
MIN_PASSWORD = 8
"""Characters of a keystore's password."""

MAX_SOCKET_PATH = 100  # bytes; the kernels take 104 (macOS) and 108 (Linux), the closing zero among them


def socket_address(folder: Path) -> str:
    """Where to connect. A long folder's socket lies elsewhere, and `signer.sock` is a link to it."""
    path = folder / SOCKET
    return os.readlink(path) if path.is_symlink() else str(path)


def place_shared_socket(folder: Path, group: int) -> str:
    """Makes ready a folder that a group may enter (0750) and returns the path to bind in it.

    Raises Refused where the folder is another user's or a link, where this process isn't in the group, or where a
    signer answers there already; ValueError where the path is too long.
    """
    path = folder / SOCKET
    if len(os.fsencode(path)) > MAX_SOCKET_PATH:
        raise ValueError(f"{path} is too long for a Unix socket: use a shorter folder")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.getuid():
        raise Refused("folder", f"{folder} isn't a folder of this user's.", "Give the signer's user one of its own.")
    if _answers(path):
        raise Refused("busy", f"A signer answers at {path} already.", "Stop it first, or use another folder.")
    path.unlink(missing_ok=True)
    share(folder, group, 0o750)
    return str(path)


def share(path: Path, group: int, mode: int) -> None:
    """Gives `path` to a group. Raises Refused where this process may not."""
    try:
        os.chown(path, -1, group)
    except PermissionError:
        raise Refused("group", f"The signer's user isn't in the group {group}.", "Add it to that group.") from None
    path.chmod(mode)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, contextlib.suppress(OSError):
        probe.connect(str(path))
        return True
    return False


def place_socket(folder: Path) -> str:
    """Clears away a dead signer's socket and returns the path to bind, short enough for every system."""
    path = folder / SOCKET
    if path.is_symlink():
        Path(os.readlink(path)).unlink(missing_ok=True)
    path.unlink(missing_ok=True)
    if len(os.fsencode(path)) <= MAX_SOCKET_PATH:
        return str(path)
    short = Path(tempfile.mkdtemp(prefix="moneta-")) / SOCKET  # mkdtemp gives 0700
    if len(os.fsencode(short)) > MAX_SOCKET_PATH:
        short.parent.rmdir()
        raise ValueError(f"{path} is too long for a Unix socket, and so is {short}: set TMPDIR to a shorter folder")
    path.symlink_to(short)
    return str(short)
