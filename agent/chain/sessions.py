"""web3.py's HTTP session without its lock, and with a bound on what an answer may weigh.

web3.py takes a lock in a thread before each request. A request that is cancelled, or times out, while it waits there
takes the lock afterwards and keeps it for ever: no request goes out any more, and the process can't end for the
thread. One event loop needs no lock to look up one session.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TCPConnector
from web3._utils.http_session_manager import HTTPSessionManager

from agent.errors import Unavailable

MOST_BYTES = 64 * 2**20
"""One answer. A scan of sixty venues is some 100 kB, the logs of a thousand blocks a few MB."""
_PIECE = 2**16


class Sessions(HTTPSessionManager):
    """One session for one endpoint, made at the first request."""

    def __init__(self) -> None:
        super().__init__()
        self._one: ClientSession | None = None

    async def async_cache_and_return_session(self, *_: Any, **__: Any) -> ClientSession:
        if self._one is None:
            # no kept connection: one that the node closes just as it is used again would fail a broadcast
            self._one = ClientSession(raise_for_status=True, connector=TCPConnector(force_close=True))
        return self._one

    async def async_make_post_request(self, endpoint_uri: Any, data: Any, **kwargs: Any) -> bytes:
        """The answer's body. Raises Unavailable for one that doesn't end."""
        response = await self.async_get_response_from_post_request(endpoint_uri, data=data, **kwargs)
        body = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            body += piece
            if len(body) > MOST_BYTES:
                response.close()
                raise Unavailable("node", f"The node's answer is larger than {MOST_BYTES // 2**20} MB.")
        return bytes(body)

    async def close(self) -> None:
        if self._one is not None:
            await self._one.close()
