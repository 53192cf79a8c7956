"""What a user said, noted or did before, found again: by its words, by its likeness, and the newer the better.

Each way gives a ranking, and the rankings are fused by reciprocal rank. All of it is one user's: the index is asked
for terms that carry the user's number, the vectors lie under it, and each row is checked once more when it is read.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

from agent.errors import Unavailable
from agent.trust import SUMMARY, Told
from memory.part import Clock, many
from memory.sqlite.store import Store
from memory.talk import refs
from memory.talk.notes import Notes, trust_of
from memory.talk.owned import number_of
from memory.talk.turns import TURNS, Turn
from memory.talk.vectors import LEAST_LIKE, Embedder, LetterGroups, likeness
from memory.talk.wording import asked

if TYPE_CHECKING:
    from sqlite_utils import Database

MOST_HITS = 250
"""Of one word, the notes and the newest turns."""
CANDIDATES = 30
"""Of each way, that are read and ranked."""
WORTH = 0.3
"""Of the best one's score: what has less isn't looked at, or being new would bring it before what was meant."""
RANK = 60.0
"""Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009)."""
BY_RECENCY = 0.3
"""What being newer weighs, against being found by words or by likeness."""
_K1, _B = 1.2, 0.75  # BM25's usual ones (Robertson and Zaragoza, 2009); a word of a short message stands in it once

Way = Literal["words", "likeness"]
WAYS: tuple[Way, ...] = ("words", "likeness")

_Row = tuple[Any, ...]
_ROLE, _TEXT, _AT = 3, 4, 5
"""Where they stand in a row of TURNS."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """Something from before. `kind` is a note's kind, 'said' for the user's own turn, 'answered' for the agent's."""

    kind: str
    told: Told
    at: int
    number: int
    """A note's number, a turn's id."""


class Recalling(Notes):
    def __init__(self, store: Store, now: Clock, embedder: Embedder | None = None) -> None:
        super().__init__(store, now)
        self.embedder: Embedder = embedder or LetterGroups()

    async def recall(self, user: str, query: str, limit: int) -> list[Turn]:
        """The user's turns in any channel that share words with `query`, the best by BM25 first."""
        await self._kept()

        def search(db: Database) -> list[Turn]:
            person = number_of(db, user)
            found = [] if person is None else [ref for ref in _by_words(db, person, query) if not refs.parts(ref)[0]]
            rows = {row[0]: row for row in _turns(db, user, found[:limit])}
            return [Turn(*rows[ref]) for ref in found[:limit] if ref in rows]

        return await self._store.read(search)

    async def recalled(
        self, user: str, query: str, limit: int, *, answers: bool = False, ways: Iterable[Way] = WAYS
    ) -> list[Recalled]:
        """What the user said, noted or did that `query` is about, the best first; with `answers` the agent's too.

        Without vectors, where their endpoint is away, words alone find it. Raises Unavailable('memory').
        """
        ways = frozenset(ways)
        alike, ours = "likeness" in ways, self.embedder
        asked_for = await self.vector_of(query) if alike and not isinstance(ours, LetterGroups) else b""

        def search(db: Database) -> list[Recalled]:
            person = number_of(db, user)
            if person is None:
                return []
            vector = ours.of(query) if alike and isinstance(ours, LetterGroups) else asked_for
            rankings = [_by_words(db, person, query)] if "words" in ways else []
            rankings += [_by_likeness(db, person, vector)] if vector else []
            return _fused(db, user, query, rankings, limit, answers)

        return await self._store.read(search)

    async def vector_of(self, text: str) -> bytes:
        """The vector of a text; empty where none can be had now."""
        try:
            return (await self.embedder.embed([text]))[0]
        except Unavailable:
            return b""


def _by_words(db: Database, person: int, query: str) -> list[int]:
    """What shares words with the query, the best by BM25 first, the newer of equals before the older."""
    expressions = asked(person, query)
    if not expressions:
        return []
    one_word = "SELECT * FROM (SELECT ?, rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?)"
    sql = " UNION ALL ".join([one_word] * len(expressions))
    given = [value for place, each in enumerate(expressions) for value in (place, each, MOST_HITS)]
    found = db.execute(sql, given).fetchall()
    hits = Counter(map(itemgetter(0), found))
    sql = "SELECT count(*) FROM (SELECT 1 FROM turns JOIN talks ON talks.id = talk WHERE person = ? LIMIT ?)"
    total = max(int(db.execute(sql, (person, MOST_HITS)).fetchone()[0]), *hits.values(), 1)
    rarity = {place: math.log(1 + (total - often + 0.5) / (often + 0.5)) for place, often in hits.items()}
    scores: dict[int, float] = defaultdict(float)
    for place, ref in found:
        scores[ref] += rarity[place]
    best = nlargest(CANDIDATES, zip(scores.values(), scores, strict=True))
    return _shorter_first(db, _worthwhile([ref for _, ref in best], scores), scores)


def _shorter_first(db: Database, found: Sequence[int], scores: dict[int, float]) -> list[int]:
    """The same with BM25's norm, of lengths in characters: a word says more of a short text than of a long one."""
    lengths: dict[int, int] = {}
    for table, is_note in (("turns", False), ("notes", True)):
        ids = _ids(found, is_note=is_note)
        sql = f"SELECT id, length(text) FROM {table} WHERE id IN ({_marks(ids)})"  # noqa: S608  (marks alone)
        of = refs.of_note if is_note else refs.of_turn
        lengths |= {of(row[0]): row[1] for row in db.execute(sql, ids).fetchall()} if ids else {}
    mean = sum(lengths.values()) / max(len(lengths), 1) or 1.0
    worth = [
        (scores[ref] * (_K1 + 1) / (1 + _K1 * (1 - _B + _B * length / mean)), ref) for ref, length in lengths.items()
    ]
    return [ref for _, ref in sorted(worth, reverse=True)]


def _by_likeness(db: Database, person: int, vector: bytes) -> list[int]:
    """What is like the query, the likest first."""
    rows = db.execute("SELECT ref, v FROM vectors WHERE person = ?", (person,)).fetchall()
    cosines = likeness([row[1] for row in rows], vector)
    ranked = nlargest(CANDIDATES, zip(cosines, map(itemgetter(0), rows), strict=True))
    best = {ref: cosine for cosine, ref in ranked if cosine >= LEAST_LIKE}
    return _worthwhile(list(best), best)


def _worthwhile(ranked: Sequence[int], scores: Mapping[int, float]) -> list[int]:
    """The same without what has little of the best one's score; notes and turns each have a best one of their own."""
    of_note = WORTH * max((scores[ref] for ref in ranked if ref >= refs.NOTES), default=0.0)
    of_turn = WORTH * max((scores[ref] for ref in ranked if ref < refs.NOTES), default=0.0)
    return [ref for ref in ranked if scores[ref] >= (of_note if ref >= refs.NOTES else of_turn)]


def _fused(
    db: Database, user: str, query: str, rankings: Sequence[list[int]], limit: int, answers: bool
) -> list[Recalled]:
    """The rankings by reciprocal rank, with how new each is as one more; each text once."""
    turns, notes = _rows(db, user, {ref for ranking in rankings for ref in ranking})
    times = [(row[_AT], ref) for ref, row in turns.items()] + [(row["at"], ref) for ref, row in notes.items()]
    newest = [ref for _, ref in sorted(times, reverse=True)]
    scores = dict.fromkeys(newest, 0.0)
    for weight, ranking in (*((1.0, each) for each in rankings), (BY_RECENCY, newest)):
        for rank, ref in enumerate(ranking, start=1):
            if ref in scores:
                scores[ref] += weight / (RANK + rank)
    best: dict[str, Recalled] = {}
    for _, ref in sorted(zip(scores.values(), scores, strict=True), reverse=True):
        if len(best) == limit:
            break
        note = notes.get(ref)
        text = turns[ref][_TEXT] if note is None else note["text"]
        told = answers or note is not None or turns[ref][_ROLE] != "agent"
        if told and text not in best and text != query:  # to be told one's own question helps nobody
            best[text] = _of_turn(turns[ref]) if note is None else _of_note(note, user)
    return list(best.values())


def _rows(db: Database, user: str, found: Iterable[int]) -> tuple[dict[int, _Row], dict[int, dict[str, Any]]]:
    """The rows of turns and of notes themselves, of this user alone."""
    found = list(found)
    turns = {row[0]: row for row in _turns(db, user, _ids(found, is_note=False))}
    ids = _ids(found, is_note=True)
    sql = f"""SELECT notes.* FROM notes JOIN people ON people.no = notes.person
              WHERE people.user = ? AND notes.id IN ({_marks(ids)})"""  # noqa: S608  (marks alone)
    return turns, {refs.of_note(row["id"]): row for row in (many(db, sql, (user, *ids)) if ids else ())}


def _turns(db: Database, user: str, ids: Sequence[int]) -> list[_Row]:
    """As Turn's fields in their order: most are ranked, few are handed out."""
    sql = f"{TURNS} WHERE people.user = ? AND turns.id IN ({_marks(ids)})"
    return db.execute(sql, (user, *ids)).fetchall() if ids else []


def _ids(found: Iterable[int], *, is_note: bool) -> list[int]:
    """The numbers that the rows of notes, or of turns, have in their own table."""
    if is_note:
        return [refs.parts(ref)[1] for ref in found if ref >= refs.NOTES]
    return [ref for ref in found if ref < refs.NOTES]


def _of_turn(row: _Row) -> Recalled:
    turn = Turn(*row)
    return Recalled("said" if turn.role == "user" else "answered", turn.told, turn.at, turn.id)


def _of_note(row: dict[str, Any], user: str) -> Recalled:
    author = "agent" if row["kind"] == "episode" else user
    told = Told(row["text"], author, SUMMARY, trust_of(row["kind"], row["trust"]))
    return Recalled(row["kind"], told, row["at"], row["number"])


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
