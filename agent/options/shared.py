"""What many commands take: a folder, a chain, JSON Lines; and where that leads them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.place import Where

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add(
    commands: Commands, name: str, what: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(run=run)
    return parser


def folder(parser: argparse.ArgumentParser, else_: str = "") -> None:
    said = "the instance's folder"
    parser.add_argument("--dir", type=Path, required=not else_, help=f"{said}; {else_}" if else_ else said)


def chain(parser: argparse.ArgumentParser) -> None:
    """For commands that ask the chain: which one, and where."""
    parser.add_argument("--chain", metavar="NAME", help="a real chain, or a chain file (default: the settings')")
    parser.add_argument("--rpc", metavar="URL", help="a node of that chain (default: the settings')")


def as_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON Lines on standard output, nothing else there")


def where(options: argparse.Namespace, **said: str | None) -> Where:
    from agent.config_file import holds_key
    from agent.place import Where

    if options.rpc and holds_key(options.rpc):
        sys.stderr.write(
            "moneta: others here can see the key in that URL (ps): a file, rpc_file, keeps it to yourself\n"
        )
    return Where.of(options.dir or Path(), chain=options.chain, rpc_url=options.rpc, **said)


def whole(text: str) -> int:
    """A number of whole units, from 1 up."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)
