"""`moneta guard`: recorded tool calls through bind and policy, as a dry run. Nothing is signed anywhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from agent.commands.output import complain, json_line
from agent.errors import Unavailable
from agent.guard.tally import Tally


def guard(file: str) -> int:
    """Judges each line of a file (`-`: standard input) on a line of its own; a summary goes to standard error.

    0 where every line was a recorded run.
    """
    if file == "-":
        return _judged(sys.stdin)
    try:
        with Path(file).open(encoding="utf-8", errors="replace", newline="\n") as lines:
            return _judged(lines)
    except OSError as error:
        raise Unavailable("file", f"{file} can't be read: {error.strerror or error}") from error


def _judged(lines: Iterable[str]) -> int:
    tally = Tally()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            json_line(tally.line(number, line))
    for problem in tally.problems:
        complain(problem)
    complain(json.dumps(tally.summary()))
    return 1 if tally.problems else 0
