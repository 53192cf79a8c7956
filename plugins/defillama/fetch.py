"""Asks the service, bounded in time and size; what it sends besides is not followed."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

import aiohttp

from moneta import Unavailable

SECONDS = 10
MOST_BYTES = 32 * 2**20
"""The whole answer, unpacked: 20,000 pools are about 15 MB."""
_PIECE = 2**16
_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,200}"', re.ASCII)  # RFC 9110, section 8.8.3


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is None where nothing changed since `etag`."""

    body: bytes | None
    etag: str


async def fetch(url: str, etag: str) -> Answer:
    """GET `url`/pools, or nothing where it still is what `etag` names. Raises Unavailable."""
    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "moneta"}
    if etag:
        headers["If-None-Match"] = etag
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(
                timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
            ) as client,
            client.get(f"{url.rstrip('/')}/pools", headers=headers, allow_redirects=False) as answer,
        ):
            return await _answer(answer, etag)
    except TimeoutError:
        raise Unavailable("defillama", f"no answer within {SECONDS} seconds") from None
    except (aiohttp.ClientError, OSError, zlib.error) as error:
        raise Unavailable("defillama", f"it can't be reached ({type(error).__name__})") from None


async def _answer(answer: aiohttp.ClientResponse, etag: str) -> Answer:
    if answer.status == 304 and etag:
        return Answer(None, etag)
    if answer.status != 200:
        raise Unavailable("defillama", f"it answered with status {answer.status}")
    tag = answer.headers.get("ETag", "")
    return Answer(await _body(answer), tag if _TAG.fullmatch(tag) else "")


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """Unpacked here, so that a small answer that unpacks to a huge one is stopped on the way."""
    packed = answer.headers.get("Content-Encoding", "identity").lower()
    if packed not in ("identity", "gzip"):
        raise Unavailable("defillama", "its answer is packed in a way that wasn't asked for")
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if packed == "gzip" else None
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        body += piece if unpacker is None else unpacker.decompress(piece, MOST_BYTES + 1 - len(body))
        if len(body) > MOST_BYTES:
            raise Unavailable("defillama", f"its answer is larger than {MOST_BYTES // 2**20} MB")
    if unpacker is not None and not unpacker.eof:
        raise Unavailable("defillama", "its answer was cut off")
    return bytes(body)
