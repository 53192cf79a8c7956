"""The options of `moneta books`."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.options.shared import as_json, chain, folder, where

WHAT = "your transactions with lots, interest, rewards, gas and prices; as CSV for tax tools, too"
METHODS = ("fifo", "lifo", "hifo", "average")
SHAPES = ("rotki", "koinly", "cointracking", "cointracker", "plain")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=_year, metavar="YYYY", help="that year in your time zone (default: all)")
    parser.add_argument(
        "--csv",
        nargs=2,
        action="append",
        default=[],
        metavar=("SHAPE", "FILE"),
        help=f"write a new file in the shape of {', '.join(SHAPES[:-1])}, or {SHAPES[-1]} (docs/books.md)",
    )
    parser.add_argument("--method", choices=METHODS, default="fifo", help="which lot goes first (default: fifo)")
    folder(parser)
    chain(parser)
    as_json(parser)


def run(options: argparse.Namespace) -> int:
    from agent.commands.books import run

    files = [(shape, Path(file)) for shape, file in options.csv]
    return run(where(options), options.year, options.method, files, options.json)


def _year(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 2015 <= int(text) <= 9998:
        raise argparse.ArgumentTypeError(f"{text!r} is no year of Ethereum's: say four digits")
    return int(text)
