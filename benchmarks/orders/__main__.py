"""`python -m benchmarks.orders [--seed N] [--quick]`: one JSON line a figure, and the year as a table."""

from __future__ import annotations

import argparse
import sys

import devnet
from benchmarks.figure import shown
from benchmarks.orders.figures import figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.orders", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a quarter of the year")
    options = parser.parse_args()
    devnet.setup()
    return int(not shown(figures(options.quick, options.seed)))


if __name__ == "__main__":
    sys.exit(main())
