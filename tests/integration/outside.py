"""Plug-ins of somebody else as installed distributions: a module on the path, and what its metadata says of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest


def installed(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`folder` holds the module `name`; from now on it is found as version 0.1.0 of a distribution of that name."""
    info = folder / f"{name}-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[moneta.plugins]\n{name} = {name}\n")
    monkeypatch.syspath_prepend(str(folder))
    for known in [each for each in sys.modules if each.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, known)
