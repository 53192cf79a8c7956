"""What was said to be written survives SIGKILL, and the lock of the dead doesn't."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import Refused
from memory.ledger import Ledger
from memory.sqlite.lock import ExecutorLock

pytestmark = pytest.mark.integration

CHILD = """
import asyncio, sys
from pathlib import Path
from memory.ledger import Ledger
from memory.sqlite.lock import ExecutorLock
from memory.rows import Inbound

async def main(folder):
    ledger = await Ledger.open(folder, lambda: 0)
    user = await ledger.ensure_user("terminal", "ann", "ann")
    for number in range(1_000_000):
        await ledger.accept(Inbound("terminal", str(number), "here", user.id, "hi"))
        print("committed", number, flush=True)

folder = Path(sys.argv[1])
with ExecutorLock(folder):
    asyncio.run(main(folder))
"""


async def look(folder: Path) -> tuple[list[int], list[str]]:
    ledger = await Ledger.open(folder, lambda: 0)
    try:
        return [int(row.update_id) for row in await ledger.unfinished()], await ledger.verify_audit()
    finally:
        await ledger.close()


def test_a_killed_process_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(100)]
        with pytest.raises(Refused, match=f"Process {child.pid} "):
            ExecutorLock(tmp_path).acquire()
        child.kill()
        lines += child.stdout.readlines()
    said = [int(line.split()[1]) for line in lines if line.endswith("\n")]
    with ExecutorLock(tmp_path):
        kept, problems = asyncio.run(look(tmp_path))
    assert len(said) >= 100
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 1  # one may have been durable and not yet said so
    assert problems == []
