"""What a running instance looks at again and again beside its conversations."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from agent.errors import MonetaError

log = structlog.get_logger()


async def keep_looking(
    look: Callable[[], Awaitable[object]], stop: asyncio.Event, every: float, could_not: str, failed: str
) -> None:
    """Looks at once, and then every so many seconds until `stop`. A look that fails costs itself alone.

    It is logged as `could_not` with what a MonetaError says, or as `failed` with the name of any other error. What a
    look that `stop` cuts off has written down is whole; the next start looks at the rest.
    """
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            looking = asyncio.create_task(_look(look, could_not, failed))
            await asyncio.wait([looking, stopped], return_when=asyncio.FIRST_COMPLETED)
            looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await looking
            await asyncio.wait([stopped], timeout=every)
    finally:
        stopped.cancel()


async def _look(look: Callable[[], Awaitable[object]], could_not: str, failed: str) -> None:
    try:
        await look()
    except MonetaError as error:
        log.warning(could_not, error=str(error))
    except Exception as error:  # whatever a node answers, the next look may be better
        log.warning(failed, error=type(error).__name__)
