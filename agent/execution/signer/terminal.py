"""The person at the terminal: shown what nobody else sees, asked what nobody else knows."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Protocol

from agent.errors import Refused


class Terminal(Protocol):
    """Where a person reads and types."""

    def say(self, text: str) -> None: ...

    def ask(self, prompt: str) -> str: ...

    def ask_secret(self, prompt: str) -> str:
        """What is typed isn't shown."""


class Screen:
    """The process's own terminal."""

    def say(self, text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def ask(self, prompt: str) -> str:
        return input(prompt)

    def ask_secret(self, prompt: str) -> str:
        return getpass(prompt)


def at_terminal(what: str) -> Screen:
    """The terminal. Raises Refused("terminal") where there is none; `what` says what isn't done without."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refused("terminal", f"{what} at a terminal only.", "Run this by hand.")
    return Screen()
