"""The score of each package: of the mutants tried, the share that a unit test noticed."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import math
import pickle
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.mutants.changes import Mutant, mutants, mutated
from benchmarks.mutants.cold import cold
from benchmarks.mutants.covering import Cover, hashes
from benchmarks.mutants.equivalent import equivalent
from benchmarks.mutants.results import Result, Results
from benchmarks.mutants.traced import module_of
from benchmarks.mutants.trial import Kind, Outcome
from benchmarks.mutants.warm import Warm

PACKAGES = ("policy", "gate", "execution")
TARGET = 85.0
FEW = 12
Z = 1.959964  # the normal distribution's two-sided 95 %
NOTICED: tuple[Kind, ...] = ("killed", "timeout")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`sample` mutants of each package drawn by `seed` (None: all), of files whose path holds `only`; those that
    aren't tried after `minutes` are left.
    """

    packages: tuple[str, ...]
    sample: int | None
    seed: int
    only: str = ""
    minutes: float | None = None


def figures(root: Path, wanted: Wanted, kept: Path, file: Path | None) -> Iterator[Figure]:
    found = {package: drawn(root, package, wanted) for package in wanted.packages}
    results = Results(root, file)
    outcomes: dict[str, list[Result]] = defaultdict(list)
    for result in _results(root, wanted, found, results, kept):
        outcomes[result.mutant.path.split("/")[1]].append(result)
    for package in wanted.packages:
        yield _figure(package, outcomes[package], len(found[package]))
    if len(wanted.packages) > 1:
        pooled = [result for package in outcomes.values() for result in package]
        yield _figure("all", pooled, sum(map(len, found.values())))


def drawn(root: Path, package: str, wanted: Wanted) -> list[Mutant]:
    """In an order that the seed draws for each mutant by itself: a run that was stopped has tried a random sample, a
    larger sample holds the smaller one, and a change of one file leaves the order of the others.
    """
    paths = sorted(str(path.relative_to(root)) for path in (root / "agent" / package).rglob("*.py"))
    found = [m for path in paths if wanted.only in path for m in mutants(root, path)]
    same = equivalent(found)
    seen: Counter[str] = Counter()
    keys: dict[Mutant, bytes] = {}
    for mutant in found:
        name = "\0".join((str(wanted.seed), mutant.path, mutant.where, mutant.before, mutant.after))
        seen[name] += 1
        if mutant not in same:
            keys[mutant] = hashlib.sha256(f"{name}\0{seen[name]}".encode()).digest()
    return sorted(keys, key=lambda mutant: keys[mutant])[: wanted.sample]


def _results(
    root: Path, wanted: Wanted, found: dict[str, list[Mutant]], results: Results, kept: Path
) -> Iterator[Result]:
    """In their order, so that what was tried when time is over is a random sample."""
    began, tried, order = time.monotonic(), 0, _mixed(list(found.values()))
    with contextlib.ExitStack() as stack:
        tries: Tries | None = None
        for count, mutant in enumerate(order):
            if (known := results.kept(mutant)) is not None:
                yield known
                continue
            if wanted.minutes is not None and time.monotonic() - began > 60 * wanted.minutes:
                _say(f"the last {len(order) - count} of {len(order)} are left after {wanted.minutes:g} minutes")
                return
            if tries is None:
                tries = stack.enter_context(contextlib.closing(Tries(root, covered(root, kept), order)))
            at = time.monotonic()
            outcome, tests = tries.outcome(mutant)
            yield results.add(mutant, outcome, tests, round(time.monotonic() - at, 3))
            if outcome.kind not in NOTICED:
                change = f"{mutant.before}  ->  {mutant.after}"
                _say(f"{mutant.path}:{mutant.line}: {change}  ({outcome.kind}, {tests} tests run it)")
            tried += 1
            if tried % 100 == 0:
                _say(f"{count + 1} of {len(order)}, {tried} of them tried now, {time.monotonic() - began:.0f} s")


def _mixed(packages: list[list[Mutant]]) -> list[Mutant]:
    """All of them, each package spread over the whole."""
    placed = [((place + 0.5) / len(found), mutant) for found in packages for place, mutant in enumerate(found)]
    return [mutant for _, mutant in sorted(placed, key=lambda one: one[0])]


class Tries:
    """Tries mutants, those tests first that are quick and have noticed others near by."""

    def __init__(self, root: Path, cover: Cover, todo: Sequence[Mutant]) -> None:
        self._root, self._cover = root, cover
        self._warm = Warm(root, sorted({mutant.path for mutant in todo}), cover.seconds)
        self._known = set(self._warm.tests)
        self._files = {test.split("::", 1)[0] for test in self._known}
        self._noticed: dict[str, Counter[str]] = defaultdict(Counter)
        self._texts: dict[str, str] = {}

    def outcome(self, mutant: Mutant) -> tuple[Outcome, int]:
        """With how many tests run it. What a warm fork's tests notice is noticed; what runs early, at import or while
        tests are collected, may show only cold.
        """
        early = not mutant.where or self._cover.runs_early(mutant.path, mutant.line)
        tests = self._tests(mutant, everywhere=early)
        outcome, here = Outcome("survived"), tests if not early else self._tests(mutant, everywhere=False)
        if mutant.where and here:
            outcome = self._warm.tried(mutant, here)
        if tests and (outcome.kind == "cold" or (early and outcome.kind == "survived")):
            outcome = self._cold(mutant, tests)
        if outcome.by and outcome.kind == "killed":
            self._noticed[mutant.path][outcome.by] += 1
            self._noticed[f"{mutant.path} {mutant.where}"][outcome.by] += 2
        return outcome, len(tests)

    def close(self) -> None:
        self._warm.close()

    def _tests(self, mutant: Mutant, everywhere: bool) -> list[str]:
        near, here = self._noticed[mutant.path], self._noticed[f"{mutant.path} {mutant.where}"]
        tests = self._cover.tests(mutant.path, mutant.line, mutant.last, everywhere)
        if everywhere:  # a test may look at a constant and run nothing of its file
            looking = {file for file in self._files if self._imports(file, mutant.path)}
            tests = tests | {test for test in self._known if test.split("::", 1)[0] in looking}
        if everywhere and not tests:  # nothing runs in it later, such as a file of shapes: who imports it is asked
            users = [path for path in self._cover.lines if self._imports(path, mutant.path)]
            tests = {test for path in users for test in self._cover.tests(path, 0, 0, everywhere)}
        seconds = self._cover.seconds
        return sorted(
            (test for test in tests if test in self._known),
            key=lambda test: (0.01 + seconds.get(test, 0.0)) / (1 + near[test] + here[test]),
        )

    def _imports(self, path: str, of: str) -> bool:
        if path not in self._texts:
            self._texts[path] = (self._root / path).read_text() if (self._root / path).exists() else ""
        module = module_of(of)
        package, _, name = module.rpartition(".")
        said = rf"{re.escape(module)}\b|from {re.escape(package)} import .*\b{name}\b"
        return re.search(said, self._texts[path]) is not None

    def _cold(self, mutant: Mutant, tests: Sequence[str]) -> Outcome:
        try:
            tree = mutated((self._root / mutant.path).read_text(), mutant)
            compile(tree, mutant.path, "exec")
        except (SyntaxError, ValueError):
            return Outcome("uncompilable")
        outcome = Outcome("survived")
        for some in (tests[:FEW], tests[FEW:]):  # the first few are of few files, which are quickly collected
            if some and outcome.kind == "survived":
                outcome = cold(self._root, mutant.path, tree, some, self._cover.seconds)
        return outcome


def covered(root: Path, kept: Path) -> Cover:
    """Traced in a process of its own, which also says what to import before forking; read from `kept` where it is,
    and what changed since is traced again.
    """
    cover = _kept(kept) if kept.exists() else Cover()
    now = hashes(root)
    if stale := cover.stale(root, now):
        _say(f"tracing the unit tests of {len(stale)} files")
        new = kept.with_name(kept.name + ".new")
        command = [sys.executable, "-m", "benchmarks.mutants.traced", str(new), *stale]
        subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, check=True)
        cover.forget(now)
        cover.add(_kept(new))
        new.unlink()
        kept.write_bytes(pickle.dumps(cover))
    for name in sorted(cover.modules):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for test in cover.failed:
        _say(f"left out, since it fails without any change when traced: {test}")
    cover.leave_out(set(cover.failed))
    _say(f"{len(cover.seconds)} unit tests in {sum(cover.seconds.values()):.0f} s, traced")
    return cover


def _kept(file: Path) -> Cover:
    cover: Cover = pickle.loads(file.read_bytes())  # noqa: S301  (written by ourselves)
    return cover


def _figure(name: str, tried: Sequence[Result], total: int) -> Figure:
    counts = Counter(result.outcome.kind for result in tried)
    noticed, of = sum((counts[kind] for kind in NOTICED), 0), len(tried) - counts["uncompilable"]
    low, high = interval(noticed, of)
    how = "all" if len(tried) == total else f"of {total}"
    _say(f"{name}: {dict(counts)} ({how}), 95 % interval {low:.1f} to {high:.1f} %")
    value = 100 * noticed / of if of else None
    return Figure(f"mutation_score_{name}", value, f"% of {of} mutants", TARGET, at_least=True)


def interval(noticed: int, tried: int) -> tuple[float, float]:
    """Wilson's score interval in percent (E. B. Wilson, JASA 22, 1927)."""
    if not tried:
        return 0.0, 100.0
    share, z2 = noticed / tried, Z * Z
    middle = (share + z2 / (2 * tried)) / (1 + z2 / tried)
    half = Z * math.sqrt(share * (1 - share) / tried + z2 / (4 * tried * tried)) / (1 + z2 / tried)
    return 100 * (middle - half), 100 * (middle + half)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
