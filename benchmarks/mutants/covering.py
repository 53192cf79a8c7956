"""Which unit test runs which line: found once a run by a trace of its own, a dict {path: {line: tests}}.

A line that runs at import belongs to every test whose file brings the module in.
"""

from __future__ import annotations

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


@dataclass(slots=True)
class Cover:
    """`lines[path][line]` are the tests that run it; `seconds[test]` is how long it took, traced."""

    lines: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def leave_out(self, test: str) -> None:
        self.seconds.pop(test, None)
        for lines in self.lines.values():
            for tests in lines.values():
                tests.discard(test)

    def tests(self, path: str, first: int, last: int) -> list[str]:
        """Those that run any of these lines, the quick ones first; of a line that runs only at import, all that
        run anything of the file.
        """
        lines = self.lines.get(path, {})
        found = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        if not found:
            found = {test for tests in lines.values() for test in tests}
        return sorted(found, key=lambda test: (self.seconds.get(test, 0.0), test))


class Tracer:
    """A pytest plug-in that fills in a Cover."""

    def __init__(self, root: Path, folders: tuple[str, ...]) -> None:
        self.cover = Cover()
        self._prefix = len(str(root)) + 1
        self._folders = tuple(str(root / folder) + "/" for folder in folders)
        self._seen: set[tuple[str, int]] = set()

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
