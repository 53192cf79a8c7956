"""`moneta … --script - --json` as the figures drive it: a line in, a line out, no thread between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DEMO = (sys.executable, "-m", "moneta", "demo")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


class Program:
    """A running demo; `start_seconds` is from the start of its process to its first line."""

    def __init__(self, folder: str) -> None:
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [*DEMO, "--script", "-", "--json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=folder,
            env=ENVIRONMENT,
        )
        self.ready = self._line()
        self.start_seconds = time.perf_counter() - began

    def say(self, text: str) -> tuple[dict[str, Any], float]:
        """The reply and the milliseconds from the line written to the line read."""
        if self.process.stdin is None:
            raise AssertionError("asked for a pipe")
        began = time.perf_counter()
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        reply = self._line()
        return reply, (time.perf_counter() - began) * 1000

    def expect(self, text: str, status: str) -> tuple[dict[str, Any], float]:
        """As `say`; raises RuntimeError for another verdict."""
        reply, milliseconds = self.say(text)
        if (reply["verdict"] or {}).get("status") != status:
            raise RuntimeError(f"{text}: {reply['reply']}")
        return reply, milliseconds

    def _line(self) -> dict[str, Any]:
        if self.process.stdout is None:
            raise AssertionError("asked for a pipe")
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the demo ended; its reason is on standard error")
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process.wait(10)


@contextmanager
def demo() -> Iterator[Program]:
    """A demo in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        program = Program(folder)
        try:
            yield program
        finally:
            program.end()
