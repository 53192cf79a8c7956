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
    language,
    mandates,
    memory_use,
    messages,
    orders,
    outlook,
    pairs,
    preview,
    ranges,
    risk,
    scan,
    set_up,
    snapshot,
    start,
    trade,
)
from benchmarks.figure import shown

ALL = (
    start,
    preview,
    confirm,
    messages,
    snapshot,
    scan,
    memory_use,
    interpret,
    language,
    guard,
    pairs,
    fuzz,
    allocate,
    outlook,
    mandates,
    orders,
    risk,
    backtest,
    ranges,
    trade,
    set_up,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within 50 seconds: no first set-up, a short idleness")
    quick: bool = parser.parse_args().quick
    logging.basicConfig(level=logging.WARNING)
    devnet.setup()
    held = True
    for module in ALL:
        held = shown(module.figures(quick)) and held
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
