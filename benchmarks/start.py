"""The second start: from the start of the process to the ready line, and to the prompt at a pseudo-terminal."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from statistics import median

import pexpect

from benchmarks.figure import Figure
from benchmarks.program import DEMO, ENVIRONMENT, demo

TARGET_SECONDS = 2.0


def figures(quick: bool) -> Iterator[Figure]:
    starts = 3 if quick else 5
    yield Figure(f"start_to_ready_line_median_of_{starts}", median(_ready(starts)), "s", TARGET_SECONDS)
    yield Figure(f"start_to_prompt_median_of_{starts}", median(_prompt(starts)), "s", TARGET_SECONDS)


def _ready(count: int) -> list[float]:
    taken = []
    for _ in range(count):
        with demo() as program:
            taken.append(program.start_seconds)
    return taken


def _prompt(count: int) -> list[float]:
    return [_one_prompt() for _ in range(count)]


def _one_prompt() -> float:
    command, *words = DEMO
    environment = {**ENVIRONMENT, "TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        began = time.perf_counter()
        terminal = pexpect.spawn(command, words, cwd=folder, env=environment, encoding="utf-8", timeout=30)
        terminal.expect(re.compile("you>"))
        taken = time.perf_counter() - began
        terminal.sendeof()
        terminal.expect(pexpect.EOF)
        terminal.close()
        return taken
