"""What became of each mutant, a JSON line each, written as it comes; a run that was stopped goes on from there.

A mutant that was noticed isn't tried again while its file and the file of the test that noticed it stay the same, one
that nothing noticed while no unit test changes either.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.mutants.changes import Mutant
from benchmarks.mutants.covering import TESTS, hash_of
from benchmarks.mutants.trial import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """`source` and `witness` are the hashes of what this rests on: the mutant's file; the file of the test that
    noticed it, or all unit tests. `tests` is how many run its line.
    """

    mutant: Mutant
    outcome: Outcome
    tests: int
    seconds: float
    source: str
    witness: str


class Results:
    """Of the tree at `root`, kept in `file` where there is one."""

    def __init__(self, root: Path, file: Path | None) -> None:
        self._root, self._file = root, file
        self._hashes: dict[str, str] = {}
        self._kept: dict[tuple[str, int, int, str], Result] = {}
        for line in file.read_text().splitlines() if file is not None and file.exists() else ():
            found = _read(json.loads(line))
            self._kept[_key(found.mutant, found.source)] = found

    def kept(self, mutant: Mutant) -> Result | None:
        found = self._kept.get(_key(mutant, self._hash(mutant.path)))
        return found if found is not None and found.witness == self._witness(found.outcome) else None

    def add(self, mutant: Mutant, outcome: Outcome, tests: int, seconds: float) -> Result:
        result = Result(mutant, outcome, tests, seconds, self._hash(mutant.path), self._witness(outcome))
        self._kept[_key(mutant, result.source)] = result
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(json.dumps(asdict(result)) + "\n")
        return result

    def _witness(self, outcome: Outcome) -> str:
        return self._hash(outcome.by.split("::", 1)[0] or TESTS)

    def _hash(self, path: str) -> str:
        if path not in self._hashes:
            self._hashes[path] = hash_of(self._root / path)
        return self._hashes[path]


def _key(mutant: Mutant, source: str) -> tuple[str, int, int, str]:
    return mutant.path, mutant.node, mutant.variant, source


def _read(raw: dict[str, object]) -> Result:
    mutant, outcome = raw.pop("mutant"), raw.pop("outcome")
    return Result(Mutant(**mutant), Outcome(**outcome), **raw)  # type: ignore[arg-type]
