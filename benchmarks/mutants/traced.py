"""`python -m benchmarks.mutants.traced FILE`: runs the unit tests under a trace and writes down, pickled, what ran
which line and which modules of others they import.
"""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from benchmarks.mutants.covering import Cover, Tracer

OURS = {"agent", "benchmarks", "characters", "conftest", "devnet", "memory", "moneta", "plugins", "scripts", "tests"}
FOLDERS = ("agent/policy", "agent/gate", "agent/execution")


def main() -> int:
    root = Path.cwd()
    tracer = Tracer(root, FOLDERS)
    code = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(root / "tests/unit")], plugins=[tracer])
    cover = tracer.cover
    plain = Cover({path: dict(lines) for path, lines in cover.lines.items()}, cover.seconds, cover.failed)
    others = sorted(name for name in list(sys.modules) if name.partition(".")[0] not in {*OURS, "__main__"})
    Path(sys.argv[1]).write_bytes(pickle.dumps((plain, others)))
    return 0 if code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) else int(code)


if __name__ == "__main__":
    sys.exit(main())
