"""Replies that a platform refused for good, with its reason, until they are queued again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memory.messages.inbox import outbox_row
from memory.part import Part, dump, many, one
from memory.rows import OutboxRow

if TYPE_CHECKING:
    from sqlite_utils import Database

_KEPT = "outbox.status = 'queued' AND outbox.dropped IS NOT NULL"


class PutAside(Part):
    async def put_aside(self, outbox_id: int, reason: str) -> None:
        """The platform takes it neither now nor later, for this reason."""
        sql = "UPDATE outbox SET dropped = ? WHERE id = ? AND status = 'queued'"
        await self._store.write(lambda db: db.execute(sql, (reason, outbox_id)).rowcount)

    async def people_put_off(self) -> list[str]:
        """The people for whom something is kept, as they are known since they linked."""
        sql = f"""SELECT DISTINCT coalesce(merges.into_user, outbox.user) AS whose
                  FROM outbox LEFT JOIN merges ON merges.user = outbox.user WHERE {_KEPT}"""  # noqa: S608
        return await self._store.read(lambda db: [str(row["whose"]) for row in many(db, sql)])

    async def kept_for(self, user: str) -> list[OutboxRow]:
        """What is kept for a person, the oldest first."""
        sql = f"""SELECT * FROM outbox WHERE {_KEPT} AND user IN
                  (SELECT ? UNION SELECT user FROM merges WHERE into_user = ?) ORDER BY id"""  # noqa: S608
        return await self._store.read(lambda db: [outbox_row(row) for row in many(db, sql, (user, user))])

    async def queue_again(self, outbox_id: int, platform: str, channel: str, body: Mapping[str, Any]) -> OutboxRow:
        """Queues a kept reply for a channel in which its person can be reached alone. Raises LookupError."""

        def change(db: Database) -> OutboxRow:
            row = one(
                db,
                f"""UPDATE outbox SET dropped = NULL, platform = ?, channel = ?, meta_json = '{{}}', body_json = ?
                    WHERE id = ? AND {_KEPT} RETURNING *""",  # noqa: S608
                (platform, channel, dump(body), outbox_id),
            )
            if row is None:
                raise LookupError(f"no reply {outbox_id} is kept")
            return outbox_row(row)

        return await self._store.write(change)
