"""The conversation as a person types it, at a real pseudo-terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.e2e.program import MONETA, descendants, environment, gone, run, until

ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[=>()][A-B0]?)")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?3[0-7]m")
SPACE = r"(?: |\x1b\[\d+D\x1b\[\d+C)"  # prompt_toolkit draws the last space by moving over it
PROMPT, YES_OR_NO = "you>" + SPACE, r"confirm\? \[y/n\]" + SPACE
UP = "\x1b[A"
SECONDS = 60


class Person:
    """Somebody at a terminal of 40 lines and 140 columns."""

    def __init__(self, cwd: Path, *arguments: str, **settings: str) -> None:
        command, *words = [*MONETA, "demo", *arguments]
        env: Any = environment(TERM="xterm-256color", PROMPT_TOOLKIT_NO_CPR="1", **settings)
        env.pop("COLUMNS", None)
        if "NO_COLOR" not in settings:
            env.pop("NO_COLOR", None)
        self.terminal = pexpect.spawn(
            command, words, cwd=str(cwd), env=env, dimensions=(40, 140), encoding="utf-8", timeout=SECONDS
        )
        self.raw = ""
        self.greeting = self.wait(PROMPT)

    def wait(self, what: str) -> str:
        """All that is shown until the prompt `what` comes, without its escapes."""
        self.terminal.expect(what)
        self.raw = self.terminal.before
        return ESCAPES.sub("", self.raw).replace("\r", "")

    def type(self, line: str, then: str = PROMPT) -> str:
        self.terminal.send(line + "\r")
        self.terminal.expect(r"\n")  # the prompt is drawn again with every key: its last drawing ends here
        return self.wait(then)

    def left(self) -> int:
        """The exit status, once it has ended by itself."""
        self.terminal.expect(pexpect.EOF)
        self.raw = self.terminal.before
        self.terminal.close()
        assert self.terminal.signalstatus is None
        assert "INFO:" not in self.raw, "logs are for -v"
        return int(self.terminal.exitstatus)


@pytest.fixture
def people(tmp_path: Path) -> Iterator[list[Person]]:
    """Those who sit at a terminal; whoever still does at the end is sent away."""
    found: list[Person] = []
    yield found
    for person in found:
        person.terminal.close(force=True)


def test_the_story_by_hand(tmp_path: Path, people: list[Person]) -> None:
    folder = tmp_path / "d"
    person = Person(tmp_path, "--dir", str(folder))
    people.append(person)
    assert "devnet" in person.greeting
    person.type("hi")
    assert "put 1,000 USDC to work" in person.type("what can you do?")
    table = person.type("best yield for usdc?")
    assert re.search(r"venue +rate a year", table)
    assert re.search(r"\n morpho-blue:WETH-86:USDC +7\.\d\d %", table) or "morpho-blue:WETH-86:USDC" in table

    preview = person.type("put 1,000 USDC to work", YES_OR_NO)
    assert "Preview on devnet" in preview
    assert re.search(r"│ +1\. +USDC: let Morpho Blue take 1,000 USDC, no more +│", preview)
    assert re.search(r"│ +balance +-1,000 USDC +│", preview)
    assert COLOUR.search(person.raw) or "\x1b[2m" in person.raw, "colours, where there is a terminal"
    done = person.type("y")
    assert "Done: put 1,000 USDC into" in done
    assert len(re.findall(r"0x[0-9a-f]{64} mined", done)) == 2
    assert "\x1b[32m" in person.raw, "settled is green"

    assert "morpho-blue:WETH-86:USDC" in person.type("how am I doing?")
    assert "30 days passed" in person.type("advance 30 days")
    assert re.search(r"earned", person.type("portfolio"))
    person.type("withdraw half my usdc", YES_OR_NO)
    assert "Done: take" in person.type("yes")
    assert "chose morpho-blue:WETH-86:USDC" in person.type("why did you choose that venue?")
    person.type("get me out of everything", YES_OR_NO)
    assert "Cancelled. Nothing was sent." in person.type("n")
    person.type("get me out of everything", YES_OR_NO)
    assert "Withdraw" in person.type("/details", YES_OR_NO), "and it asks again"
    assert "Done: take all" in person.type("y")
    person.terminal.send("exit\r")
    assert person.left() == 0
    assert "get me out of everything" in (folder / "history").read_text()
    assert run("audit", "verify", "--dir", str(folder), cwd=tmp_path).returncode == 0


def test_another_message_in_place_of_a_yes(tmp_path: Path, people: list[Person]) -> None:
    """What isn't y or n is the next message; the preview before it waits for no typed yes any more."""
    person = Person(tmp_path)
    people.append(person)
    person.type("put 1,000 USDC to work", YES_OR_NO)
    assert "Preview on devnet" in person.type("put 7 usdc to work", YES_OR_NO)
    assert "7 USDC" in person.type("y")
    assert "Nothing is waiting" in person.type("y")
    markup = person.type("[red]hi[/red] [bold")
    assert "red" in markup, "what is typed is no markup"

    person.type("hi there")
    person.terminal.send(UP + UP)
    person.terminal.expect(re.escape("[red]hi[/red] [bold"))
    assert "don't understand" in person.type("")

    person.type("put 1,000 USDC to work", YES_OR_NO)
    person.terminal.sendeof()
    assert person.left() == 0
    assert "Cancelled. Nothing was sent." in person.raw, "leaving at a preview sends nothing"


def test_no_color(tmp_path: Path, people: list[Person]) -> None:
    """https://no-color.org: set and not empty, no colour comes out; the rest stays."""
    person = Person(tmp_path, NO_COLOR="1")
    people.append(person)
    preview = person.type("put 1,000 USDC to work", YES_OR_NO)
    assert "│" in preview
    assert not COLOUR.search(person.raw)
    done = person.type("y")
    assert "Done: put" in done
    assert not COLOUR.search(person.raw)
    person.type("put 7 USDC to work", YES_OR_NO)
    person.terminal.send("quit\r")
    assert person.left() == 0
    assert "Cancelled. Nothing was sent." in person.raw, "leaving at a preview sends nothing"


def test_ctrl_c(tmp_path: Path, people: list[Person]) -> None:
    """At the prompt it leaves, and takes everything that was started along."""
    person = Person(tmp_path)
    people.append(person)
    children = descendants(person.terminal.pid)
    assert len(children) >= 2
    person.terminal.sendintr()
    assert person.left() == 0
    for pid, words in children.items():
        until(f"{words} has ended with its parent", partial(gone, pid))
