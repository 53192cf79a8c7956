"""web3.py's HTTP session without its lock.

web3.py takes a lock in a thread before each request. A request that is cancelled, or times out, while it waits there
takes the lock afterwards and keeps it for ever: no request goes out any more, and the process can't end for the
thread. One event loop needs no lock to look up one session.
"""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, TCPConnector
from web3._utils.http_session_manager import HTTPSessionManager


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

    async def close(self) -> None:
        if self._one is not None:
            await self._one.close()
