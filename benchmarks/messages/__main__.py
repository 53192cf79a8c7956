"""`python -m benchmarks.messages [--quick]`: one JSON line a figure. Exit 0 where every figure holds its promise."""

from __future__ import annotations

import argparse
import logging
import sys

import devnet
from benchmarks import messages
from benchmarks.figure import shown


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.messages", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200 messages a room, no long watch over memory")
    quick: bool = parser.parse_args().quick
    logging.basicConfig(level=logging.WARNING)
    devnet.setup()
    return int(not shown(messages.figures(quick)))


if __name__ == "__main__":
    sys.exit(main())
