"""Which unit test runs which line: found once a run by a trace of its own, a dict {path: {line: tests}}.

A line that runs at import, or while tests are collected, belongs to every test that runs anything of its file.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

TESTS = "tests/unit"
FOLDERS = ("agent/policy", "agent/gate", "agent/execution")


@dataclass(slots=True)
class Cover:
    """`lines[path][line]` are the tests that run it, `early[path]` the lines that run before any test does;
    `seconds[test]` is how long it took, traced.
    """

    lines: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    early: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)  # of others, that the tests import
    hashes: dict[str, str] = field(default_factory=dict)  # of the files that this was traced with

    def leave_out(self, left: set[str]) -> None:
        """These tests."""
        self.seconds = {test: seconds for test, seconds in self.seconds.items() if test not in left}
        for lines in self.lines.values():
            for tests in lines.values():
                tests -= left

    def add(self, other: Cover) -> None:
        """What was traced later, of test files that changed."""
        changed = {test.split("::", 1)[0] for test in other.seconds}
        self.leave_out({test for test in self.seconds if test.split("::", 1)[0] in changed})
        self.failed = [test for test in self.failed if test.split("::", 1)[0] not in changed] + other.failed
        for path, lines in other.lines.items():
            for line, tests in lines.items():
                self.lines.setdefault(path, {}).setdefault(line, set()).update(tests)
        for path, early in other.early.items():
            self.early.setdefault(path, set()).update(early)
        self.seconds |= other.seconds
        self.modules |= other.modules
        self.hashes = other.hashes

    def stale(self, root: Path, now: dict[str, str]) -> list[str]:
        """The test files to trace (again): those that changed, use a helper that did, or ran a file that did."""
        changed = {path for path, found in now.items() if self.hashes.get(path) != found}
        helpers = {Path(path).stem for path in changed if path.startswith(TESTS)}
        ran = {
            test.split("::", 1)[0]
            for path in changed
            for tests in self.lines.get(path, {}).values()
            for test in tests
        }
        files = [path for path in now if Path(path).name.startswith("test_")]
        return sorted(
            path
            for path in files
            if path in changed | ran or any(name in (root / path).read_text() for name in helpers)
        )

    def forget(self, now: dict[str, str]) -> None:
        """The lines of files that changed."""
        for path in [path for path in self.lines if self.hashes.get(path) != now.get(path)]:
            del self.lines[path]
            self.early.pop(path, None)

    def tests(self, path: str, first: int, last: int, everywhere: bool) -> set[str]:
        """Those that run the `first` of these lines, or, where it never runs by itself (part of a longer statement),
        any of them; with `everywhere` all that run anything of the file.
        """
        lines = self.lines.get(path, {})
        if everywhere:
            return {test for tests in lines.values() for test in tests}
        return set(lines.get(first, ())) or {test for line in range(first, last + 1) for test in lines.get(line, ())}

    def runs_early(self, path: str, line: int) -> bool:
        return line in self.early.get(path, ())


def hashes(root: Path) -> dict[str, str]:
    """Of all that a trace depends on most: the unit tests and what they are to notice changes of."""
    files = [file for folder in (TESTS, *FOLDERS) for file in (root / folder).rglob("*.py")]
    return {str(file.relative_to(root)): hash_of(file) for file in files}


def hash_of(at: Path) -> str:
    """Of a file, or of all the Python files in a folder."""
    found = sorted(at.rglob("*.py")) if at.is_dir() else [at] if at.exists() else []
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in found)).hexdigest()[:16]


class Tracer:
    """A pytest plug-in that fills in a Cover."""

    def __init__(self, root: Path) -> None:
        self.cover = Cover()
        self._prefix = len(str(root)) + 1
        self._folders = tuple(str(root / folder) + "/" for folder in FOLDERS)
        self._seen: set[tuple[str, int]] = set()

    def early(self) -> None:
        """From here until the tests begin, what runs is early."""
        sys.settrace(self._called)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> None:
        sys.settrace(None)
        for file, line in self._seen:
            self.cover.early[file[self._prefix :]].add(line)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._seen = set()
        began = time.perf_counter()
        threading.settrace(self._called)
        sys.settrace(self._called)
        yield
        sys.settrace(None)
        threading.settrace(None)
        self.cover.seconds[item.nodeid] = time.perf_counter() - began
        for file, line in self._seen:
            self.cover.lines[file[self._prefix :]][line].add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.cover.failed.append(report.nodeid)

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(self._folders) else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            self._seen.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line
