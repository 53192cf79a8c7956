"""News: what a person is told on every channel of theirs, of changes that wait and of those that became ripe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from memory.part import Part, many

if TYPE_CHECKING:
    from sqlite_utils import Database

About = Literal["contact", "limit"]
ASKED, RIPE = "asked", "ripe"


@dataclass(frozen=True, slots=True)
class NewsRow:
    """`about` and `ref` name the row that changed; `event` is 'asked' or 'ripe'; `channel` is where it was said."""

    id: int
    user: str
    about: str
    ref: int
    event: str
    channel: str
    due_at: int


class NewsBook(Part):
    async def news(self, user: str | None = None) -> list[NewsRow]:
        """What is to be told by now, of one person or of all, the oldest first."""
        sql = """SELECT id, user, about, ref, event, channel, due_at FROM news
                 WHERE told_at IS NULL AND due_at <= ? AND user = coalesce(?, user) ORDER BY id"""
        rows: list[dict[str, Any]] = await self._store.read(lambda db: many(db, sql, (self._now(), user)))
        return [NewsRow(**row) for row in rows]

    async def told_news(self, number: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE news SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (self._now(), number)).rowcount)


def note(db: Database, user: str, about: About, ref: int, channel: str, now: int, ripe_at: int) -> None:
    """Writes down, in the transaction of the change, that it is to be told now, and again when it is ripe."""
    sql = "INSERT INTO news (user, about, ref, event, channel, due_at) VALUES (?, ?, ?, ?, ?, ?)"
    db.execute(sql, (user, about, ref, ASKED, channel, now))
    if ripe_at > now:
        db.execute(sql, (user, about, ref, RIPE, channel, ripe_at))
