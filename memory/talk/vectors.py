"""Texts as vectors, so that what was said in other words is found again: hashed letter groups, offline and quick.

They find what is spelt or inflected otherwise ("depositing", "depostit"), and know no meanings; an embedding endpoint
(agent/mind/embedding.py) does. Kept as int8, computed in float32: the scale of a vector says nothing here.
"""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from memory.talk.wording import spoken

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

DIMENSIONS = 256
GROUPS = (3, 4)
WHOLE_WORD = 3.0
"""What a whole word weighs against one group of its letters."""
LONGEST = 2_000
"""Characters that are looked at."""
LEAST_LIKE = 0.2
"""A cosine below it is chance."""


class Embedder(Protocol):
    """Makes vectors. Those of another `name` can't be compared with its own."""

    @property
    def name(self) -> str: ...

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One packed vector a text. Raises Unavailable."""
        ...

    async def close(self) -> None: ...


class LetterGroups:
    """The embedder that needs nobody else."""

    name = "letters-1"

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        return await asyncio.to_thread(lambda: [self.of(text) for text in texts])

    def of(self, text: str) -> bytes:
        """One packed vector; some 40 microseconds of computing, after which other threads get their turn."""
        made = packed(letters(text))
        time.sleep(0)
        return made

    async def close(self) -> None:
        """It holds nothing open."""


def letters(text: str) -> Vector:
    """Signed feature hashing (Weinberger et al., 2009) of the words and their letter groups, of length 1."""
    import numpy as np  # late: what never recalls never pays for it

    places: list[int] = []
    weights: list[float] = []
    for word in spoken(text[:LONGEST]):
        of, signed = _hashed(word)
        places += of
        weights += signed
    sums = np.bincount(np.array(places, dtype=np.int64), weights=weights, minlength=DIMENSIONS)
    return _unit(sums.astype(np.float32))


@lru_cache(maxsize=1024)  # of some 1 KB: people use the same words again
def _hashed(word: str) -> tuple[list[int], list[float]]:
    """The places that a word and its letter groups have, with what each weighs there."""
    framed = f"<{word}>".encode()
    hashes = [zlib.crc32(framed)]
    for size in GROUPS:
        hashes += [zlib.crc32(framed[start : start + size]) for start in range(len(framed) - size + 1)]
    signs = [1.0 if each & 0x8000_0000 else -1.0 for each in hashes]
    return [each % DIMENSIONS for each in hashes], [signs[0] * WHOLE_WORD, *signs[1:]]


def packed(vector: Vector) -> bytes:
    """A vector as int8, its greatest component 127."""
    import numpy as np

    most = float(np.abs(vector).max()) if vector.size else 0.0
    return bytes(np.round(vector * (127.0 / most)).astype(np.int8).tobytes()) if most else bytes(vector.size)


def likeness(rows: Sequence[bytes], asked: bytes) -> list[float]:
    """The cosine of each packed vector and `asked`; 0 for one of another size."""
    import numpy as np

    size = len(asked)
    found = [0.0] * len(rows)
    if not size:
        return found
    if set(map(len, rows)) - {size}:
        fitting = [place for place, row in enumerate(rows) if len(row) == size]
        for place, cosine in zip(fitting, likeness([rows[place] for place in fitting], asked), strict=True):
            found[place] = cosine
        return found
    matrix = np.frombuffer(b"".join(rows), dtype=np.int8).reshape(len(rows), size)
    floats = matrix.astype(np.float32)
    norms = np.sqrt(np.einsum("ij,ij->i", floats, floats))
    query = _unit(np.frombuffer(asked, dtype=np.int8).astype(np.float32))
    cosines: list[float] = ((floats @ query) / np.where(norms > 0, norms, 1)).tolist()
    return cosines


def _unit(vector: Vector) -> Vector:
    import numpy as np

    norm = float(np.linalg.norm(vector))
    return vector / np.float32(norm) if norm else vector
