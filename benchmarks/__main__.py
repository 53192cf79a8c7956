"""`python -m benchmarks [--quick]`: one JSON line a figure. Exit 0 where every figure holds what was promised."""

from __future__ import annotations

import argparse
import logging
import sys

import devnet
from benchmarks import (
    allocate,
    backtest,
    confirm,
    fuzz,
    guard,
    interpret,
    mandates,
    memory_use,
    outlook,
    pairs,
    preview,
    risk,
    scan,
    set_up,
    snapshot,
    start,
)

ALL = (
    start,
    preview,
    confirm,
    snapshot,
    scan,
    memory_use,
    interpret,
    guard,
    pairs,
    fuzz,
    allocate,
    outlook,
    mandates,
    risk,
    backtest,
    set_up,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds: no first set-up, a short idleness")
    quick: bool = parser.parse_args().quick
    logging.basicConfig(level=logging.WARNING)
    devnet.setup()
    failed = False
    for module in ALL:
        for figure in module.figures(quick):
            sys.stdout.write(figure.as_line() + "\n")
            sys.stdout.flush()
            failed = failed or figure.holds is False
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
