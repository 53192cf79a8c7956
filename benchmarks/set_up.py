"""The first set-up: `make setup` in a fresh clone, all caches empty. Needs the network; only in the full run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.program import ROOT

TARGET_SECONDS = 180.0


def figures(quick: bool) -> Iterator[Figure]:
    if quick:
        return
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        caches = {name: str(Path(folder) / name) for name in ("MONETA_CACHE", "PIP_CACHE_DIR", "NPM_CONFIG_CACHE")}
        began = time.perf_counter()
        subprocess.run(
            ["make", "setup", f"PYTHON={getattr(sys, '_base_executable', sys.executable)}"],
            cwd=clone,
            env={**os.environ, **caches},
            stdout=sys.stderr,
            check=True,
        )
        yield Figure("first_set_up", time.perf_counter() - began, "s", TARGET_SECONDS)
