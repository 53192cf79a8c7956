"""memory.db: what was said, noted and read. Deleting it changes no verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from memory.part import Clock
from memory.sqlite.store import Store
from memory.talk.caring import Caring
from memory.talk.owned import reindexed
from memory.talk.retention import Keep
from memory.talk.turns import Turn
from memory.talk.vectors import Embedder

if TYPE_CHECKING:
    from sqlite_utils import Database

FILE = "memory.db"


class Memory(Caring):
    """All users' conversations and notes, each seen by its own user alone."""

    @classmethod
    async def open(
        cls,
        folder: Path,
        now: Clock,
        *,
        spare: bool = False,
        embedder: Embedder | None = None,
        keep: Keep | None = None,
    ) -> Memory:
        """The memory in `folder`, made where there is none. Raises Unavailable('memory').

        With `spare` a file that can't be used is kept in memory alone: what is said then is forgotten at the end.
        """
        store = await Store.open(folder / FILE, _migrate, synchronous="NORMAL", spare=spare, mend=reindexed)
        return cls(store, now, embedder, keep)

    async def close(self) -> None:
        await self._care_no_more()
        await self._kept()
        await self._store.close()
        await self.embedder.close()


def _migrate(db: Database) -> None:
    from memory.steps.migrations import migrate_memory  # late, in the writer's thread, as sqlite_utils itself

    migrate_memory(db)


__all__ = ["FILE", "Memory", "Turn"]
