"""`python -m benchmarks.mutants.traced FILE [TESTS …]`: runs the unit tests, or these files, under a trace and writes
down, pickled, what ran which line and which modules of others they import.
"""

from __future__ import annotations

import importlib
import pickle
import sys
from pathlib import Path

import pytest

from benchmarks.mutants.covering import FOLDERS, TESTS, Cover, Tracer, hashes
from benchmarks.mutants.trial import PYTEST, profile

OURS = {"agent", "benchmarks", "characters", "conftest", "devnet", "memory", "moneta", "plugins", "scripts", "tests"}


def main() -> int:
    root = Path.cwd()
    tracer = Tracer(root)
    tracer.early()
    now = hashes(root)
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            importlib.import_module(module_of(str(path.relative_to(root))))
    tests = [str(root / path) for path in sys.argv[2:] or [TESTS]]
    profile()
    code = pytest.main([*PYTEST, *tests], plugins=[tracer])
    cover = tracer.cover
    lines = {path: dict(found) for path, found in cover.lines.items()}
    others = {name for name in list(sys.modules) if name.partition(".")[0] not in {*OURS, "__main__"}}
    plain = Cover(lines, dict(cover.early), cover.seconds, cover.failed, others, now)
    Path(sys.argv[1]).write_bytes(pickle.dumps(plain))
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else int(code)


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


if __name__ == "__main__":
    sys.exit(main())
