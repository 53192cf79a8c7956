"""The second start: from the start of the process to the ready line, to the prompt at a pseudo-terminal, and to the
first reply: a `hi` that waits already where `moneta chat` begins, in a folder that was used before.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pexpect

import devnet
from benchmarks.figure import Figure
from benchmarks.program import DEMO, ENVIRONMENT, demo

TARGET_SECONDS = 2.0
REPLY_SECONDS = 0.8


def figures(quick: bool) -> Iterator[Figure]:
    starts = 3 if quick else 5
    yield Figure(f"start_to_ready_line_median_of_{starts}", median(_ready(starts)), "s", TARGET_SECONDS)
    yield Figure(f"start_to_prompt_median_of_{starts}", median(_prompt(starts)), "s", TARGET_SECONDS)
    yield Figure(f"start_to_first_reply_median_of_{starts}", median(_replies(starts)), "s", REPLY_SECONDS)


def _replies(count: int) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        devnet.up(Path(folder))
        try:
            return [_one_reply(folder) for _ in range(count + 1)][1:]  # the first makes the wallet
        finally:
            devnet.down(Path(folder))


def _one_reply(folder: str) -> float:
    """Seconds from the start of the process to the object that answers `hi`."""
    command = [*DEMO[:-1], "chat", "--dir", folder, "--script", "-", "--json"]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=ENVIRONMENT, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("asked for pipes")
    process.stdin.write("hi\n")
    process.stdin.close()
    taken = 0.0
    for line in process.stdout:
        if json.loads(line).get("user") == "hi":
            taken = time.perf_counter() - began
    if process.wait(10) or not taken:
        raise RuntimeError("hi was not answered; the reason is on standard error")
    return taken


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
