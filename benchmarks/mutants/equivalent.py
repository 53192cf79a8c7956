"""equivalent.toml: the mutants that do what the original does, each with the reason; they don't count.

A mutant that isn't listed counts, whatever anybody thinks of it; a listed one that is no longer there is an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.mutants.changes import Mutant

LIST = Path(__file__).parent / "equivalent.toml"
Name = tuple[str, str, str, str]


def equivalent(found: Sequence[Mutant], listed: Path = LIST) -> set[Mutant]:
    """Those of `found` that are listed: by file, function, what it was and what it became, and, where several are
    alike, which of them (`nth`, from 1). Raises ValueError for an entry without a reason, or of a file among these
    that fits none, or several.
    """
    paths = {mutant.path for mutant in found}
    same = set()
    for entry in tomllib.loads(listed.read_text()).get("mutant", []):
        if entry["path"] in paths:
            alike = [mutant for mutant in found if _name(mutant) == _named(entry)]
            same.add(_one(entry, alike, listed.name))
    return same


def _one(entry: Mapping[str, Any], alike: Sequence[Mutant], listed: str) -> Mutant:
    if not entry.get("why", "").strip():
        raise ValueError(f"{listed}: say why for {_named(entry)}")
    nth = entry.get("nth")
    if not alike or (nth is not None and nth > len(alike)):
        raise ValueError(f"{listed}: there is no such mutant any more: {_named(entry)}")
    if nth is None and len(alike) > 1:
        raise ValueError(f"{listed}: {len(alike)} mutants are {_named(entry)}: say which (nth)")
    return alike[(nth or 1) - 1]


def _name(mutant: Mutant) -> Name:
    return mutant.path, mutant.where, mutant.before, mutant.after


def _named(entry: Mapping[str, Any]) -> Name:
    return entry["path"], entry["where"], entry["before"], entry["after"]
