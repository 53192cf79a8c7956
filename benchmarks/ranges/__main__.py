"""`python -m benchmarks.ranges`: one JSON line a figure, and a table on standard error."""

import sys

from benchmarks import ranges
from benchmarks.figure import shown

if __name__ == "__main__":
    sys.exit(int(not shown(ranges.figures(quick=False))))
