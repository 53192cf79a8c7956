"""`python -m benchmarks.chat [--quick]`: one JSON line a figure. Exit 0 where every figure holds its promise."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import devnet
from benchmarks.figure import shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.chat", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="50 people on each platform, a short idleness")
    quick: bool = parser.parse_args().quick
    os.environ["MONETA_SPECS"] = os.devnull  # the servers validate in the tests; here they only answer
    from benchmarks.chat import crowded, overhead

    devnet.setup()
    held = True
    for module in (overhead, crowded):
        with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
            held = shown(module.figures(Path(folder) / "d", quick=quick)) and held
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
