"""`moneta demo --autopilot` under several seeds: how long it takes, and what came out against holding.

`python -m benchmarks.autopilot [--span 90d] [--seeds 5]`, a JSON line a figure. A seed is another demand of the
borrowers; none was chosen for what comes out of it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import devnet
from benchmarks.figure import Figure, shown
from benchmarks.program import DEMO, ENVIRONMENT

SPAN, SEEDS = "90d", 5
TARGET_SECONDS = 60.0
USD = 10**8
LONGEST_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Run:
    """One seed: the seconds that it took from start to end, and its closing object."""

    seed: int
    seconds: float
    closed: dict[str, Any]

    def dollars(self, *keys: str) -> float:
        """A figure in USD with 8 decimals, in dollars."""
        value: Any = self.closed
        for key in keys:
            value = value[key]
        return int(value) / USD


def run(span: str, seed: int) -> Run:
    """Raises RuntimeError where it fails."""
    command = [*DEMO, "--autopilot", span, "--seed", str(seed), "--json"]
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        done = subprocess.run(
            command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, timeout=LONGEST_SECONDS
        )
    if done.returncode != 0:
        raise RuntimeError(f"seed {seed} failed; its reason is on standard error")
    return Run(seed, time.perf_counter() - began, json.loads(done.stdout.splitlines()[-1]))


def figures(span: str = SPAN, seeds: Sequence[int] = tuple(range(1, SEEDS + 1))) -> Iterator[Figure]:
    """A run's figures as soon as it ends, then those of all."""
    runs = []
    for seed in seeds:
        one = run(span, seed)
        runs.append(one)
        name = f"autopilot_{span}_seed_{seed}"
        yield Figure(f"{name}_net", one.dollars("moneta", "net_usd"), "USD")
        yield Figure(f"{name}_held", one.dollars("held", "net_usd"), "USD")
        yield Figure(f"{name}_ahead_of_holding", one.dollars("ahead_usd"), "USD")
        yield Figure(f"{name}_gas", one.dollars("moneta", "gas_usd"), "USD")
        yield Figure(f"{name}_moves", one.closed["moves"], "moves")
        yield Figure(f"{name}_refused", one.closed["refused"], "moves")
        yield Figure(f"{name}_seconds", one.seconds, "s", TARGET_SECONDS if span == SPAN else None)
    ahead = [one.dollars("ahead_usd") for one in runs]
    yield Figure(f"autopilot_{span}_seeds_ahead_of_holding", sum(each > 0 for each in ahead), f"of {len(runs)}")
    yield Figure(f"autopilot_{span}_mean_ahead_of_holding", sum(ahead) / len(ahead), "USD")


def main() -> int:
    reader = argparse.ArgumentParser(prog="benchmarks.autopilot", description=__doc__)
    reader.add_argument("--span", default=SPAN, help=f"how long each runs (default: {SPAN})")
    reader.add_argument("--seeds", type=int, default=SEEDS, help=f"how many seeds, from 1 on (default: {SEEDS})")
    options = reader.parse_args()
    devnet.setup()
    return int(not shown(figures(options.span, range(1, options.seeds + 1))))


if __name__ == "__main__":
    sys.exit(main())
