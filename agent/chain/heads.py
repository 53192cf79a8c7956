"""New blocks as an endpoint tells them over WebSocket: a reason to look at once, never a fact.

What is waited for is still asked of the endpoints themselves: one that makes blocks up wins nothing but questions,
and one that tells of none is little worse than none at all. Subscribed only while something waits, as providers
charge for what they send; a connection that breaks is made anew, and meanwhile the waiting goes on by the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.errors import Unavailable

if TYPE_CHECKING:
    from aiohttp import ClientSession

CONNECT_SECONDS = 10.0
PING_SECONDS = 15.0
"""So often the other end is asked whether it is there; a connection without an answer is given up."""
IDLE_SECONDS = 60.0
"""Nobody having waited for so long, the subscription ends."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 60.0
"""Before a connection is made anew; twice as long each time that it comes to nothing."""
SUBSCRIBE = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
MOST_BYTES = 2**20


class Heads:
    """The first of `urls` (ws://… or wss://…) that can be subscribed to. `clock` gives seconds that only rise."""

    def __init__(
        self,
        urls: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._urls = tuple(urls)
        self._clock = clock
        self._sleep = sleep
        self._next = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wanted_at = 0.0
        self.heard = 0
        """How many blocks were told so far."""
        self.live = False
        """Whether a subscription stands now."""

    async def after(self, heard: int, seconds: float) -> float:
        """Returns once a block is told beyond the first `heard`, or after `seconds`; how long that took."""
        began = self._wanted_at = self._clock()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._listen())
        if self.heard <= heard:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._next.wait()
        self._wanted_at = self._clock()
        return self._wanted_at - began

    async def close(self) -> None:
        """Ends the subscription. Safe to call twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def _is_idle(self) -> bool:
        return self._clock() - self._wanted_at >= IDLE_SECONDS

    async def _listen(self) -> None:
        from aiohttp import ClientError, ClientSession, ClientTimeout

        pause = FIRST_PAUSE_SECONDS
        async with ClientSession(timeout=ClientTimeout(total=None, connect=CONNECT_SECONDS)) as session:
            for url in itertools.cycle(self._urls):
                before = self.heard
                try:
                    await self._follow(session, url)
                except (ClientError, OSError, TimeoutError, ValueError, TypeError, Unavailable):
                    pass  # the waiting goes on by the clock
                finally:
                    self.live = False
                if self._is_idle():
                    return
                pause = FIRST_PAUSE_SECONDS if self.heard > before else min(pause * 2, LONGEST_PAUSE_SECONDS)
                await self._sleep(pause)

    async def _follow(self, session: ClientSession, url: str) -> None:
        """Tells of blocks until nobody wants them any more; raises where the connection or the subscription ends."""
        async with session.ws_connect(url, heartbeat=PING_SECONDS, max_msg_size=MOST_BYTES) as socket:
            await socket.send_json(SUBSCRIBE)
            name = _answer(await socket.receive_json(timeout=CONNECT_SECONDS))
            self.live = True
            while not self._is_idle():
                with contextlib.suppress(TimeoutError):
                    if _tells(await socket.receive_json(timeout=IDLE_SECONDS), name):
                        self.heard += 1
                        self._next.set()
                        self._next = asyncio.Event()


def _answer(answer: Any) -> str:
    """The subscription's name."""
    if not isinstance(answer, dict) or not isinstance(answer.get("result"), str):
        raise Unavailable("node", "This endpoint doesn't tell of new blocks.")
    return str(answer["result"])


def _tells(message: Any, name: str) -> bool:
    """Whether a message tells of a block."""
    params = message.get("params") if isinstance(message, dict) else None
    return isinstance(params, dict) and params.get("subscription") == name
