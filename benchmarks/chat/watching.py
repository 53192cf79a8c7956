"""What the main process uses: processor time, resident and proportional set size. Linux's /proc, else nothing."""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass
from pathlib import Path

EVERY_SECONDS = 2.0


def pss(pid: int) -> float | None:
    """Proportional set size in MB of 10**6 bytes."""
    try:
        found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 / 10**6 if found else None


def rss(pid: int) -> float | None:
    """Resident set size in MB of 10**6 bytes."""
    try:
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 / 10**6 if found else None


def cpu_seconds(pid: int) -> float:
    """Processor time that it has used, 0 where that isn't told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Peak:
    """The most that was seen of a process, whichever it is just now."""

    pid: int
    rss: float = 0.0
    pss: float = 0.0

    async def watch(self) -> None:
        while True:
            self.rss = max(self.rss, rss(self.pid) or 0.0)
            self.pss = max(self.pss, pss(self.pid) or 0.0)
            await asyncio.sleep(EVERY_SECONDS)
