"""The command line of `moneta backtest`."""

from __future__ import annotations

import argparse
from pathlib import Path

WHAT = "Moneta, simple rules and hindsight on recorded history, after all costs"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="recorded files (docs/backtest.md)")
    parser.add_argument("--prices", type=Path, metavar="DIR", help="prices (default: `prices` beside FOLDER)")
    parser.add_argument("--gas", type=Path, metavar="DIR", help="gas and ether prices (default: `gas` beside FOLDER)")
    several = (
        ("--universe", "NAME", "only universes whose name begins so: one-asset, one-asset/USDC, stables, networks"),
        ("--asset", "SYMBOL", "only this asset"),
        ("--strategy", "NAME", "only this strategy"),
        ("--period", "NAME", "only this period: whole, chosen, unseen, 2024-H1"),
    )
    for flag, metavar, text in several:
        parser.add_argument(flag, action="append", default=[], metavar=metavar, help=f"{text}; may be repeated")
    parser.add_argument(
        "--size",
        action="append",
        type=_dollars,
        default=[],
        metavar="USD",
        help="instead of 10000, 1000000, 20000000",
    )
    parser.add_argument("--from", dest="since", metavar="DAY", help="nothing before this day (2025-01-31)")
    parser.add_argument("--to", dest="until", metavar="DAY", help="nothing after it")
    parser.add_argument("--quick", action="store_true", help="no half-years: whole, chosen and unseen alone")
    parser.add_argument(
        "--smallest", action="store_true", help="tell the smallest deposit that pays, also with a part alone"
    )
    parser.add_argument(
        "--response", type=_part, default=0.0, metavar="PART", help="of one's deposit that new borrowing takes up"
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help="draw the results into this folder")
    parser.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def run(options: argparse.Namespace) -> int:
    from agent.commands.backtest import backtest

    return backtest(options)


def _dollars(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 10**12:
        raise argparse.ArgumentTypeError("whole dollars, 1 to 1000000000000")
    return int(text)


def _part(text: str) -> float:
    try:
        part = float(text)
    except ValueError:
        part = -1.0
    if not 0 <= part <= 1:
        raise argparse.ArgumentTypeError("a part from 0 to 1")
    return part
