"""What a character file holds: what is used, what is kept without being used, what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at `line` (0 where the file as a whole is meant). A fatal one makes the file unusable."""

    line: int
    where: str
    what: str
    remedy: str
    fatal: bool = False

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.where + ': ' if self.where else ''}{self.what} {self.remedy}"

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "where": self.where,
            "what": self.what,
            "remedy": self.remedy,
            "fatal": self.fatal,
        }


@dataclass(frozen=True, slots=True)
class Unused:
    """A key that is kept as it stands and changes nothing here, and why."""

    key: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """The check of one file. `usable` says whether Moneta speaks as this character."""

    usable: bool
    used: tuple[str, ...] = ()
    unused: tuple[Unused, ...] = ()
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "usable": self.usable,
            "used": list(self.used),
            "unused": {each.key: each.why for each in self.unused},
            "problems": [problem.as_json() for problem in self.problems],
        }
