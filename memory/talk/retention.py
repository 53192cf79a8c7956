"""Years of talk in a file that doesn't grow: old turns become episodes, the oldest episodes go.

An episode is a week of one channel in the user's own words: a few of their sentences, those whose words were the
rarest. It stands for its turns and has the least trust of them, never that of the user's own turn.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from agent.trust import Trust
from memory.part import Clock, many
from memory.sqlite.store import Store
from memory.talk.notes import added
from memory.talk.owned import scrubbed
from memory.talk.recalling import Recalling
from memory.talk.turns import TURNS, Turn, remove_note, remove_turns
from memory.talk.vectors import Embedder
from memory.talk.wording import distinct

if TYPE_CHECKING:
    from sqlite_utils import Database

DAY = 86_400
WEEK = 7 * DAY
BATCH = 500
"""Turns that are folded in one write."""
SENTENCES, SENTENCE = 3, 100
"""How many of a week's sentences are kept, and how much of each."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept: turns for `days`, of each user `episodes` notes of that kind, and vectors of the newest
    `vectors` turns.
    """

    days: int = 90
    episodes: int = 300
    vectors: int = 256


class Retention(Recalling):
    def __init__(self, store: Store, now: Clock, embedder: Embedder | None = None, keep: Keep | None = None) -> None:
        super().__init__(store, now, embedder)
        self.keep = keep or Keep()

    async def retain(self) -> int:
        """Folds what is older than `keep.days` into episodes; how many turns went."""
        await self._kept()
        before = (self._now() - self.keep.days * DAY) // WEEK * WEEK  # whole weeks: no week has two episodes
        gone = 0
        while folded := await self._store.write(lambda db: _fold(db, before, self.keep.episodes)):
            gone += folded
        if gone:  # once a week: whole weeks are folded
            await self._store.write(scrubbed)
        return gone


def _fold(db: Database, before: int, episodes: int) -> int:
    """Folds one channel's oldest turns, at most about a BATCH of them; how many turns went."""
    first = many(db, "SELECT talk, at FROM turns WHERE at < ? ORDER BY id LIMIT 1", (before,))
    if not first:
        return 0
    sql = f"{TURNS} WHERE turns.talk = ? AND turns.at < ? ORDER BY turns.id LIMIT ?"
    turns = [Turn(**row) for row in many(db, sql, (first[0]["talk"], before, BATCH))]
    person = int(db.execute("SELECT person FROM talks WHERE id = ?", (first[0]["talk"],)).fetchone()[0])
    for _, week in groupby(turns, key=lambda turn: turn.at // WEEK):
        _keep_episode(db, person, list(week))
    remove_turns(db, person, [{"id": turn.id, "text": turn.text} for turn in turns])
    sql = "SELECT id, text FROM notes WHERE person = ? AND kind = 'episode' ORDER BY at DESC LIMIT -1 OFFSET ?"
    for old in many(db, sql, (person, episodes)):
        remove_note(db, person, old["id"], old["text"])
    return len(turns)


def _keep_episode(db: Database, person: int, turns: Sequence[Turn]) -> None:
    own = [turn for turn in turns if turn.role == "user"]
    text = episode(turns)
    if text:
        trust = min([Trust.MODEL, *(turn.told.trust for turn in own)])
        source = f"turns {turns[0].id}-{turns[-1].id}"
        added(db, person, "episode", text, turns[0].channel, turns[0].at, turns[-1].at, source, trust)


def episode(turns: Sequence[Turn]) -> str:
    """What the user said in these turns, in a line; '' where they said nothing to remember."""
    said = list(dict.fromkeys(turn.text.strip() for turn in turns if turn.role == "user"))
    among: Counter[str] = Counter(word for text in said for word in distinct(text))

    def worth(text: str) -> float:
        return sum(math.log(1 + len(said) / among[word]) for word in distinct(text, 30))

    best = set(sorted(said, key=lambda text: (-worth(text), text))[:SENTENCES])
    quoted = [f"“{_cut(text)}”" for text in said if text in best and distinct(text)]
    if not quoted:
        return ""
    return f"{_days(turns)}, {len(turns)} messages: {' · '.join(quoted)}"


def _days(turns: Sequence[Turn]) -> str:
    first, last = (datetime.fromtimestamp(turn.at, UTC).date().isoformat() for turn in (turns[0], turns[-1]))
    return first if first == last else f"{first} to {last}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SENTENCE else line[: SENTENCE - 1].rstrip() + "…"
