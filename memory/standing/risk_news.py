"""What speaks against venues that people have money in: told once, and anew when worse or after a day without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.past import Effect, Signal
from memory.part import Part, many, one

if TYPE_CHECKING:
    from sqlite_utils import Database

SQL = """
    CREATE TABLE risk_news (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      user TEXT NOT NULL REFERENCES users(id),
      venue TEXT NOT NULL,
      name TEXT NOT NULL,
      effect TEXT NOT NULL CHECK (effect IN ('alert', 'less', 'closed', 'leave')),
      words TEXT NOT NULL,
      first_at INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      told_at INTEGER
    ) STRICT;
    CREATE INDEX risk_news_of ON risk_news (user, venue, name, id);
    CREATE INDEX risk_news_untold ON risk_news (user, id) WHERE told_at IS NULL;
"""

OVER = 86_400
"""A signal that nobody saw for so many seconds is over: one that comes and goes at its threshold is told once."""
_ORDER = list(Effect)


@dataclass(frozen=True, slots=True)
class RiskNews:
    """A signal that a person is to hear of, as it was seen last."""

    id: int
    user: str
    signal: Signal


class RiskBook(Part):
    async def note_risks(self, user: str, signals: Iterable[Signal], now: int) -> None:
        """Keeps what speaks against what a person holds; what is new, or worse than what was told, is to be told."""
        found = list(signals)

        def note(db: Database) -> None:
            for each in found:
                _note(db, user, each, now)

        await self._store.write(note)

    async def untold_risks(self, now: int) -> list[RiskNews]:
        """What is to be told and still holds, the oldest first."""
        sql = """SELECT id, user, venue, name, effect, words FROM risk_news
                 WHERE told_at IS NULL AND last_at > ? ORDER BY id"""
        rows: list[dict[str, Any]] = await self._store.read(lambda db: many(db, sql, (now - OVER,)))
        return [
            RiskNews(row["id"], row["user"], Signal(row["venue"], row["name"], Effect(row["effect"]), row["words"]))
            for row in rows
        ]

    async def told_risk(self, number: int, now: int) -> None:
        """It was said wherever it could be."""
        sql = "UPDATE risk_news SET told_at = ? WHERE id = ? AND told_at IS NULL"
        await self._store.write(lambda db: db.execute(sql, (now, number)).rowcount)


def _note(db: Database, user: str, signal: Signal, now: int) -> None:
    sql = "SELECT * FROM risk_news WHERE user = ? AND venue = ? AND name = ? ORDER BY id DESC LIMIT 1"
    last = one(db, sql, (user, signal.venue, signal.name))
    known = last is not None and now - last["last_at"] < OVER
    if last is None or not known or _ORDER.index(signal.effect) > _ORDER.index(Effect(last["effect"])):
        db.execute(
            """INSERT INTO risk_news (user, venue, name, effect, words, first_at, last_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (user, signal.venue, signal.name, str(signal.effect), signal.words, now, now),
        )
        if last is not None:  # what it was before is no news any more
            db.execute("UPDATE risk_news SET told_at = coalesce(told_at, ?) WHERE id = ?", (now, last["id"]))
        return
    words = signal.words if signal.effect == last["effect"] else last["words"]
    db.execute("UPDATE risk_news SET last_at = ?, words = ? WHERE id = ?", (now, words, last["id"]))
