"""Fetches the parts of artefacts.lock, checks each against its hash and unpacks what is needed into the cache.

A part that is there, complete and checked is not fetched again: its folder appears by one rename, at the end.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO

from devnet.cache import cache_folder
from devnet.clients import npm_pack, pip_download
from devnet.errors import DevnetError, HashMismatch
from devnet.lock import Artefact
from devnet.progress import Progress

PARALLEL = 4  # npm takes a second to start, mostly waiting
Fetch = Callable[[Artefact, Path], Path]


def fetch(artefact: Artefact, into: Path) -> Path:
    """The package file, from npm or PyPI, in the empty folder `into`. Raises FetchFailed."""
    client = npm_pack if artefact.kind == "npm" else pip_download
    return client(artefact.name, artefact.version, into)


def folder_of(artefact: Artefact, cache: Path | None = None) -> Path:
    """Where the artefact's files are or will be. Another hash, or other files of it, is another folder."""
    pin = hashlib.sha256(repr((artefact.sha512, artefact.files)).encode()).hexdigest()[:12]
    return (cache or cache_folder()) / "artefacts" / f"{artefact.folder_name}-{pin}"


def missing(artefacts: list[Artefact], cache: Path | None = None) -> list[Artefact]:
    return [artefact for artefact in artefacts if not folder_of(artefact, cache).is_dir()]


def ensure(artefacts: list[Artefact], progress: Progress, *, cache: Path | None = None, fetch: Fetch = fetch) -> None:
    """Fetches what is missing, a few at a time. Raises the first failure, after what is under way has ended.

    The caller holds the set-up's lock.
    """
    wanted = missing(artefacts, cache)
    for left in (cache or cache_folder()).glob("artefacts/.fetching-*"):  # by a set-up that was killed
        shutil.rmtree(left, ignore_errors=True)
    pool = ThreadPoolExecutor(PARALLEL)
    try:
        running = {pool.submit(install, artefact, cache=cache, fetch=fetch): artefact for artefact in wanted}
        for number, future in enumerate(as_completed(running), start=1):
            artefact = running[future]
            size = future.result()
            unpinned = "" if artefact.sha512 else "  (no hash is pinned for this one: npm's own check only)"
            progress(f"  {number} of {len(wanted)}  {artefact.label}  {size / 1e6:.1f} MB{unpinned}")
    finally:
        # after a failure, or Ctrl-C, what is under way ends and is kept, and nothing more is started
        pool.shutdown(cancel_futures=True)


def install(artefact: Artefact, *, cache: Path | None = None, fetch: Fetch = fetch) -> int:
    """Fetches, checks and unpacks one artefact; the size of its package file in bytes.

    Raises FetchFailed, and HashMismatch when the file isn't the pinned one.
    """
    target = folder_of(artefact, cache)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=target.parent) as name:
        work = Path(name)
        download, unpacked = work / "download", work / "unpacked"
        download.mkdir()
        package = fetch(artefact, download)
        check(artefact, package)
        unpack(artefact, package, unpacked)
        size = package.stat().st_size
        unpacked.rename(target)
    return size


def digest(package: Path) -> str:
    with package.open("rb") as handle:
        return hashlib.file_digest(handle, "sha512").hexdigest()


def check(artefact: Artefact, package: Path) -> None:
    found = digest(package)
    if artefact.sha512 is not None and found != artefact.sha512:
        raise HashMismatch(
            f"{artefact.label} isn't the package that artefacts.lock names, and is not used.\n"
            f"    expected SHA-512 {artefact.sha512[:32]}…\n    received         {found[:32]}…\n"
            "A mirror may serve another build, or somebody may have changed it. Nothing of it was run."
        )


def unpack(artefact: Artefact, package: Path, into: Path) -> None:
    """Writes the files that the artefact's globs name, and nothing outside `into`."""
    found = set()
    with _members(package) as members:
        for path, source in members:
            pattern = next((glob for glob in artefact.files if fnmatchcase(path, glob)), None)
            if pattern is None or path.endswith(".dbg.json"):
                continue
            found.add(pattern)
            _write(into, path, source())
    absent = set(artefact.files) - found
    if absent:
        raise DevnetError(f"{artefact.label} has no file like {sorted(absent)[0]}: artefacts.lock is wrong")


Member = tuple[str, Callable[[], IO[bytes]]]


@contextmanager
def _members(package: Path) -> Iterator[Iterator[Member]]:
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            yield ((name, lambda name=name: wheel.open(name)) for name in wheel.namelist())  # type: ignore[misc]
    else:
        with tarfile.open(package) as tarball:
            yield (
                # npm puts everything into one folder, whose name is not always "package"
                (entry.name.partition("/")[2], lambda entry=entry: tarball.extractfile(entry))  # type: ignore[misc]
                for entry in tarball
                if entry.isfile()
            )


def _write(into: Path, path: str, source: IO[bytes]) -> None:
    if ".." in PurePosixPath(path).parts or path.startswith("/"):
        raise DevnetError(f"a package names a file outside of itself: {path}")
    target = into / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("wb") as handle:
        shutil.copyfileobj(source, handle)
    if target.parent.name == "bin":
        target.chmod(0o755)
