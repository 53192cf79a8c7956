"""`python -m benchmarks.allocate`: the allocator's figures alone. Exit 0 where each holds what was promised."""

from __future__ import annotations

import sys

from benchmarks.allocate import figures
from benchmarks.figure import shown

if __name__ == "__main__":
    sys.exit(int(not shown(figures(quick=False))))
