"""A change within a function: a process that has imported and collected everything forks for each, and the fork gives
the function its changed code, wherever the function is referred to.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import os
import signal
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from benchmarks.mutants.changes import Mutant, mutated
from benchmarks.mutants.trial import PYTEST, Outcome, Watched, profile, tried

Functions = dict[tuple[str, str], list[FunctionType]]  # by file and qualified name


class Warm:
    """Made before anything of ours is imported, so that what doesn't fit here can still be tried cold."""

    def __init__(self, root: Path, paths: Sequence[str], seconds: Mapping[str, float]) -> None:
        self._ours, theirs = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._ours.close()
            try:
                _serve(root, paths, seconds, theirs)
            finally:
                os._exit(0)
        theirs.close()
        self.tests: list[str] = self._ours.recv()

    def tried(self, mutant: Mutant, tests: Sequence[str]) -> Outcome:
        """The kind is "cold" where the change can't be put in here."""
        self._ours.send((mutant, list(tests)))
        answer: Outcome | BaseException = self._ours.recv()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def close(self) -> None:
        self._ours.close()
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)


def _serve(root: Path, paths: Sequence[str], seconds: Mapping[str, float], pipe: Connection) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    profile()
    with tempfile.TemporaryDirectory() as folder:
        base = f"--basetemp={folder}/t"
        pytest.main([*PYTEST, base, str(root / "tests/unit")], plugins=[_Server(root, paths, seconds, pipe)])


class _Server:
    """A pytest plug-in whose loop over the tests answers what comes through the pipe instead."""

    def __init__(self, root: Path, paths: Sequence[str], seconds: Mapping[str, float], pipe: Connection) -> None:
        self._root, self._paths, self._seconds, self._pipe = root, paths, seconds, pipe

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        functions = self._functions()
        gc.collect()
        gc.freeze()  # the pages stay shared with the forks
        self._pipe.send(list(items))
        while True:
            try:
                mutant, tests = self._pipe.recv()
            except EOFError:
                return True
            try:
                self._pipe.send(self._answer(functions, mutant, [items[test] for test in tests]))
            except RuntimeError as error:
                self._pipe.send(error)

    def _answer(self, functions: Functions, mutant: Mutant, items: list[pytest.Item]) -> Outcome:
        file = self._root / mutant.path
        try:
            code = compile(mutated(file.read_text(), mutant), str(file), "exec")
        except (SyntaxError, ValueError):
            return Outcome("uncompilable")
        found = functions.get((mutant.path, mutant.where), [])
        new = {(part.co_qualname, part.co_firstlineno): part for part in _parts(code)}
        pairs = [(one, new.get((mutant.where, one.__code__.co_firstlineno))) for one in found]
        if not pairs or not all(part and part.co_freevars == one.__code__.co_freevars for one, part in pairs):
            return Outcome("cold")

        def child(watched: Watched) -> int:
            for one, part in pairs:
                if part is not None:
                    one.__code__ = part
            config = items[0].config
            config.pluginmanager.register(watched)
            for item, following in itertools.pairwise([*items, None]):
                if item is not None:
                    config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            return 0

        return tried([item.nodeid for item in items], self._seconds, child)

    def _functions(self) -> Functions:
        """All of our packages', of which the collector knows every one."""
        for path in self._paths:
            importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        prefix, found = f"{self._root}/", defaultdict(list)
        for one in gc.get_objects():
            if type(one) is FunctionType and one.__code__.co_filename.startswith(prefix):
                found[one.__code__.co_filename.removeprefix(prefix), one.__code__.co_qualname].append(one)
        return dict(found)


def _parts(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _parts(part)
