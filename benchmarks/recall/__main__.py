"""`python -m benchmarks.recall [--quick]`: one JSON line a figure. Exit 0 where all hold what was promised."""

from __future__ import annotations

import argparse
import sys

from benchmarks.figure import shown
from benchmarks.recall import figures

parser = argparse.ArgumentParser(prog="benchmarks.recall", description=figures.__doc__)
parser.add_argument("--quick", action="store_true", help="20,000 messages of 100 people, and no year")
sys.exit(int(not shown(figures(parser.parse_args().quick))))
