"""JSON with the line of each value, so that what is wrong with it can be pointed at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]

_SPACE = re.compile(r"[ \t\n\r]*")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCALAR = re.compile(r"[^\s,\]}]+")
_REMEDIES = (
    ("//", "JSON has no comments: take this line out."),
    ("/*", "JSON has no comments: take this one out."),
    ("#", "JSON has no comments: take this line out."),
    ("'", 'Write names and texts in double quotes: ".'),
    ("“", 'Write names and texts in plain double quotes: ".'),
)


@dataclass(frozen=True, slots=True)
class Located:
    """A file's data, the line of each path in it, and the paths that stand there more than once."""

    data: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    twice: tuple[Path, ...] = ()

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest path above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


class NotJson(Exception):
    """The text isn't JSON at `line`; `what` says why and `remedy` what to do."""

    def __init__(self, line: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.line = line
        self.what = what
        self.remedy = remedy


MOST_BRACKETS = 20_000


def parse(text: str) -> Located:
    """The data of a JSON text with its lines. Raises NotJson."""
    if (
        text.count("[") + text.count("{") > MOST_BRACKETS
    ):  # json's parser recurses in C: deep nesting overruns its stack
        raise NotJson(0, "It is nested too deeply to be a character, or far too long.", "Write it flatter.")
    try:
        data = json.loads(text, parse_constant=_no_constant)
        scanner = _Scanner(text)
        scanner.value(0, ())
    except json.JSONDecodeError as error:
        raise NotJson(error.lineno, f"This isn't JSON: {error.msg}.", _remedy(text, error)) from error
    except _Constant as error:
        line = text[: text.find(str(error))].count("\n") + 1
        raise NotJson(line, f"JSON has no {error}.", "Write a number, or null.") from error
    except RecursionError as error:
        raise NotJson(0, "It is nested too deeply to be a character.", "Write it flatter.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise NotJson(0, f"A number can't be read: {error}.", "Write a shorter one.") from error
    return Located(data, scanner.lines, tuple(scanner.twice))


class _Constant(Exception):
    pass


def _no_constant(name: str) -> Any:
    raise _Constant(name)


def _remedy(text: str, error: json.JSONDecodeError) -> str:
    rest, before = text[error.pos :], text[: error.pos].rstrip()
    for start, remedy in _REMEDIES:
        if rest.startswith(start):
            return remedy
    if rest[:1] in ("}", "]") and before.endswith(","):
        return "Take out the comma before it."
    if error.msg.startswith("Illegal trailing comma"):
        return "Take out that comma."
    if error.msg.startswith("Expecting ',' delimiter"):
        return "A comma is missing before this, or a quotation mark inside a text needs a backslash."
    if error.msg.startswith("Invalid control character"):
        return "A text ends on its own line: write a line break inside of it as \\n."
    if error.msg.startswith("Extra data"):
        return "The file goes on after its end: take the rest out."
    if error.msg.startswith("Unterminated string"):
        return "The text that begins here has no closing quotation mark."
    return "Mend the JSON here."


class _Scanner:
    """Walks over a text that is known to be JSON and notes where each value begins."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[Path, int] = {}
        self.twice: list[Path] = []
        self._line, self._counted = 1, 0

    def value(self, at: int, path: Path) -> int:
        """Notes the value at `at` and all in it; returns where it ends."""
        at = self._after_space(at)
        if path in self.lines:
            self.twice.append(path)
        self.lines[path] = self._line_of(at)
        match self.text[at]:
            case "{":
                return self._members(at + 1, path)
            case "[":
                return self._items(at + 1, path)
            case '"':
                return self._text_at(at)[1]
            case _:
                found = _SCALAR.match(self.text, at)
                return found.end() if found else at + 1

    def _members(self, at: int, path: Path) -> int:
        at = self._after_space(at)
        while self.text[at] != "}":
            key, at = self._text_at(self._after_space(at))
            at = self.value(self._after_space(at) + 1, (*path, key))
            at = self._after_comma(at)
        return at + 1

    def _items(self, at: int, path: Path) -> int:
        at, number = self._after_space(at), 0
        while self.text[at] != "]":
            at = self._after_comma(self.value(at, (*path, number)))
            number += 1
        return at + 1

    def _text_at(self, at: int) -> tuple[str, int]:
        """The text in quotation marks that begins at `at`, and where it ends."""
        found = _TEXT.match(self.text, at)
        if found is None:
            raise NotJson(self._line_of(at), "This isn't JSON.", "Mend the JSON here.")
        return str(json.loads(found[0])), found.end()

    def _after_comma(self, at: int) -> int:
        at = self._after_space(at)
        return self._after_space(at + 1) if self.text[at] == "," else at

    def _after_space(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _line_of(self, at: int) -> int:
        self._line += self.text.count("\n", self._counted, at)
        self._counted = at
        return self._line
