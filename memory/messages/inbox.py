"""Messages in and out: each taken in exactly once, each answered, no answer lost."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from memory.part import dump, many, one
from memory.people.users import Users
from memory.rows import Identity, Inbound, InboxRow, OutboxRow

if TYPE_CHECKING:
    from sqlite_utils import Database


NONCE_LETTERS = 24  # Discord takes 25
_UNSENT = "SELECT * FROM outbox WHERE status = 'queued' AND dropped IS NULL ORDER BY id"


class Inbox(Users):
    """Its writes are `aside` (memory.store): messages and replies are no part of what is known of a person."""

    async def accept(self, message: Inbound) -> InboxRow | None:
        """The message's row, once it is durable; None where this update was taken in before."""

        return await self._store.write(lambda db: self._accept(db, message))

    def _accept(self, db: Database, message: Inbound) -> InboxRow | None:
        who = message.user
        if isinstance(who, Identity):
            who = self._ensure_user(db, message.platform, who.platform_user_id, who.name).id
        said = (message.platform, message.update_id, message.channel, who, message.text, self._now())
        meta = dump(message.meta)
        row = one(
            db,
            """INSERT INTO inbox (platform, update_id, channel, user, text, received_at, kind, meta_json, status)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'new') ON CONFLICT (platform, update_id) DO NOTHING RETURNING id""",
            (*said, message.kind, meta),
        )
        if row is None:
            return None
        return InboxRow(row["id"], *said, status="new", reply=None, kind=message.kind, meta=json.loads(meta))

    async def finish(
        self, inbox_id: int, reply: Mapping[str, Any], body: Mapping[str, Any] | None = None
    ) -> OutboxRow:
        """Marks the message done and queues what is said to it, together. A second call gives the first's row back.

        `reply` stays with the message; `body` is what the channel renders, the reply itself where it is None.
        """

        return await self._store.write(lambda db: self._finish(db, inbox_id, reply, body or reply), aside=True)

    def draft(self, said: InboxRow, body: Mapping[str, Any]) -> OutboxRow:
        """The row that `finish` makes, before it is there: without an id."""
        return OutboxRow(
            id=0,
            platform=said.platform,
            inbox_id=said.id,
            user=said.user,
            channel=said.channel,
            body=body,
            nonce=_nonce(said),
            status="queued",
            created_at=self._now(),
            sent_at=None,
            meta=said.meta,
            dropped=None,
        )

    def finish_soon(
        self, said: InboxRow, reply: Mapping[str, Any], body: Mapping[str, Any], sent: bool
    ) -> asyncio.Future[OutboxRow]:
        """`finish`, and `sent` with it where that is so. In its place among the writes when this returns."""

        def close(db: Database) -> OutboxRow:
            row = self._finish(db, said.id, reply, body)
            if sent:
                self._mark_sent(db, row.id)
            return row

        return self._store.submit(close, aside=True)

    def _finish(self, db: Database, inbox_id: int, reply: Mapping[str, Any], body: Mapping[str, Any]) -> OutboxRow:
        row = one(
            db,
            "UPDATE inbox SET status = 'done', reply_json = ? WHERE id = ? AND status = 'new' RETURNING *",
            (dump(reply), inbox_id),
        )
        if row is not None:
            said = _inbox_row(row | {"reply_json": None})  # it is known: it needn't be read again
            return self._queue(
                db, said.platform, said.user, said.channel, body, inbox_id, said.meta, nonce=_nonce(said)
            )
        queued = one(db, "SELECT * FROM outbox WHERE inbox_id = ?", (inbox_id,))
        if queued is None:
            raise LookupError(f"no message {inbox_id}")
        return outbox_row(queued)

    async def thin(self, days: int) -> int:
        """Lets go of messages that were answered, and of replies that were delivered, more than so many days ago; how
        many messages those were.

        No platform brings one again that late. Each person's last in each channel stays: it says where they are.
        """
        before = self._now() - days * 86_400

        def drop(db: Database) -> int:
            old = """SELECT id FROM inbox WHERE status = 'done' AND received_at < ? AND id NOT IN
                     (SELECT max(id) FROM inbox GROUP BY user, channel)
                     AND NOT EXISTS (SELECT 1 FROM outbox WHERE inbox_id = inbox.id AND status = 'queued')"""
            ids = [(row[0],) for row in db.execute(old, (before,)).fetchall()]
            db.execute("DELETE FROM outbox WHERE inbox_id IS NULL AND status = 'sent' AND sent_at < ?", (before,))
            db.conn.executemany("DELETE FROM outbox WHERE inbox_id = ?", ids)
            db.conn.executemany("DELETE FROM inbox WHERE id = ?", ids)
            return len(ids)

        return await self._store.write(drop)

    async def redact(self, inbox_id: int) -> None:
        """Erases what a message said, from the file and its log: it was a one-time code."""
        sql = "UPDATE inbox SET text = '' WHERE id = ?"
        await self._store.write(lambda db: db.execute(sql, (inbox_id,)).rowcount, scrub=True)

    async def pass_over(self, inbox_id: int, reason: Mapping[str, Any]) -> None:
        """Marks the message done without a reply of its own: it came in a flood that was answered once."""
        sql = "UPDATE inbox SET status = 'done', reply_json = ? WHERE id = ? AND status = 'new'"
        await self._store.write(lambda db: db.execute(sql, (dump(reason), inbox_id)).rowcount, aside=True)

    async def post(self, platform: str, user_id: str, channel: str, body: Mapping[str, Any]) -> OutboxRow:
        """Queues what the agent says on its own."""
        return await self._store.write(lambda db: self._queue(db, platform, user_id, channel, body, None, {}))

    def _queue(
        self,
        db: Database,
        platform: str,
        user_id: str,
        channel: str,
        body: Mapping[str, Any],
        inbox_id: int | None,
        meta: Mapping[str, Any],
        nonce: str = "",
    ) -> OutboxRow:
        row = one(
            db,
            """INSERT INTO outbox (platform, inbox_id, user, channel, body_json, meta_json, nonce, status, created_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?) RETURNING *""",
            (
                *(platform, inbox_id, user_id, channel, dump(body), dump(meta)),
                *(nonce or self._entropy(12).hex(), self._now()),
            ),
        )
        if row is None:
            raise AssertionError("INSERT RETURNING gave no row")
        return outbox_row(row)

    async def sent(self, outbox_id: int) -> None:
        """The platform has it. That is written with what comes next, or alone a moment later."""
        await self._store.write(lambda db: self._mark_sent(db, outbox_id), aside=True, patient=True)

    def _mark_sent(self, db: Database, outbox_id: int) -> None:
        sql = "UPDATE outbox SET status = 'sent', sent_at = ? WHERE id = ? AND status = 'queued'"
        db.execute(sql, (self._now(), outbox_id))

    async def unfinished(self) -> list[InboxRow]:
        """Messages taken in and not answered, the oldest first: where to go on after a crash."""
        return await self._store.read(
            lambda db: [_inbox_row(row) for row in many(db, "SELECT * FROM inbox WHERE status = 'new' ORDER BY id")]
        )

    async def last_reply(self, user: str, channel: str) -> Mapping[str, Any] | None:
        """What the person's last answered message in a channel was answered, None where there is none."""
        sql = """SELECT reply_json FROM inbox WHERE user = ? AND channel = ? AND status = 'done'
                 ORDER BY id DESC LIMIT 1"""
        row = await self._store.read(lambda db: one(db, sql, (user, channel)))
        return None if row is None or row["reply_json"] is None else dict(json.loads(row["reply_json"]))

    async def latest(self, platform: str) -> list[InboxRow]:
        """The last message of each of the platform's channels by its own number for it, the newest first."""
        sql = """SELECT *, max(CAST(update_id AS INTEGER)) AS newest FROM inbox WHERE platform = ?
                 GROUP BY channel ORDER BY newest DESC"""
        rows = await self._store.read(lambda db: many(db, sql, (platform,)))
        return [_inbox_row({key: value for key, value in row.items() if key != "newest"}) for row in rows]

    async def unsent(self) -> list[OutboxRow]:
        """Replies queued and not known to have arrived, the oldest first."""
        return await self._store.read(lambda db: [outbox_row(row) for row in many(db, _UNSENT)])


def _nonce(said: InboxRow) -> str:
    """A reply's: the same however often the message is answered, in a ledger that was begun anew, too."""
    return hashlib.sha256(f"{said.platform}:{said.update_id}".encode()).hexdigest()[:NONCE_LETTERS]


def _inbox_row(row: dict[str, Any]) -> InboxRow:
    reply, meta = row.pop("reply_json"), json.loads(row.pop("meta_json"))
    return InboxRow(**row, meta=meta, reply=None if reply is None else json.loads(reply))


def outbox_row(row: dict[str, Any]) -> OutboxRow:
    """A row of the outbox's table."""
    body, meta = json.loads(row.pop("body_json")), json.loads(row.pop("meta_json"))
    return OutboxRow(**row, body=body, meta=meta)
