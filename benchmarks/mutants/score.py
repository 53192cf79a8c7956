"""The score of each package: of the mutants drawn, the share that a unit test noticed."""

from __future__ import annotations

import contextlib
import importlib
import math
import pickle
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.mutants.changes import Mutant, mutants, mutated
from benchmarks.mutants.covering import Cover
from benchmarks.mutants.trial import survives

PACKAGES = ("policy", "gate", "execution")
TARGET = 85.0
SLACK = 30.0  # seconds that a fork may take beyond four times what its tests took: imports and a busy machine
Z = 1.959964  # the normal distribution's two-sided 95 %


@dataclass(frozen=True, slots=True)
class Wanted:
    """`sample` mutants of each package drawn by `seed` (None: all), of files whose path holds `only`."""

    packages: tuple[str, ...]
    sample: int | None
    seed: int
    only: str = ""


def figures(root: Path, wanted: Wanted, kept: Path) -> Iterator[Figure]:
    cover = covered(root, kept)
    sample, seed, only = wanted.sample, wanted.seed, wanted.only
    for package in wanted.packages:
        found = [m for path in sources(root, package) if only in path for m in mutants(root, path)]
        drawn = random.Random(f"{seed} {package}").sample(found, min(sample or len(found), len(found)))  # noqa: S311
        began = time.monotonic()
        killed = sum(noticed(root, mutant, cover) for mutant in sorted(drawn, key=lambda m: (m.path, m.line)))
        low, high = interval(killed, len(drawn))
        _say(
            f"{package}: {killed} of {len(drawn)} noticed ({len(found)} there are), seed {seed}, "
            f"95 % interval {low:.1f} to {high:.1f} %, {time.monotonic() - began:.0f} s"
        )
        yield Figure(
            f"mutation_score_{package}", 100 * killed / len(drawn), f"% of {len(drawn)}", TARGET, at_least=True
        )


def sources(root: Path, package: str) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in (root / "agent" / package).rglob("*.py"))


def noticed(root: Path, mutant: Mutant, cover: Cover) -> bool:
    tests = cover.tests(mutant.path, mutant.line, mutant.line)
    tree = mutated((root / mutant.path).read_text(), mutant)
    limit = SLACK + 4 * sum(cover.seconds[test] for test in tests)
    if tests and not survives(root, mutant.path, tree, tests, limit):
        return True
    why = f"{len(tests)} tests run it" if tests else "no test runs it"
    _say(f"{mutant.path}:{mutant.line}: {mutant.before}  ->  {mutant.after}  ({why})")
    return False


def covered(root: Path, kept: Path) -> Cover:
    """Traced in a process of its own, which also says what to import before forking; read from `kept` where it is."""
    if not kept.exists():
        _say("tracing the unit tests")
        command = [sys.executable, "-m", "benchmarks.mutants.traced", str(kept)]
        subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=True)
    cover: Cover
    cover, modules = pickle.loads(kept.read_bytes())  # noqa: S301  (written by ourselves)
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for test in cover.failed:
        _say(f"left out, since it fails without any change when traced: {test}")
        cover.leave_out(test)
    _say(f"{len(cover.seconds)} unit tests in {sum(cover.seconds.values()):.0f} s, traced")
    return cover


def interval(killed: int, drawn: int) -> tuple[float, float]:
    """Wilson's score interval in percent (E. B. Wilson, JASA 22, 1927)."""
    share, z2 = killed / drawn, Z * Z
    middle = (share + z2 / (2 * drawn)) / (1 + z2 / drawn)
    half = Z * math.sqrt(share * (1 - share) / drawn + z2 / (4 * drawn * drawn)) / (1 + z2 / drawn)
    return 100 * (middle - half), 100 * (middle + half)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
