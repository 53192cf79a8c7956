"""`python -m benchmarks.risk [--quick]`: one JSON line a figure; the tables go to standard error."""

from __future__ import annotations

import argparse
import sys

from benchmarks.figure import shown
from benchmarks.risk import figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.risk", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the speed alone")
    return int(not shown(figures(parser.parse_args().quick, tables=True)))


if __name__ == "__main__":
    sys.exit(main())
