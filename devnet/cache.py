"""Where devnet keeps what it fetched and built: outside the tree, shared by all checkouts, safe to delete."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """`MONETA_CACHE`, or the user's cache folder for "moneta". It is made where it is missing."""
    chosen = os.environ.get("MONETA_CACHE")
    if chosen:
        folder = Path(chosen).expanduser().absolute()
    else:
        import platformdirs  # only here: a chosen folder must not pay for the import

        folder = Path(platformdirs.user_cache_dir("moneta"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Holds an advisory lock on `path` until the block ends; a second set-up waits here for the first.

    The kernel drops the lock when its holder dies, so a killed set-up leaves nothing to clean.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_atomically(path: Path, data: bytes) -> None:
    """`path` holds either what it held before or all of `data`, whenever this process is killed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(data)
    temporary.replace(path)
