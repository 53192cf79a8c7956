"""The command line of `moneta usage` and `moneta models`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[[argparse.Namespace], int]
Add = Callable[[Any, str, str, Run], argparse.ArgumentParser]


def add(commands: Any, new: Add) -> None:
    """Adds both; `new` makes a command out of its name, what it does and what runs it."""
    usage = new(commands, "usage", "what language models cost, by purpose and model; what is left of budgets", _usage)
    usage.add_argument("--days", type=_days, default=30, metavar="N", help="how far back (default: 30)")
    actions = commands.add_parser("models", help="language models: which is asked for what, and how well each does")
    parsers = actions.add_subparsers(required=True, metavar="ACTION")
    listed = new(parsers, "list", "each purpose's models in the order in which they are asked", _list)
    measured = new(parsers, "measure", "ask a model a set of sentences and keep how many it gets right", _measure)
    measured.add_argument("name", nargs="*", help="a model's name (default: all of them)")
    for each in (usage, listed, measured):
        each.add_argument("--dir", type=Path, required=True, help="the instance's folder")
        each.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 400:
        raise argparse.ArgumentTypeError("whole days, 1 to 400")
    return int(text)


def _usage(options: argparse.Namespace) -> int:
    from agent.commands.usage import usage

    return usage(options.dir, options.days, options.json)


def _list(options: argparse.Namespace) -> int:
    from agent.commands.models import listed

    return listed(options.dir, options.json)


def _measure(options: argparse.Namespace) -> int:
    from agent.commands.models import measure

    return measure(options.dir, options.name, options.json)
