"""artefacts.lock: the name, version and SHA-512 of every part that devnet is built of."""

from __future__ import annotations

import platform
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from devnet.errors import DevnetError

LOCK = Path(__file__).with_name("artefacts.lock")
_NAME = re.compile(r"(@[a-z0-9][a-z0-9._-]*/)?[a-zA-Z0-9][a-zA-Z0-9._-]*")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+-]*")
_SHA512 = re.compile(r"[0-9a-f]{128}")
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Artefact:
    """One package to fetch.

    `sha512` is the hex digest of the tarball or wheel, None where none is pinned (see the note in the file);
    `files` are the globs of what is unpacked, relative to the package's root; `platform` is None for any.
    """

    kind: Literal["npm", "wheel"]
    name: str
    version: str
    sha512: str | None
    files: tuple[str, ...]
    platform: str | None = None

    @property
    def label(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def folder_name(self) -> str:
        return f"{self.name.replace('@', '').replace('/', '-')}-{self.version}"


def this_platform() -> str:
    """Such as "linux-amd64". Raises DevnetError where no anvil is published for the machine."""
    system, machine = platform.system().lower(), platform.machine().lower()
    if system not in ("linux", "darwin") or machine not in _MACHINES:
        raise DevnetError(
            f"devnet runs on Linux and macOS, on x86-64 and arm64; this is {system} on {machine}. "
            "On Windows use WSL2 or the Docker image."
        )
    return f"{system}-{_MACHINES[machine]}"


def parse(text: str) -> list[Artefact]:
    """All artefacts of a lock file's text. Raises DevnetError naming the entry that is malformed."""
    entries = tomllib.loads(text).get("artefact", [])
    return [_artefact(cast("dict[str, object]", entry)) for entry in entries]


def needed(artefacts: list[Artefact], platform_name: str) -> list[Artefact]:
    """Those for any platform and those for this one."""
    return [artefact for artefact in artefacts if artefact.platform in (None, platform_name)]


def _artefact(entry: dict[str, object]) -> Artefact:
    name, version, kind = (str(entry.get(key, "")) for key in ("name", "version", "kind"))
    digest, files, system = str(entry.get("sha512", "")), entry.get("files"), entry.get("platform")
    # name and version become a command's argument and a folder's name, so their alphabet is checked
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version) or kind not in ("npm", "wheel"):
        raise DevnetError(f"artefacts.lock: bad entry {name!r} {version!r} ({kind!r})")
    if digest and not _SHA512.fullmatch(digest):
        raise DevnetError(f"artefacts.lock: {name} has a SHA-512 that isn't 128 hex digits")
    if not digest and system is None:
        raise DevnetError(f"artefacts.lock: {name} has no SHA-512")
    if not isinstance(files, list) or not files:
        raise DevnetError(f"artefacts.lock: {name} names no files to unpack")
    return Artefact(
        kind=cast('Literal["npm", "wheel"]', kind),
        name=name,
        version=version,
        sha512=digest or None,
        files=tuple(str(pattern) for pattern in files),
        platform=str(system) if system else None,
    )
