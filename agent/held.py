"""A folder that is held before all else of an instance is open: its executor lock, and its ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from memory.ledger import Ledger
from memory.sqlite.lock import ExecutorLock


@dataclass(frozen=True, slots=True)
class Held:
    """Whoever has it closes it, or hands it on (agent.compose.open_instance)."""

    lock: ExecutorLock
    ledger: Ledger

    @classmethod
    async def of(cls, folder: Path, now: Callable[[], int]) -> Self:
        """Raises as the lock and the ledger do: Refused("one-executor"), Unavailable("ledger")."""
        lock = ExecutorLock(folder)
        lock.acquire()
        try:
            return cls(lock, await Ledger.open(folder, now, executes=True))
        except BaseException:
            lock.release()
            raise

    async def close(self) -> None:
        """Lets go of both."""
        await self.ledger.close()
        self.lock.release()
