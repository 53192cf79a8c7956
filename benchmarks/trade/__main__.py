"""`python -m benchmarks.trade [--quick]`: one JSON line a figure. Exit 0 where each holds what was promised."""

from __future__ import annotations

import argparse
import sys

import devnet
from benchmarks.figure import shown
from benchmarks.trade import measured


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.trade", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer pools, swaps and sets: within a minute")
    quick: bool = parser.parse_args().quick
    devnet.setup()
    return int(not shown(measured(quick)))


if __name__ == "__main__":
    sys.exit(main())
