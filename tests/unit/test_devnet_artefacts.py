"""Fetching: what isn't the pinned package is refused, what is there isn't fetched again."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from devnet.artefacts import ensure, folder_of, install, missing
from devnet.errors import DevnetError, FetchFailed, HashMismatch
from devnet.lock import Artefact
from devnet.progress import silent

pytestmark = pytest.mark.unit


def tarball(**files: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


PACKAGE = tarball(**{"package/bin/tool": "#!/bin/sh", "package/src/a.sol": "a", "package/README.md": "no"})


def artefact(
    name: str = "part", content: bytes = PACKAGE, files: tuple[str, ...] = ("bin/tool", "src/*.sol")
) -> Artefact:
    return Artefact("npm", name, "1.0.0", hashlib.sha512(content).hexdigest(), files)


class Index:
    """Stands in for npm: serves bytes by name, and counts how often each was asked for."""

    def __init__(self, **packages: bytes) -> None:
        self.packages = packages
        self.asked: list[str] = []

    def fetch(self, wanted: Artefact, into: Path) -> Path:
        self.asked.append(wanted.name)
        if wanted.name not in self.packages:
            raise FetchFailed(f"Could not fetch {wanted.label}.")
        path = into / f"{wanted.name}.tgz"
        path.write_bytes(self.packages[wanted.name])
        return path


def test_only_the_files_that_are_needed_are_unpacked(tmp_path: Path) -> None:
    part = artefact()
    assert install(part, cache=tmp_path, fetch=Index(part=PACKAGE).fetch) == len(PACKAGE)
    found = {str(path.relative_to(folder_of(part, tmp_path))) for path in folder_of(part, tmp_path).rglob("*.*")}
    assert found == {"src/a.sol"}
    assert (folder_of(part, tmp_path) / "bin" / "tool").stat().st_mode & 0o111


def test_another_package_than_the_pinned_one_is_refused_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    part = artefact()
    other = tarball(**{"package/bin/tool": "#!/bin/sh evil", "package/src/a.sol": "a"})
    with pytest.raises(HashMismatch, match=r"part 1\.0\.0 isn't the package"):
        install(part, cache=tmp_path, fetch=Index(part=other).fetch)
    assert missing([part], tmp_path) == [part]
    assert list((tmp_path / "artefacts").iterdir()) == []


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    first, second = artefact("first"), artefact("second")
    cut_off = Index(first=PACKAGE)
    with pytest.raises(FetchFailed, match="second"):
        ensure([first, second], silent, cache=tmp_path, fetch=cut_off.fetch)
    assert missing([first, second], tmp_path) == [second]
    back = Index(first=PACKAGE, second=PACKAGE)
    ensure([first, second], silent, cache=tmp_path, fetch=back.fetch)
    assert back.asked == ["second"]
    assert missing([first, second], tmp_path) == []


def test_progress_counts_the_parts_and_names_them(tmp_path: Path) -> None:
    lines: list[str] = []
    ensure([artefact("first")], lines.append, cache=tmp_path, fetch=Index(first=PACKAGE).fetch)
    assert lines == ["  1 of 1  first 1.0.0  0.0 MB"]


def test_a_file_outside_of_the_package_is_refused(tmp_path: Path) -> None:
    climbing = tarball(**{"package/bin/../../../escaped": "x"})
    part = artefact(content=climbing, files=("bin/*",))
    with pytest.raises(DevnetError, match="outside"):
        install(part, cache=tmp_path / "cache", fetch=Index(part=climbing).fetch)
    assert not list(tmp_path.rglob("escaped"))


def test_a_package_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    part = artefact(files=("bin/tool", "absent.json"))
    with pytest.raises(DevnetError, match=r"absent\.json"):
        install(part, cache=tmp_path, fetch=Index(part=PACKAGE).fetch)
