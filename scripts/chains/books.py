"""The published address books: packages pinned in books.lock, fetched once into the cache of devnet's own parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devnet.artefacts import ensure, folder_of, missing
from devnet.cache import cache_folder, exclusive
from devnet.lock import Artefact, parse
from devnet.progress import Progress, silent

LOCK = Path(__file__).with_name("books.lock")
REGISTERS = {"npm": "npm", "wheel": "PyPI"}


@dataclass(frozen=True)
class Book:
    """One unpacked package."""

    artefact: Artefact

    def text(self, file: str) -> str:
        return _text(folder_of(self.artefact) / file)

    def source(self, file: str, entry: str = "") -> str:
        """How a chain file names where an entry is from: 'npm NAME@VERSION FILE ENTRY'."""
        register = REGISTERS[self.artefact.kind]
        return f"{register} {self.artefact.name}@{self.artefact.version} {file} {entry}".rstrip()


def fetched(progress: Progress = silent) -> dict[str, Book]:
    """The books by package name, fetched where they aren't here yet. Raises FetchFailed, HashMismatch."""
    parts = parse(LOCK.read_text(encoding="utf-8"))
    if missing(parts):
        with exclusive(cache_folder() / "setup.lock"):  # devnet's set-up and this one share the folder
            ensure(parts, progress)
    return {part.name: Book(part) for part in parts}


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
