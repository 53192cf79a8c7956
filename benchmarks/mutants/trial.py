"""One run of chosen tests in a fork, watched: which one noticed, or that none did."""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import hypothesis
import pytest

# Without the plug-ins that change how tests are spread or kept; the same draws of Hypothesis for every mutant.
PYTEST = (
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--hypothesis-seed=0",
    "--hypothesis-profile=mutants",
)
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # one failure is enough: none is made smaller
SLACK = 20.0  # seconds that a test may take beyond five times what it took when traced: a busy machine
IMPORTS = 120.0  # seconds until the first test begins
FAILED = 71  # the exit code of a fork whose test failed
WIDTH = 4

Kind = Literal["killed", "timeout", "survived", "uncompilable", "cold"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`by` is the test that noticed, "" where the import did."""

    kind: Kind
    by: str = ""


class Watched:
    """A pytest plug-in: tells which test runs, and ends the process at the first that fails."""

    def __init__(self, place: Mapping[str, int], shared: mmap.mmap) -> None:
        self._place, self._shared = place, shared

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._shared[:WIDTH] = (self._place[nodeid] + 1).to_bytes(WIDTH)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(FAILED)


def profile() -> None:
    """Of the same draws whatever the machine is doing: a slow one is no failure."""
    slow = [hypothesis.HealthCheck.too_slow]
    settings = hypothesis.settings
    settings.register_profile("mutants", database=None, deadline=None, phases=PHASES, suppress_health_check=slow)


def tried(tests: Sequence[str], seconds: Mapping[str, float], child: Callable[[Watched], int]) -> Outcome:
    """What became of `child`, which runs these tests with the plug-in that it is handed; over its time it is killed.
    Raises RuntimeError where pytest couldn't run at all.
    """
    with contextlib.closing(mmap.mmap(-1, WIDTH)) as shared:
        pid = os.fork()
        if pid == 0:
            _alone(lambda: child(Watched({test: place for place, test in enumerate(tests)}, shared)))
        code = _ended(pid, shared, tests, seconds)
        at = int.from_bytes(shared[:WIDTH])
    by = tests[at - 1] if at else ""
    if code == 0:
        return Outcome("survived")
    if code is None:
        return Outcome("timeout", by)
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"pytest ended with {code} for {tests[0]} and others")
    return Outcome("killed", by)


def _ended(pid: int, shared: mmap.mmap, tests: Sequence[str], seconds: Mapping[str, float]) -> int | None:
    """Its exit code; None where a test ran for too long."""
    at, ends, nap = 0, time.monotonic() + IMPORTS, 0.001
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        now = int.from_bytes(shared[:WIDTH])
        if now != at:
            at, ends = now, time.monotonic() + SLACK + 5 * seconds.get(tests[now - 1], 0.0)
        if time.monotonic() > ends:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return None
        time.sleep(nap)
        nap = min(2 * nap, 0.02)


def _alone(child: Callable[[], int]) -> None:
    """In a process group of its own, its output dropped."""
    code = 70
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        code = child()
    finally:
        os._exit(code)
