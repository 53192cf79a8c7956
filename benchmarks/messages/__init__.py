"""What a message costs on its whole way: taken in durably, understood by a model, answered, delivered, remembered.

The service, runtime, ledger and memory of an instance on devnet, in this process; the model answers at once. Each
message is new, goes to the model exactly once, with the conversation so far, rates and portfolio, and is talk.
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.chat.watching import pss
from benchmarks.figure import Figure
from benchmarks.messages import bare
from benchmarks.messages.rooms import Talk, opened

ROOMS = 20
BLOCK = 100  # messages of ours, then the same rows by SQLite alone, so that both see the same machine
WARM_UP = 100
A_SECOND, P99_MS, OVER_BARE, GROWTH_PERCENT = 300, 15, 2, 10
USUAL = {"messages_a_minute": 20, "message_burst": 10}
REPLIES_TO_A_FLOOD = USUAL["message_burst"] + 1
"""With the usual limits: as many as are answered in a row, and the one that names the limit."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many messages: in one room, over ROOMS, in bursts, and while the process's memory is watched."""

    one_room: int
    over_rooms: int
    bursts: tuple[int, ...]
    watched: int


FULL, QUICK = Size(1_000, 200, (5, 50, 500), 10_000), Size(200, 200, (5, 50), 0)


def figures(quick: bool) -> Iterator[Figure]:
    return iter(asyncio.run(_figures(QUICK if quick else FULL)))


async def _figures(size: Size) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="moneta-bench-") as folder:
        ours, alone = Path(folder) / "ours", Path(folder) / "alone"
        await bare.tables(alone)
        found = []
        async with opened(ours, ROOMS) as talk:
            rooms = await talk.come_in(ROOMS)
            await talk.chat(rooms[0], WARM_UP)
            calls, letters, said = talk.model.calls, talk.model.letters, talk.said
            found += await _one_room(talk, rooms[0], size.one_room, ours, alone)
            found += await _over_rooms(talk, rooms, size.over_rooms, ours, alone)
            for count in size.bursts:
                found += await _burst(talk, rooms[0], count)
            said = talk.said - said
            found.append(Figure("model_calls_a_message", (talk.model.calls - calls) / said, "calls", 1))
            found.append(
                Figure("model_characters_a_message_without_tools", (talk.model.letters - letters) / said, "")
            )
            if size.watched:
                found.append(await _growth(talk, rooms[0], size.watched))
            found += await _flood(talk, rooms[0])
    return found


async def _one_room(talk: Talk, room: str, count: int, ours: Path, alone: Path) -> list[Figure]:
    """Closed loop: each message after the reply to the one before."""
    taken: list[float] = []
    ratios: list[float] = []
    theirs = cpu = 0.0
    for _ in range(count // BLOCK):
        after, began = bare.last(ours), time.process_time()
        block = await talk.chat(room, BLOCK)
        cpu += time.process_time() - began
        seconds = await _again(alone, ours, after, BLOCK)
        taken += block
        theirs += seconds
        ratios.append(sum(block) / seconds)
    return [
        Figure("one_room_messages_a_second", count / sum(taken), "messages/s", A_SECOND, at_least=True),
        Figure("one_room_median", median(taken) * 1e3, "ms"),
        Figure("one_room_p99", _p99(taken) * 1e3, "ms", P99_MS),
        Figure("one_room_processor_time_a_message", cpu / count * 1e3, "ms"),
        Figure("bare_sqlite_of_the_same_rows_a_message", theirs / count * 1e3, "ms"),
        Figure(f"one_room_over_bare_sqlite_median_of_{len(ratios)}", median(ratios), "ratio", OVER_BARE),
    ]


async def _over_rooms(talk: Talk, rooms: list[str], count: int, ours: Path, alone: Path) -> list[Figure]:
    """Closed loops side by side, a person in each room."""
    for room in rooms:
        await talk.chat(room, 1)  # what a person holds is looked up with their first words
    after, began = bare.last(ours), time.perf_counter()
    taken = [each for of_one in await _side_by_side(talk, rooms, count) for each in of_one]
    seconds = time.perf_counter() - began
    theirs = await _again(alone, ours, after, count)
    return [
        Figure(f"over_{len(rooms)}_rooms_messages_a_second", count / seconds, "messages/s", A_SECOND, at_least=True),
        Figure(f"over_{len(rooms)}_rooms_p99", _p99(taken) * 1e3, "ms"),
        Figure(f"over_{len(rooms)}_rooms_over_bare_sqlite", seconds / theirs, "ratio", OVER_BARE),
    ]


async def _side_by_side(talk: Talk, rooms: list[str], count: int) -> list[list[float]]:
    return await asyncio.gather(*(talk.chat(room, count // len(rooms)) for room in rooms))


async def _burst(talk: Talk, room: str, count: int) -> list[Figure]:
    """All at once; the answers must come in the order of the messages."""
    heard = talk.rooms.heard[room]
    before = len(heard)
    taken = await talk.chat_at_once(room, count)
    answers = heard[before:]
    wrong = count - len(answers) + sum(1 for one, after in pairwise(answers) if after < one)
    return [
        Figure(f"burst_of_{count}_to_the_first_reply", min(taken) * 1e3, "ms"),
        Figure(f"burst_of_{count}_to_the_last_reply", max(taken) * 1e3, "ms"),
        Figure(f"burst_of_{count}_unanswered_or_out_of_order", wrong, "messages", 0),
    ]


async def _growth(talk: Talk, room: str, count: int) -> Figure:
    """How much larger the process (its proportional set size) is after so many more messages, in percent."""
    gc.collect()
    before = pss(os.getpid())
    await talk.chat(room, count)
    gc.collect()
    after = pss(os.getpid())
    grown = None if before is None or after is None else (after / before - 1) * 100
    return Figure(f"pss_growth_over_{count}_messages", grown, "%", GROWTH_PERCENT)


async def _flood(talk: Talk, room: str) -> list[Figure]:
    """50 at once with the limits that hold where the operator sets none."""
    talk.limit(USUAL)
    replies = await talk.flood(room, 50)
    return [Figure("burst_of_50_with_the_usual_limits_replies", replies, "replies", REPLIES_TO_A_FLOOD)]


async def _again(alone: Path, ours: Path, after: int, count: int) -> float:
    """Seconds of SQLite alone for what was just said. It waits until our own last mark is on the disk."""
    await asyncio.sleep(0.3)
    written, seconds = bare.again(alone, ours, after)
    if written != count:
        raise RuntimeError(f"{written} of {count} messages are in the ledger")
    return seconds


def _p99(taken: list[float]) -> float:
    return sorted(taken)[len(taken) * 99 // 100]
