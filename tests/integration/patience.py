"""Waiting for what a task or another program does: the event itself, with patience for a busy machine."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from agent.chain.rpc import Rpc

T = TypeVar("T")

PATIENCE_SECONDS = 60.0


async def until(holds: Callable[[], T]) -> T:
    """What `holds` gives as soon as it is true. Raises TimeoutError where it never is."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := holds()):  # noqa: ASYNC110  (what it waits for tells nobody)
            await asyncio.sleep(0.005)
    return found


async def eventually(asks: Callable[[], Awaitable[T]]) -> T:
    """The same for what has to be asked for."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await asks()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    return found


async def ended(task: Awaitable[T]) -> T:
    """What something gives that has to come to its end. Raises TimeoutError where it doesn't."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await task


async def patiently(rpc: Rpc) -> None:
    """From now on it waits longer for an answer than a test does for anything."""
    rpc.timeout = 2 * PATIENCE_SECONDS
    await rpc.close()  # its next connection has that time
