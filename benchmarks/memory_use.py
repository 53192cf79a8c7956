"""Proportional set size of the main process, the signer and the node, after a deposit and a while of idleness."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.program import demo

TARGET_MB = 120.0


def figures(quick: bool) -> Iterator[Figure]:
    if sys.platform != "linux":
        return  # smaps_rollup is Linux's
    idle = 5 if quick else 60
    with demo() as program:
        program.expect("put 1,000 USDC to work", "ready")
        program.expect("/confirm", "settled")
        time.sleep(idle)
        main = program.process.pid
        yield Figure(f"main_process_pss_after_{idle}_s_idle", _megabytes(main), "MB", TARGET_MB)
        for name, words in (("signer", "agent.execution.signer"), ("node", "/bin/anvil --host")):
            pid = _below(main, words)
            yield Figure(f"{name}_pss_after_{idle}_s_idle", _megabytes(pid) if pid else None, "MB")


def _megabytes(pid: int) -> float | None:
    """10**6 bytes; None where the system doesn't show it (another user's, or a signer that hides its memory)."""
    try:
        found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except PermissionError:
        return None
    return int(found[1]) * 1024 / 10**6 if found else None


def _below(root: int, words: str) -> int | None:
    """The descendant of a process whose own command line has these words, and that isn't the shell that holds it."""
    listed = subprocess.run(["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    parent = {int(row[0]): int(row[1]) for row in rows}
    for pid, _, args in (row for row in rows if len(row) == 3):
        above = int(pid)
        while above in parent and above != root:
            above = parent[above]
        if above == root and words in args and " -c " not in args[:20]:
            return int(pid)
    return None
