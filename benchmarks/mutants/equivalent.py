"""equivalent.toml: the mutants that do what the original does, each with the reason; they don't count.

A mutant that isn't listed counts, whatever anybody thinks of it; a listed one that is no longer there is an error.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from benchmarks.mutants.changes import Mutant

LIST = Path(__file__).parent / "equivalent.toml"
Name = tuple[str, str, str, str]


def equivalent(found: Sequence[Mutant], listed: Path = LIST) -> set[Mutant]:
    """Those of `found` that are listed: by file, function, what it was and what it became. Raises ValueError for an
    entry without a reason, or of a file among these in which nothing fits it any more.
    """
    entries = tomllib.loads(listed.read_text()).get("mutant", [])
    names: dict[Name, bool] = {_name(entry): False for entry in entries}
    if unexplained := [entry for entry in entries if not entry.get("why", "").strip()]:
        raise ValueError(f"{listed.name}: say why for {_name(unexplained[0])}")
    same = set()
    for mutant in found:
        name = (mutant.path, mutant.where, mutant.before, mutant.after)
        if name in names:
            names[name] = True
            same.add(mutant)
    paths = {mutant.path for mutant in found}
    if stale := [name for name, used in names.items() if name[0] in paths and not used]:
        raise ValueError(f"{listed.name}: there is no such mutant any more: {stale[0]}")
    return same


def _name(entry: dict[str, str]) -> Name:
    return entry["path"], entry["where"], entry["before"], entry["after"]
