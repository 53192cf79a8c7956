"""An HTTP client that reads only so much of an answer: an endpoint that never stops would fill the memory.

Imported with the first question: httpx takes its time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx

MOST_BYTES = 1_000_000
"""Of one body; an answer of the longest text that is kept has a hundredth of it."""


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MOST_BYTES
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise httpx.ReadError("the body is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class Bounded(httpx.AsyncClient):
    """A client whose bodies end at MOST_BYTES, whatever the endpoint sends."""

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        response = await super().send(request, stream=True, **options)
        try:
            if response.headers.get("content-encoding", "identity") != "identity":  # it could unpack to any length
                raise httpx.DecodingError("a packed body, which wasn't asked for", request=request)
            if isinstance(response.stream, httpx.AsyncByteStream):
                response.stream = _Bounded(response.stream)
            if not stream:
                await response.aread()
        except BaseException:
            await response.aclose()
            raise
        return response


def client(seconds: float) -> httpx.AsyncClient:
    """A bounded client with a time-out."""
    return Bounded(timeout=seconds, headers={"Accept-Encoding": "identity"})
