"""A change of what runs at import: the fork's parent has imported what isn't ours, the fork imports ours with the one
module changed in memory; no file is touched.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from benchmarks.mutants.trial import PYTEST, Outcome, Watched, profile, tried


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


def cold(root: Path, path: str, tree: ast.Module, tests: Sequence[str], seconds: Mapping[str, float]) -> Outcome:
    """What these tests make of the file at `path` changed to `tree`."""
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if name in sys.modules:
        raise RuntimeError(f"{name} is imported before the fork, so no change of it would be tried")
    files = sorted({str(root / test.split("::", 1)[0]) for test in tests})

    def child(watched: Watched) -> int:
        profile()
        sys.meta_path.insert(0, Changed(name, root / path, tree))
        return int(pytest.main([*PYTEST, "-x", *files], plugins=[Only(tests), watched]))

    return tried(tests, seconds, child)
