"""Vectors from an OpenAI-compatible embedding endpoint, for recall by meaning. Whatever it does, recall goes on.

It sees the texts that it makes vectors of, and nothing of what it answers is ever shown or acted on: a vector that
lies only ranks what the user said themselves.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.mind.model import key_from
from memory.talk.vectors import packed

log = structlog.get_logger()

SECONDS_ASKED = 2.0
"""For one text: somebody waits for it."""
SECONDS = 30.0
REST_SECONDS = 60.0
"""After a failure nobody waits for it again that soon."""
MOST_BYTES = 32 * 1024 * 1024
MOST_DIMENSIONS = 8_192
LONGEST_TEXT = 4_000

DOWN = "embedding"


class EmbeddingEndpoint:
    """One model of one endpoint."""

    def __init__(self, url: str, model: str, key: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = f"endpoint {model}"
        self._url = f"{url.rstrip('/')}/embeddings"
        self._model = model
        self._key = key
        self._clock = clock
        self._session: Any = None
        self._rests_until = 0.0

    async def embed(self, texts: Sequence[str]) -> list[bytes]:
        """One packed vector a text. Raises Unavailable('embedding'), at once while it rests after a failure."""
        if self._clock() < self._rests_until:
            raise Unavailable(DOWN, "The embedding endpoint failed a moment ago.")
        try:
            async with asyncio.timeout(SECONDS if len(texts) > 1 else SECONDS_ASKED):
                rows = _rows(await self._asked([text[:LONGEST_TEXT] or " " for text in texts]), len(texts))
            return await asyncio.to_thread(_packed, rows)
        except Unavailable as error:
            self._rest(error.message)
            raise
        except TimeoutError:
            raise self._rest("no answer in time") from None

    async def close(self) -> None:
        """Ends the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _rest(self, why: str) -> Unavailable:
        log.warning("the embedding endpoint doesn't answer: recall goes by words for now", why=why)
        self._rests_until = self._clock() + REST_SECONDS
        return Unavailable(DOWN, f"The embedding endpoint doesn't answer: {why}.")

    async def _asked(self, texts: list[str]) -> bytes:
        import aiohttp  # late: a start doesn't wait for it

        if self._session is None:
            self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {self._key}"})
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise Unavailable(DOWN, f"status {answer.status}")
                raw = bytearray()
                async for piece in answer.content.iter_any():
                    raw += piece
                    if len(raw) > MOST_BYTES:
                        raise Unavailable(DOWN, "an answer too large")
                return bytes(raw)
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(DOWN, type(error).__name__) from None


def embedder_of(settings: Settings) -> EmbeddingEndpoint | None:
    """The endpoint that the settings name, None for none. Raises Refused("embedding") for half of one."""
    if not settings.embedding_url and not settings.embedding_model:
        return None
    if not settings.embedding_url or not settings.embedding_model:
        raise Refused(
            DOWN,
            "An embedding endpoint needs its URL and the name of its model.",
            "Set embedding_url and embedding_model (docs/memory.md), or neither.",
        )
    key = key_from(settings.embedding_key_file, "MONETA_EMBEDDING_KEY_FILE")
    return EmbeddingEndpoint(settings.embedding_url, settings.embedding_model, key)


def _rows(raw: bytes, count: int) -> list[list[float]]:
    """The vectors of an answer in the order of the texts. Raises Unavailable for anything else than whole ones."""
    try:
        data = sorted(json.loads(raw)["data"], key=lambda each: int(each["index"]))
        rows = [[float(value) for value in each["embedding"]] for each in data]
    except (ValueError, TypeError, LookupError, RecursionError):
        raise Unavailable(DOWN, "an answer that is none") from None
    sizes = {len(row) for row in rows}
    finite = all(math.isfinite(value) for row in rows for value in row)
    if len(rows) != count or len(sizes) != 1 or not 0 < max(sizes) <= MOST_DIMENSIONS or not finite:
        raise Unavailable(DOWN, "vectors that don't fit")
    return rows


def _packed(rows: list[list[float]]) -> list[bytes]:
    import numpy as np

    return [packed(np.array(row, dtype=np.float32)) for row in rows]
