"""Everything that a devnet needs, made once: fetch, compile, deploy, dump. Quick when it is there already."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from devnet.artefacts import ensure, missing
from devnet.cache import cache_folder, exclusive
from devnet.errors import DevnetError
from devnet.lock import LOCK, needed, parse, this_platform
from devnet.progress import Progress, to_stderr

HERE = Path(__file__).parent
# What the built chain is a function of, together with artefacts.lock: a change to any of these is another chain.
SOURCES = (
    "accounts.py",
    "anvil.py",
    "build.py",
    "bytecode.py",
    "chain_file.py",
    "compile.py",
    "deployer.py",
    "contracts/*.py",
)
FILES = ("state.json", "chain.toml")


def setup(progress: Progress = to_stderr) -> Path:
    """Makes what is missing, telling `progress` line by line; the folder with state.json and chain.toml.

    Safe to run twice at once (the second waits for the first) and to kill (it goes on where it stopped).
    Raises FetchFailed, HashMismatch, or another DevnetError that says what to do.
    """
    parts = needed(parse(LOCK.read_text()), this_platform())
    folder = _folder()
    if _complete(folder) and not missing(parts):
        return folder
    with exclusive(cache_folder() / "setup.lock"):
        absent = missing(parts)
        if absent:
            started = time.monotonic()
            progress(f"devnet: fetching {len(absent)} parts, about 180 MB in all, once")
            ensure(parts, progress)
            progress(f"devnet: fetched in {time.monotonic() - started:.1f} s")
        if not _complete(folder):
            from devnet.build import build  # web3, only for building

            started = time.monotonic()
            progress("devnet: deploying the protocols, once")
            build(parts, folder, progress)
            progress(f"devnet: ready in {time.monotonic() - started:.1f} s")
    return folder


def built_folder() -> Path:
    """The built devnet of these sources. Raises DevnetError when there is none."""
    folder = _folder()
    if not _complete(folder):
        raise DevnetError("devnet isn't set up here yet: run `python -m devnet setup`")
    return folder


def key() -> str:
    """Names the built chain: a hash of artefacts.lock and of the sources that build it."""
    found = hashlib.sha256(LOCK.read_bytes())
    for pattern in SOURCES:
        for path in sorted(HERE.glob(pattern)):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _folder() -> Path:
    return cache_folder() / "devnet" / key()


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in FILES)
