"""How often a known fact is among the first five that are recalled, among 400 other things that were said: asked in
other words, and with slips of the finger; by words alone, by likeness alone, and by both with recency.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.recall.facts import FACTS
from benchmarks.recall.talk import Talk
from memory.memory import Memory
from memory.talk.recalling import Way

OTHERS, FIRST, SEED = 400, 5, 5
WAYS: dict[str, tuple[Way, ...]] = {
    "words": ("words",),
    "likeness": ("likeness",),
    "both": ("words", "likeness"),
}


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="moneta-facts-") as folder:
        yield from asyncio.run(_asked(Path(folder)))


async def _asked(folder: Path) -> list[Figure]:
    memory = await Memory.open(folder, lambda: 1_800_000_000)
    talk = Talk(SEED)
    every = OTHERS // len(FACTS)
    for fact, _, _ in FACTS:
        await memory.note("ann", "here", "fact", fact)
        for _ in range(every):
            memory.keep_soon("ann", "here", talk.said(), talk.answered())
        await memory.settled()
    await memory.embed_new()
    found = []
    for name, place in (("other_words", 1), ("slips", 2)):
        for way, ways in WAYS.items():
            hits = 0
            for known in FACTS:
                first = await memory.recalled("ann", known[place], FIRST, ways=ways)
                hits += any(each.told.text == known[0] for each in first)
            found.append(Figure(f"recall_hit_at_5_{name}_{way}", 100 * hits / len(FACTS), "%"))
    await memory.close()
    return found
