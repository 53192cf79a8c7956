"""One mutant before its tests, in a fork of a warm parent: the parent has imported what isn't ours, the child imports
ours, with the one module changed in memory; no file is touched.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

# Without the plug-ins that change how tests are spread or kept; the same draws of Hypothesis for every mutant.
PYTEST = (
    "-q",
    "-x",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--hypothesis-seed=0",
    "--hypothesis-profile=mutants",
)
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)  # one failure is enough: none is made smaller


class Only:
    """A pytest plug-in: of what was collected only these tests run, in this order."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: place for place, test in enumerate(tests)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._order), key=lambda i: self._order[i.nodeid])


class Changed(importlib.abc.MetaPathFinder):
    """Gives one module from a changed tree."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self._name, self._path, self._tree = name, path, tree

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._path, loader=_Loader(name, self._path, self._tree))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        super().__init__(name, str(path))
        self._tree = tree

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._tree, self.path, "exec")


def survives(root: Path, path: str, tree: ast.Module, tests: Sequence[str], limit: float) -> bool:
    """Whether all these tests pass with the file at `path` changed to `tree`; a run over `limit` seconds counts as
    noticed (the tests hang). Raises RuntimeError where pytest couldn't run at all.
    """
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    if name in sys.modules:
        raise RuntimeError(f"{name} is imported before the fork, so no change of it would be tried")

    def child() -> int:
        hypothesis.settings.register_profile("mutants", database=None, deadline=None, phases=PHASES)
        sys.meta_path.insert(0, Changed(name, root / path, tree))
        files = sorted({test.split("::", 1)[0] for test in tests})
        return int(pytest.main([*PYTEST, *(str(root / file) for file in files)], plugins=[Only(tests)]))

    code = forked(child, limit)
    if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"{path}: pytest ended with {code}")
    return code == 0


def forked(child: Callable[[], int], limit: float) -> int | None:
    """What `child` returned in a process group of its own, its output dropped; None past `limit` seconds."""
    pid = os.fork()
    if pid == 0:
        _quietly(child)
    ends = time.monotonic() + limit
    while time.monotonic() < ends:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def _quietly(child: Callable[[], int]) -> None:
    code = 70
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        code = child()
    finally:
        os._exit(code)
