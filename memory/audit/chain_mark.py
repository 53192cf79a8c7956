"""Which chain this ledger speaks of, so that it never calls a transaction lost for having met another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import Refused
from memory.part import Part, one
from memory.rows import ChainMark

if TYPE_CHECKING:
    from sqlite_utils import Database


class ChainMarks(Part):
    async def mark_chain(self, mark: ChainMark) -> None:
        """Remembers the last block seen. Raises Refused('another-chain') for another chain id or genesis."""

        def write(db: Database) -> None:
            known = find_mark(db)
            if known is not None and (known.chain_id, known.genesis_hash) != (mark.chain_id, mark.genesis_hash):
                raise Refused(
                    "another-chain",
                    f"This ledger belongs to chain {known.chain_id} with genesis {known.genesis_hash}.",
                    "Connect to that chain, or start with an empty folder.",
                )
            db.execute(
                """INSERT OR REPLACE INTO chain_mark
                   (id, chain_id, genesis_hash, last_block_number, last_block_hash) VALUES (1, ?, ?, ?, ?)""",
                (mark.chain_id, mark.genesis_hash, mark.last_block_number, mark.last_block_hash),
            )

        await self._store.write(write)

    async def chain_mark(self) -> ChainMark | None:
        """The mark, None in a new ledger."""
        return await self._store.read(find_mark)


def find_mark(db: Database) -> ChainMark | None:
    """The mark, None in a new ledger."""
    row = one(db, "SELECT chain_id, genesis_hash, last_block_number, last_block_hash FROM chain_mark")
    return None if row is None else ChainMark(**row)
