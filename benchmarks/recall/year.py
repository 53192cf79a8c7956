"""A year of talk, day by day by a clock of its own: how large file and process are at the end of each month."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.recall.scale import size_of
from benchmarks.recall.talk import Talk
from memory.memory import Memory

PEOPLE, MESSAGES_A_DAY, MONTHS = 20, 6, 12
DAY, MONTH = 86_400, 30
FROM, TO = 6, 12
"""Months that are compared: what is kept whole is a quarter."""
MOST_GROWTH = 1.1
SEED = 11


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="moneta-year-") as folder:
        yield from asyncio.run(_lived(Path(folder)))


async def _lived(folder: Path) -> list[Figure]:
    now = 1_700_000_000
    memory = await Memory.open(folder, lambda: now)
    talk, sizes, rss = Talk(SEED), [], []
    found: list[Figure] = []
    users = [f"{number:032x}" for number in range(PEOPLE)]
    for month in range(1, MONTHS + 1):
        for day in range(MONTH):
            for user in users:
                for _ in range(MESSAGES_A_DAY):
                    memory.keep_soon(user, f"telegram:{user[-8:]}", talk.said(), talk.answered())
            await memory.settled()
            now += DAY
            if day % 7 == 0:
                await memory.embed_new()
                await memory.retain()
        for user in users:
            await memory.recalled(user, talk.asked(), 6)
        sizes.append(await asyncio.to_thread(size_of, folder))
        rss.append(_rss())
        found.append(Figure(f"recall_year_month_{month}_files", sizes[-1], "MB"))
        found.append(Figure(f"recall_year_month_{month}_rss", rss[-1], "MB"))
    await memory.close()
    found.append(Figure("recall_year_files_month_12_to_6", sizes[TO - 1] / sizes[FROM - 1], "times", MOST_GROWTH))
    grown = None if rss[TO - 1] is None or not rss[FROM - 1] else (rss[TO - 1] or 0) / (rss[FROM - 1] or 1)
    return [*found, Figure("recall_year_rss_month_12_to_6", grown, "times", MOST_GROWTH)]


def _rss() -> float | None:
    """Resident memory in 10**6 bytes; None where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * 4_096 / 10**6
