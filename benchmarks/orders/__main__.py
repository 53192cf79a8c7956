"""`python -m benchmarks.orders [--seed N] [--days N] [--from MM-DD]`: JSON lines of figures, the year as a table."""

from __future__ import annotations

import argparse
import sys

import devnet
from benchmarks.figure import shown
from benchmarks.orders.figures import DAYS, figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.orders", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS, help="how many days the year has, ten at the least")
    parser.add_argument("--from", dest="first", default="", metavar="MM-DD", help="its first day (default: today)")
    options = parser.parse_args()
    devnet.setup()
    return int(not shown(figures(options.days, options.seed, options.first)))


if __name__ == "__main__":
    sys.exit(main())
