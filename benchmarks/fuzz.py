"""10,000 random sentences, answers and plans through mind, bind, policy and signer, and some hundred through a whole
instance on devnet: how many broke a promise.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import devnet
from agent.intents import as_json
from benchmarks.figure import Figure
from tests.integration.runtime_parts import BOB, opened
from tests.integration.test_payloads_whole import Puppet
from tests.unit.fuzzing import Broken, bench_with_friend, proposal, run, unsaid
from tests.unit.signer_parts import Bench

CASES = 10_000
FEWER = 1_000
ON_DEVNET = 300


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
    if not quick:
        yield asyncio.run(_on_devnet())
    yield Figure("fuzz_broken", broken, f"of {cases} cases ({bound} bound, {signed} signed)", 0)


async def _on_devnet() -> Figure:
    """Each case is said and confirmed. What the chain then shows must be what a bound intent allows."""
    broken = 0
    with tempfile.TemporaryDirectory() as folder, devnet.start(Path(folder) / "node") as node:
        (Path(folder) / "instance").mkdir()
        async with opened(Path(folder) / "instance", node) as whole:
            await whole.say(f"add contact bob {BOB}")
            settled = 0
            for seed in range(ON_DEVNET):
                text, intent = proposal(seed)
                if intent is None or intent.action == "advance":
                    continue
                whole.world.mind = Puppet(as_json(intent))  # type: ignore[assignment]
                before = len(await whole.attempts())
                previewed = await whole.say(text)
                if previewed.plan is not None:
                    await whole.confirm()
                signed = len(await whole.attempts()) - before
                settled += signed > 0
                broken += signed > 0 and bool(unsaid(intent, text))
    return Figure("fuzz_devnet_broken", broken, f"of {ON_DEVNET} cases ({settled} settled)", 0)
