"""10,000 random sentences, answers and plans through mind, bind, policy and signer: how many broke a promise."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from tests.unit.fuzzing import Broken, bench_with_friend, run
from tests.unit.signer_parts import Bench

CASES = 10_000
FEWER = 1_000


def figures(quick: bool) -> Iterator[Figure]:
    cases = FEWER if quick else CASES
    broken = 0
    ended: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_with_friend(Bench(Path(folder)))
        for seed in range(cases):
            try:
                ended += asyncio.run(run(bench, seed, 1))
            except Broken as error:
                broken += 1
                sys.stderr.write(f"{error}\n")
        bench.record.close()
    bound, signed = ended["words: bound"], ended["plan: signed"]
    yield Figure("fuzz_broken", broken, f"of {cases} cases ({bound} bound, {signed} signed)", 0)
