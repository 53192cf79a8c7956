"""`python -m benchmarks.kills [--cycles N] [--workers N] [--seed N]`: one JSON line a figure."""

from __future__ import annotations

import argparse
import sys

import devnet
from benchmarks.figure import shown
from benchmarks.kills.figures import figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.kills", description=__doc__)
    parser.add_argument("--cycles", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    devnet.setup()
    return int(not shown(figures(options.cycles, options.workers, options.seed)))


if __name__ == "__main__":
    sys.exit(main())
