"""The signer's folder: what lies where. Standard library only: the main process imports this too."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

KEYSTORE = "keystore.json"
POLICY = "policy.json"
CONTACTS = "recipients.json"
DERIVED = "derived.txt"
RECORD = "signed.jsonl"
LOG = "signer.log"
SOCKET = "signer.sock"

MAX_SOCKET_PATH = 100  # bytes; the kernels take 104 (macOS) and 108 (Linux), the closing zero among them


def socket_address(folder: Path) -> str:
    """Where to connect. A long folder's socket lies elsewhere, and `signer.sock` is a link to it."""
    path = folder / SOCKET
    return os.readlink(path) if path.is_symlink() else str(path)


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
