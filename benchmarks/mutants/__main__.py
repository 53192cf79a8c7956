"""`python -m benchmarks.mutants [--sample N] [--minutes M] [--package policy]`: one JSON line a figure.

Without --sample or --minutes every mutant is tried, which takes about an hour; leave the files alone meanwhile. With
--resume what became of each is kept in a file, and not tried again until its own file or the tests change. What
survived goes to standard error with its place and change; the figures are the percentage of mutants that a unit test
noticed, with the 95 % interval of the sample.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.figure import shown
from benchmarks.mutants.score import PACKAGES, Wanted, figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="so many mutants of each package, drawn by the seed")
    parser.add_argument("--minutes", type=float, help="end after so long; what was tried is a random sample")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--package", choices=PACKAGES, action="append", help="only this one; may be said again")
    parser.add_argument("--only", default="", help="only mutants of files whose path holds this text")
    parser.add_argument("--cover", type=Path, help="keep the trace of the tests here; what changed is traced again")
    parser.add_argument("--resume", type=Path, help="keep the results here, and go on from those that are there")
    options = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # forks come from a process with one thread
    wanted = Wanted(tuple(options.package or PACKAGES), options.sample, options.seed, options.only, options.minutes)
    held = True
    with tempfile.TemporaryDirectory() as folder:
        held = shown(figures(Path.cwd(), wanted, options.cover or Path(folder) / "cover", options.resume)) and held
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
