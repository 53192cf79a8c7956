"""Solidity sources by the path that imports name them with, and what of them a contract needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_IMPORT = re.compile(r"""(?:from|import)\s+["']([^"']+)["']""")


def tree(folder: Path, prefix: str) -> dict[str, str]:
    """All sources under `folder`, by their path with `prefix` for it."""
    return {f"{prefix}/{path.relative_to(folder).as_posix()}": path.read_text() for path in folder.rglob("*.sol")}


def needed(
    sources: Mapping[str, str], wanted: Iterable[str], remapped: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The wanted sources, and what they import; `remapped` are prefixes of imports and what they stand for."""
    found: dict[str, str] = {}
    waiting = list(wanted)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = sources[path]
            waiting += [_path(path, named, remapped or {}) for named in _IMPORT.findall(sources[path])]
    return found


def _path(importing: str, named: str, remapped: Mapping[str, str]) -> str:
    if named.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importing), named))
    for prefix, meant in remapped.items():
        if named.startswith(prefix):
            return meant + named.removeprefix(prefix)
    return named
