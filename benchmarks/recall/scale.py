"""A million messages of a thousand people, written as in production, and recall while that goes on and after it.

Each message and its answer goes in through `keep_soon`, a batch of them a commit (write-ahead log, synchronous
NORMAL, as in production: the ledger is what survives a power cut); vectors are made between the batches.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.recall.talk import Talk
from memory.memory import Memory

MOST_MS = 15.0
BATCH, TOGETHER = 400, 20
"""Messages with their answers that are written together, and that come at the same moment."""
SENTENCES = 50_000
"""Made before the clock starts, and said again and again in another order."""
EMBEDDED = 20_000
"""Messages, between two makings of vectors."""
ASKED, PAUSE = 2_000, 0.02
LIMIT = 6
SEED = 7


def figures(messages: int, people: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="moneta-recall-") as folder:
        yield from asyncio.run(_measured(Path(folder), messages, people))


async def _measured(folder: Path, messages: int, people: int) -> list[Figure]:
    memory = await Memory.open(folder, lambda: int(time.time()))
    users = [f"{number * 2654435761 % 2**128:032x}" for number in range(1, people + 1)]
    talk, writing = Talk(SEED), asyncio.Event()
    said = [talk.said() for _ in range(SENTENCES)]
    answered = [talk.answered() for _ in range(SENTENCES)]
    _asker()
    asking = asyncio.create_task(_while(memory, users, writing))
    begun = time.perf_counter()
    embedding = await _write(memory, users, messages, talk, said, answered)
    seconds = time.perf_counter() - begun
    writing.set()
    during = await asking
    working = time.process_time()
    after = await _asked(memory, users, ASKED)
    working = (time.process_time() - working) / ASKED * 1_000
    size = await asyncio.to_thread(size_of, folder)
    begun = time.perf_counter()
    gone = await memory.forget(users[0])
    forgotten = time.perf_counter() - begun
    await memory.close()
    name = f"recall_{messages}_messages_{people}_people"
    return [
        Figure(f"{name}_written", messages / seconds, "messages/s"),
        Figure(f"{name}_part_of_that_for_vectors", 100 * embedding / seconds, "%"),
        *_percentiles(f"{name}_while_written", during),
        *_percentiles(name, after),
        Figure(f"{name}_processor_time", working, "ms"),
        Figure(f"{name}_files", size, "MB"),
        Figure(f"{name}_bytes_a_message", size * 10**6 / messages, "bytes"),
        Figure(f"{name}_one_of_them_forgotten ({gone} messages)", forgotten, "s"),
    ]


async def _write(
    memory: Memory, users: list[str], messages: int, talk: Talk, said: list[str], answered: list[str]
) -> float:
    """Says and answers everything; the seconds that the vectors took."""
    embedding, since, chance = 0.0, 0, talk.chance
    for number in range(messages // 2):
        user = users[chance.randrange(len(users))]
        memory.keep_soon(user, f"discord:{user[:18]}", chance.choice(said), chance.choice(answered))
        since += 2
        if number % TOGETHER == 0:
            await asyncio.sleep(0)
        if number % BATCH == BATCH - 1:
            await memory.settled()
        if since >= EMBEDDED:
            since, begun = 0, time.perf_counter()
            await memory.embed_new()
            embedding += time.perf_counter() - begun
    await memory.settled()
    begun = time.perf_counter()
    await memory.embed_new()
    return embedding + time.perf_counter() - begun


async def _while(memory: Memory, users: list[str], over: asyncio.Event) -> list[float]:
    """Recalls, some fifty a second, until all is written."""
    taken: list[float] = []
    while not over.is_set():
        taken += await _asked(memory, users, 1, seed=len(taken))
        await asyncio.sleep(PAUSE)
    return taken


async def _asked(memory: Memory, users: list[str], count: int, seed: int = SEED) -> list[float]:
    """The milliseconds of each of so many recalls."""
    talk, taken = _asker(), []
    talk.chance.seed(seed)
    for _ in range(count):
        user, question = talk.chance.choice(users), talk.asked()
        begun = time.perf_counter()
        await memory.recalled(user, question, LIMIT)
        taken.append((time.perf_counter() - begun) * 1_000)
    return taken


_ASKERS: list[Talk] = []


def _asker() -> Talk:
    if not _ASKERS:
        _ASKERS.append(Talk(SEED))
    return _ASKERS[0]


def size_of(folder: Path) -> float:
    """All files of a folder together, in 10**6 bytes."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 10**6


def _percentiles(name: str, taken: list[float]) -> list[Figure]:
    ranked = sorted(taken)
    p50, p99 = ranked[len(ranked) // 2], ranked[min(len(ranked) - 1, len(ranked) * 99 // 100)]
    return [Figure(f"{name}_p50", p50, "ms"), Figure(f"{name}_p99", p99, "ms", MOST_MS)]
