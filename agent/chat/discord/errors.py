"""What Discord's errors mean for a delivery: again later, or never."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import aiohttp
import discord

from agent.chat.adapter import RetryLater, Undeliverable

LONGEST_PAUSE_SECONDS = 60.0
TOKEN_REFUSED = 401
RATE_LIMITED = 429
INVALID_WEBHOOK_TOKEN = 50027


@contextlib.contextmanager
def translated(created_at: int) -> Iterator[None]:
    """Raises RetryLater or Undeliverable for what Discord answers to a row that was queued at `created_at`."""
    try:
        yield
    except discord.RateLimited as error:
        raise RetryLater(error.retry_after, "Discord's rate limit") from error
    except discord.HTTPException as error:
        raise _meant(error, created_at) from error
    except (OSError, aiohttp.ClientError, TimeoutError) as error:
        raise RetryLater(_pause(created_at), f"Discord can't be reached: {type(error).__name__}") from error


def _meant(error: discord.HTTPException, created_at: int) -> RetryLater | Undeliverable:
    if error.status == RATE_LIMITED:
        return RetryLater(_retry_after(error), "Discord's rate limit")
    if error.status >= 500:
        return RetryLater(_pause(created_at), f"Discord answers {error.status}")
    if error.status == TOKEN_REFUSED:  # a new token delivers what waits; the gateway's end tells the operator
        return RetryLater(LONGEST_PAUSE_SECONDS, "Discord refuses the token")
    return Undeliverable(f"Discord answers {error.status}, code {error.code}: {error.text[:200]}")


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", "1"))
    except ValueError:
        return 1.0


def _pause(created_at: int) -> float:
    """A quarter of the time that the row has waited: exponential, without a memory of the tries."""
    return min(1.0 + max(time.time() - created_at, 0) / 4, LONGEST_PAUSE_SECONDS)


def token_is_spent(error: discord.HTTPException) -> bool:
    """The interaction can't be answered any more; its channel still can."""
    return error.status == 404 or error.code == INVALID_WEBHOOK_TOKEN
