"""How many sentences a second `moneta interpret` reads, from its first answer to its last."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.program import DEMO, ENVIRONMENT
from tests.unit.spoken import understood

SENTENCES = (
    "put 1,000 USDC to work",
    "withdraw half my usdc",
    "best yield for dai?",
    "get me out of everything",
    "deposit 2.5k dai into aave core",
    "don't deposit 100 usdc",
    "what can you do?",
    "deposit 1,00 usdc",
)
COUNT = 2_000
# Pieces that were once read again and again when somebody repeated them.
NOISE = ("$", "two thousand and ", "aave v3 prime ", "0x", "½ a ", "…", "a-", " '", "how much money do ", "$-")
LENGTH = 10_000


def figures(quick: bool) -> Iterator[Figure]:
    del quick
    lines = [
        json.dumps({"id": n, "text": SENTENCES[n % len(SENTENCES)], "context": None}) + "\n" for n in range(COUNT)
    ]
    process = subprocess.Popen(
        [*DEMO[:3], "interpret"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("asked for pipes")
    process.stdin.write(lines[0])
    process.stdin.flush()
    process.stdout.readline()
    began = time.perf_counter()
    answered = process.communicate("".join(lines[1:]))[0].count("\n")
    taken = time.perf_counter() - began
    if answered != COUNT - 1:
        raise RuntimeError(f"{answered} answers to {COUNT - 1} lines")
    yield Figure("interpret_lines_a_second", answered / taken, "lines/s")
    yield Figure("interpret_10000_characters_of_noise_slowest", max(map(_noise, NOISE)) * 1e3, "ms")


def _noise(piece: str) -> float:
    """Seconds of processor for one message of repeated noise."""
    began = time.process_time()
    understood((piece * LENGTH)[:LENGTH])
    return time.process_time() - began
