"""A thread with an event loop of its own for one plug-in: what hangs there hangs there alone."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import threading
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
GRACE_SECONDS = 1.0


class Overran(Exception):
    """It took longer than it may. The thread can't be ended: it is left behind, and nothing is asked of it again."""


class Worker:
    """Started with the first call; ends with the process."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._starting = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], T], seconds: float) -> T:
        """What the function gives, which waits for it. Raises Overran, and what the function raises."""
        if threading.current_thread() is self._thread:  # a plug-in's venue that is over another one of its own
            return function()
        with self._one_at_a_time:
            future: concurrent.futures.Future[T] = concurrent.futures.Future()
            context = contextvars.copy_context()
            self._running().call_soon_threadsafe(_do, future, lambda: context.run(function))
            try:
                return future.result(seconds)
            except concurrent.futures.TimeoutError:
                if future.done():
                    raise  # the function's own
                raise Overran from None

    async def wait(self, make: Callable[[], Awaitable[T]], seconds: float) -> T:
        """What the awaitable gives, without holding up this loop. Raises Overran, and what it raises."""
        future = asyncio.run_coroutine_threadsafe(_limited(make, seconds), self._running())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds + GRACE_SECONDS)
        except TimeoutError:
            raise Overran from None

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
            return self._loop


def _do(future: concurrent.futures.Future[T], function: Callable[[], T]) -> None:
    try:
        future.set_result(function())
    except BaseException as error:  # SystemExit among them: a plug-in ends nothing but itself
        future.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))


async def _limited(make: Callable[[], Awaitable[T]], seconds: float) -> T:
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await make()
    except TimeoutError as error:
        if limit.expired():
            raise Overran from None
        raise RuntimeError("TimeoutError") from error
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        raise RuntimeError(type(error).__name__) from error


def bridged(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """`ask`, which belongs to this loop, for a plug-in that runs in another one."""
    home = asyncio.get_running_loop()

    async def over(*arguments: Any) -> Any:
        if asyncio.get_running_loop() is home:
            return await ask(*arguments)

        async def at_home() -> Any:
            return await ask(*arguments)

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(at_home(), home))

    return over
