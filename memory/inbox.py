"""Messages in and out: each taken in exactly once, each answered, no answer lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memory.part import Part, dump, many, one
from memory.rows import Inbound, InboxRow, OutboxRow

if TYPE_CHECKING:
    from sqlite_utils import Database


class Inbox(Part):
    async def accept(self, message: Inbound) -> InboxRow | None:
        """The message's row, once it is durable; None where this update was taken in before."""

        def add(db: Database) -> InboxRow | None:
            row = one(
                db,
                """INSERT INTO inbox (platform, update_id, channel, user, text, received_at, status)
                   VALUES (?, ?, ?, ?, ?, ?, 'new') ON CONFLICT (platform, update_id) DO NOTHING RETURNING *""",
                (message.platform, message.update_id, message.channel, message.user, message.text, self._now()),
            )
            return None if row is None else _inbox_row(row)

        return await self._store.write(add)

    async def finish(self, inbox_id: int, reply: Mapping[str, Any]) -> OutboxRow:
        """Marks the message done and queues its reply, together. A second call gives the first one's reply back."""

        def close(db: Database) -> OutboxRow:
            row = one(
                db,
                "UPDATE inbox SET status = 'done', reply_json = ? WHERE id = ? AND status = 'new' RETURNING *",
                (dump(reply), inbox_id),
            )
            if row is not None:
                return self._queue(db, row["user"], row["channel"], reply, inbox_id)
            queued = one(db, "SELECT * FROM outbox WHERE inbox_id = ?", (inbox_id,))
            if queued is None:
                raise LookupError(f"no message {inbox_id}")
            return _outbox_row(queued)

        return await self._store.write(close)

    async def post(self, user_id: str, channel: str, body: Mapping[str, Any]) -> OutboxRow:
        """Queues what the agent says on its own."""
        return await self._store.write(lambda db: self._queue(db, user_id, channel, body, None))

    def _queue(
        self, db: Database, user_id: str, channel: str, body: Mapping[str, Any], inbox_id: int | None
    ) -> OutboxRow:
        row = one(
            db,
            """INSERT INTO outbox (inbox_id, user, channel, body_json, nonce, status, created_at)
               VALUES (?, ?, ?, ?, ?, 'queued', ?) RETURNING *""",
            (inbox_id, user_id, channel, dump(body), self._entropy(12).hex(), self._now()),
        )
        if row is None:
            raise AssertionError("INSERT RETURNING gave no row")
        return _outbox_row(row)

    async def sent(self, outbox_id: int) -> None:
        """The platform has it."""

        def mark(db: Database) -> None:
            db.execute(
                "UPDATE outbox SET status = 'sent', sent_at = ? WHERE id = ? AND status = 'queued'",
                (self._now(), outbox_id),
            )

        await self._store.write(mark)

    async def unfinished(self) -> list[InboxRow]:
        """Messages taken in and not answered, the oldest first: where to go on after a crash."""
        return await self._store.read(
            lambda db: [_inbox_row(row) for row in many(db, "SELECT * FROM inbox WHERE status = 'new' ORDER BY id")]
        )

    async def unsent(self) -> list[OutboxRow]:
        """Replies queued and not known to have arrived, the oldest first."""
        return await self._store.read(
            lambda db: [
                _outbox_row(row) for row in many(db, "SELECT * FROM outbox WHERE status = 'queued' ORDER BY id")
            ]
        )


def _inbox_row(row: dict[str, Any]) -> InboxRow:
    reply = row.pop("reply_json")
    return InboxRow(**row, reply=None if reply is None else json.loads(reply))


def _outbox_row(row: dict[str, Any]) -> OutboxRow:
    body = json.loads(row.pop("body_json"))
    return OutboxRow(**row, body=body)
