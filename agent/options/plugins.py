"""What `moneta plugins` takes. The commands themselves are imported when they are called."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

WHAT = "plug-ins"
Run = Callable[[argparse.Namespace], int]


def add(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    def action(name: str, what: str, run: Run) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=what, description=what)
        made.set_defaults(run=run)
        return made

    listed = action("list", "every plug-in, its hooks, and why one is disabled", _list)
    listed.add_argument("--dir", type=Path, help="the instance's folder: what its last run disabled is told, too")
    check = action("check", "look at a plug-in in a process of its own; exit 0 only where it is usable", _check)
    check.add_argument("target", metavar="PACKAGE_OR_PATH", help="a project's folder, a wheel, or what is installed")
    new = action("new", "write a working plug-in to begin with", _new)
    new.add_argument("name", help="its name, and its folder's: my-vaults")
    for each in (listed, check, new):
        each.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def _list(options: argparse.Namespace) -> int:
    from agent.commands.plugins.listing import list_

    return list_(options.dir, options.json)


def _check(options: argparse.Namespace) -> int:
    from agent.commands.plugins.checking import check

    return check(options.target, options.json)


def _new(options: argparse.Namespace) -> int:
    from agent.commands.plugins.making import new

    return new(options.name, options.json)
