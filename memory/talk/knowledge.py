"""Knowledge: passages of documents that the operator and the character named, the same for everybody.

What a document says is foreign: it is quoted with its place, and neither binds nor decides anything.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from memory.part import many, one
from memory.talk.documents import KINDS, Passage, Unreadable, passages
from memory.talk.recalling import RANK
from memory.talk.retention import Retention
from memory.talk.vectors import likeness
from memory.talk.wording import distinct

if TYPE_CHECKING:
    from sqlite_utils import Database

log = structlog.get_logger()

MOST_FILES = 500
MOST_ALIKE = 4_000
"""Passages that are compared by likeness; beyond them words alone find one."""
NEAR = 20
STEM = 5
"""Letters by which a word is taken for another form of itself."""
_PASSAGES = "SELECT name, place, text FROM passages JOIN documents ON documents.id = document"
LIKE = 0.35
"""A cosine from which on a passage is about the same thing whatever its words."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is to be read: all documents in `folder`, single `files`, and `texts` under a name of theirs."""

    folder: Path | None = None
    files: tuple[Path, ...] = ()
    texts: tuple[str, ...] = ()
    texts_name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage: the document's name, where it stands there, and the text."""

    name: str
    place: str
    text: str

    @property
    def citation(self) -> str:
        return f"{self.name}, {self.place}" if self.place else self.name


@dataclass(frozen=True, slots=True)
class _Document:
    path: str
    name: str
    hash: str
    file: Path | None = None
    texts: tuple[str, ...] = field(default=())

    def read(self) -> list[Passage]:
        """Raises Unreadable."""
        return passages(self.file) if self.file is not None else [Passage("", text) for text in self.texts]


class Knowledge(Retention):
    _alike: list[tuple[int, bytes]] | None = None
    """The passages' vectors, read once; None after a change."""

    async def read_up(self, shelf: Shelf) -> int:
        """Reads what is new or changed on the shelf, forgets what isn't there any more; how many documents it has."""
        listed = await asyncio.to_thread(_listed, shelf)
        known = await self._store.read(lambda db: many(db, "SELECT path, hash FROM documents"))
        hashes = {row["path"]: row["hash"] for row in known}
        gone = hashes.keys() - {each.path for each in listed}
        for path in gone:
            await self._store.write(partial(_forget, path=path))
        for each in listed:
            if hashes.get(each.path) != each.hash:
                await self._take_in(each)
        self._alike = None
        return len(listed)

    async def _take_in(self, document: _Document) -> None:
        try:
            found = await asyncio.to_thread(document.read)
        except Unreadable as error:
            log.warning("a document can't be read", name=document.name, why=str(error))
            found = []
        at = self._now()
        await self._store.write(lambda db: _put(db, document, found, at))

    async def embed_passages(self) -> int:
        """Gives a vector to each passage that has none; how many those were. Raises Unavailable('embedding')."""
        count = 0
        while rows := await self._store.read(lambda db: _without_vector(db)):
            vectors = await self.embedder.embed([row["text"] for row in rows])
            pairs = [(vector, row["id"]) for row, vector in zip(rows, vectors, strict=True)]
            await self._store.write(lambda db, pairs=pairs: _give(db, pairs))  # type: ignore[misc]
            count += len(rows)
        if count:
            self._alike = None
        return count

    async def known(self, query: str, limit: int) -> list[Found]:
        """The passages that answer a question, the best first; none where nothing is about it."""
        words = distinct(query)
        if not words or not await self._has_passages():
            return []
        vector = await self.vector_of(query)
        return await self._store.read(lambda db: self._search(db, words, vector, limit))

    async def _has_passages(self) -> bool:
        if self._alike is None:
            sql = "SELECT id, v FROM passages LIMIT ?"
            rows = await self._store.read(lambda db: many(db, sql, (MOST_ALIKE + 1,)))
            self._alike = [(row["id"], row["v"] or b"") for row in rows]
        return bool(self._alike)

    def _search(self, db: Database, words: Sequence[str], vector: bytes, limit: int) -> list[Found]:
        match = " OR ".join(f'"{word}"' for word in words)
        sql = "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY bm25(passages_fts) LIMIT ?"
        by_words = [row[0] for row in db.execute(sql, (match, NEAR)).fetchall()]
        shelf = self._alike or []
        alike: dict[int, float] = {}
        if vector and len(shelf) <= MOST_ALIKE:
            cosines = likeness([row[1] for row in shelf], vector)
            ranked = sorted(zip(cosines, (row[0] for row in shelf), strict=True), reverse=True)[:NEAR]
            alike = {number: cosine for cosine, number in ranked if cosine > 0}
        scores: dict[int, float] = defaultdict(float)
        for ranking in (by_words, list(alike)):
            for rank, number in enumerate(ranking, 1):
                scores[number] += 1 / (RANK + rank)
        found = []
        for number in sorted(scores, key=lambda number: (-scores[number], number)):
            row = one(db, f"{_PASSAGES} WHERE passages.id = ?", (number,))
            if row is not None and (alike.get(number, 0) >= LIKE or _is_about(row["text"], words)):
                found.append(Found(**row))
            if len(found) == limit:
                break
        return found


def _is_about(text: str, words: Sequence[str]) -> bool:
    """Whether a passage has two of the words, or all there are; one word alone may mean anything."""
    own = {word[:STEM] for word in distinct(text, 10_000)}
    shared = sum(word[:STEM] in own or any(each.startswith(word) for each in own) for word in words)
    return shared >= min(2, len(words))


def _listed(shelf: Shelf) -> list[_Document]:
    files = {path.absolute(): path.name for path in shelf.files}
    if shelf.folder is not None and shelf.folder.is_dir():
        root = shelf.folder.resolve()
        for path in sorted(root.rglob("*")):
            inside = path.resolve().is_relative_to(root) and not any(
                part.startswith(".") for part in path.parts[len(root.parts) :]
            )
            if inside and path.is_file() and path.suffix.lower() in KINDS:
                files[path] = path.relative_to(root).as_posix()
    found = [each for path, name in list(files.items())[:MOST_FILES] if (each := _document(path, name)) is not None]
    if shelf.texts:
        digest = hashlib.sha256("\0".join(shelf.texts).encode()).hexdigest()
        found.append(_Document("texts", shelf.texts_name, digest, texts=shelf.texts))
    return found


def _document(path: Path, name: str) -> _Document | None:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        log.warning("a document can't be read", name=name, why=error.strerror)
        return None
    return _Document(str(path), name, digest, path)


def _forget(db: Database, path: str) -> None:
    db.execute("DELETE FROM passages WHERE document = (SELECT id FROM documents WHERE path = ?)", (path,))
    db.execute("DELETE FROM documents WHERE path = ?", (path,))


def _put(db: Database, document: _Document, found: Sequence[Passage], at: int) -> None:
    _forget(db, document.path)
    row = (document.path, document.name, document.hash, at)
    number = db.execute("INSERT INTO documents (path, name, hash, at) VALUES (?, ?, ?, ?)", row).lastrowid
    rows = [(number, each.place, each.text) for each in found]
    db.conn.executemany("INSERT INTO passages (document, place, text) VALUES (?, ?, ?)", rows)


def _without_vector(db: Database) -> list[dict[str, Any]]:
    return many(db, "SELECT id, text FROM passages WHERE v IS NULL ORDER BY id LIMIT 64")


def _give(db: Database, pairs: Sequence[tuple[bytes, int]]) -> None:
    db.conn.executemany("UPDATE passages SET v = ? WHERE id = ?", pairs)
