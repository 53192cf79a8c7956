"""docs/commands.md knows every subcommand, option and slash command that there is, and no other."""

from __future__ import annotations

import re

import pytest

from agent.chat.commands import COMMANDS
from agent.chat.operator import _WORDS
from agent.chat.telegram.adapter import MENU
from agent.cli import parser
from scripts.commands import PAGE, filled, leaves

pytestmark = pytest.mark.unit

TEXT = PAGE.read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]
TREE = list(leaves(parser()))
OPERATOR = TEXT.partition("## An operator's words")[2]


def test_the_page_is_up_to_date() -> None:
    assert filled(TEXT) == TEXT, "run `python -m scripts.commands`"


@pytest.mark.parametrize("path", [path for path, _ in TREE], ids=" ".join)
def test_a_subcommand_stands_there_with_all_its_options(path: tuple[str, ...]) -> None:
    of = dict(TREE)[path]
    row = next(row for row in ROWS if re.match(rf"\| `{' '.join(path)}[ `]", row))
    usage = row.split("`")[1]
    options = {option for action in of._actions for option in action.option_strings} - {"-h", "--help"}
    assert set(re.findall(r"--[a-z-]+", usage)) == options
    assert of.description
    assert of.description in row


def test_no_subcommand_stands_there_that_is_none() -> None:
    told = {tuple(re.split(r" (?=[A-Z\[-])", row.split("`")[1])[0].split()) for row in ROWS if "`moneta " in row}
    assert told == {path for path, _ in TREE}


def test_the_slash_commands_stand_there_with_all_their_options() -> None:
    rows = {row.split("`")[1]: row for row in ROWS if row.startswith("| `/")}
    names = {f"/{each.name}" for each in COMMANDS} | {f"/{name}" for name, _ in MENU}
    assert {name for name in rows if name not in ("/status",)} == names
    for command in COMMANDS:
        for option in command.options:
            assert f"`{option.name}`" in rows[f"/{command.name}"]


def test_the_operators_words_are_heard() -> None:
    rows = [line.split("|")[1] for line in OPERATOR.splitlines() if line.startswith("| `")]
    said = re.findall(r"`([^`]+)`", " ".join(rows))
    assert len(said) >= 9
    assert [words for words in said if not _WORDS.fullmatch(words)] == []
