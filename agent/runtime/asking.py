"""Asks a service outside for JSON: bounded in time and size, no redirect followed, nothing kept, no secret told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.config import Settings
from agent.errors import Refused, Unavailable
from agent.plugin import Quoter
from agent.secret_file import read_secret

MOST_BYTES = 2**20
"""One answer: routes over dozens of pools are some 100 kB."""
OK = (200, 201)
"""201 is what a POST answers that makes something."""
_PIECE = 2**14
RULE = "quote-shape"


@dataclass(frozen=True, slots=True)
class Service:
    """The `Web` of one quoter: `url` without a key, and the header that carries the key (never shown)."""

    name: str
    url: str
    seconds: float
    header: tuple[str, str] | None = field(default=None, repr=False)

    async def get(self, path: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Any:
        """GET. Raises Unavailable, Refused("quote-shape")."""
        return await self._json("GET", path, headers, params=dict(query))

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
        """POST of JSON. Raises as `get`."""
        return await self._json("POST", path, headers, json=dict(body))

    async def _json(self, method: str, path: str, headers: Mapping[str, str] | None, **sent: Any) -> Any:
        import aiohttp  # late: most instances ask nobody

        told = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "moneta"} | dict(
            headers or {}
        )
        if self.header is not None:
            told[self.header[0]] = self.header[1]
        limit = aiohttp.ClientTimeout(total=self.seconds)
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=limit, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
                ) as client,
                client.request(
                    method, f"{self.url.rstrip('/')}{path}", headers=told, allow_redirects=False, **sent
                ) as answer,
            ):
                if answer.status not in OK:
                    raise Unavailable(self.name, f"it answered with status {answer.status}", answer.status)
                return _read(await self._body(answer))
        except TimeoutError:
            raise Unavailable(self.name, f"no answer within {self.seconds:g} s") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:  # whose words may hold the URL
            raise Unavailable(self.name, f"it can't be reached ({type(error).__name__})") from None

    async def _body(self, answer: Any) -> bytes:
        """Asked for unpacked, so that nothing small unpacks to something huge; a huge one is stopped on the way."""
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused(RULE, "The answer can't be read: it is packed, which wasn't asked for.")
        body = bytearray()
        async for piece in answer.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > MOST_BYTES:
                raise Refused(RULE, f"The answer can't be read: it is larger than {MOST_BYTES // 2**20} MB.")
        return bytes(body)


def _read(body: bytes) -> Any:
    """JSON data. A number with a point stays a float, which no amount may be; what is no JSON is refused."""
    try:
        return json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        what = "it is a web page, not JSON" if body.lstrip()[:1] == b"<" else "it is no JSON"
        raise Refused(RULE, f"The answer can't be read: {what}.") from None


def _no_number(text: str) -> float:
    raise ValueError(text)


def services_of(settings: Settings, quoters: Mapping[str, Quoter]) -> dict[str, Service]:
    """Where each quoter is asked, with its key. Raises Refused("secret") for a key's file that can't be read."""
    found: dict[str, Service] = {}
    for name, quoter in quoters.items():
        setting = settings.quoters[name]
        header: tuple[str, str] | None = None
        if setting.key_file is not None:
            key = read_secret(setting.key_file, f"It holds the key of {name}.").strip()
            if not key.isascii() or not key.isprintable() or not key or not quoter.keyed[0]:
                raise Refused("secret", f"{setting.key_file} is no key that {name} takes.", "It holds the key alone.")
            header = (quoter.keyed[0], f"{quoter.keyed[1]}{key}")
        found[name] = Service(name, setting.url, settings.quote_milliseconds / 1_000, header)
    return found
