"""Fills docs/commands.md in from the command line and the slash commands themselves.

Run it from the repository's root: python -m scripts.commands
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from agent.chat.commands import COMMANDS, Command, Kind, Option
from agent.chat.telegram.adapter import MENU
from agent.cli import parser

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"


def command_line() -> str:
    """A row for every subcommand: what it takes, what each option means, what it does."""
    rows = ["| command | does |", "|---|---|"]
    rows += [f"| `{_usage(path, each)}` | {_does(each)} |" for path, each in leaves(parser())]
    return "\n".join(rows)


def slash_commands() -> str:
    """A row for every slash command of Discord and command of Telegram's menu."""
    rows = ["| command | option | does |", "|---|---|---|"]
    rows += [f"| `/{each.name}` | {_options(each)} | {_cell(each.description)} |" for each in COMMANDS]
    own = [(name, what) for name, what in MENU if name not in {each.name for each in COMMANDS}]
    rows += [f"| `/{name}` | | {_cell(what)} (Telegram) |" for name, what in own]
    return "\n".join(rows)


def leaves(
    of: argparse.ArgumentParser, path: tuple[str, ...] = ("moneta",)
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every subcommand that does something, with its words."""
    nested = [action for action in of._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield path, of
    for action in nested:
        for name, one in action.choices.items():
            yield from leaves(one, (*path, name))


def filled(page: str) -> str:
    """The page with both tables as they are now."""
    for name, text in (("command line", command_line()), ("slash commands", slash_commands())):
        mark = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        page = mark.sub(lambda _, name=name, text=text: f"<!-- {name} -->\n{text}\n<!-- /{name} -->", page)  # type: ignore[misc]
    return page


def _usage(path: tuple[str, ...], of: argparse.ArgumentParser) -> str:
    return " ".join([*path, *(_argument(each) for each in of._actions if each.dest != "help")])


def _argument(action: argparse.Action) -> str:
    if not action.option_strings:
        name = str(action.metavar or action.dest.upper())
        return {"?": f"[{name}]", "+": f"{name} …"}.get(str(action.nargs), name)
    named = " ".join(action.metavar) if isinstance(action.metavar, tuple) else action.metavar
    value = "" if action.nargs == 0 else f" {named or action.dest.upper()}"
    said = f"{action.option_strings[-1]}{value}"
    return said if action.required else f"[{said}]"


def _does(of: argparse.ArgumentParser) -> str:
    said_above = {"the instance's folder", "JSON Lines on standard output, nothing else there"}
    own = [each for each in of._actions if each.dest != "help" and each.help and each.help not in said_above]
    told = [f"`{each.option_strings[-1] if each.option_strings else _argument(each)}`: {each.help}" for each in own]
    return _cell("; ".join([str(of.description), *told]))


def _options(command: Command) -> str:
    return _cell("<br>".join(_option(each) for each in command.options))


def _option(option: Option) -> str:
    what = f"one of: {', '.join(option.choices)}" if option.kind is Kind.CHOICE else option.description
    return f"`{option.name}`{'' if option.required else ' (may be left out)'}: {what}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
