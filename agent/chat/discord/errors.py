"""What Discord's errors mean for a delivery: again later, or never."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator

import aiohttp
import discord

from agent.chat.adapter import RetryLater, Undeliverable

RATE_LIMITED = 429
REFUSALS = (400, 403, 404, 413)
INVALID_WEBHOOK_TOKEN = 50027
LATER = frozenset({20016, 20022, 20028, 20029, 40001, 40002, 40003, 40004, 40006, 110001, 130000})
"""Codes that come with such a status and mean a time: slow mode, rates of a channel, a server or of new direct
messages, something switched off or overloaded for now, the token or the bot's account to be verified.
(discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes)"""


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Raises RetryLater or Undeliverable for what Discord answers."""
    try:
        yield
    except discord.RateLimited as error:
        raise RetryLater(error.retry_after, "Discord's rate limit") from error
    except discord.HTTPException as error:
        raise _meant(error) from error
    except (OSError, aiohttp.ClientError, TimeoutError) as error:
        raise RetryLater(None, f"Discord can't be reached: {type(error).__name__}") from error


def for_good(error: discord.HTTPException) -> bool:
    """Whether Discord itself will answer the same tomorrow. A refusal without one of its codes is a proxy's."""
    own = error.code != 0 or error.status == REFUSALS[0]
    return error.status in REFUSALS and own and error.code not in LATER


def told(error: discord.HTTPException) -> str:
    """The refusal in Discord's own words."""
    return f"Discord answers {error.status}, code {error.code}: {error.text[:200]}"


def _meant(error: discord.HTTPException) -> RetryLater | Undeliverable:
    if error.status == RATE_LIMITED:
        return RetryLater(_retry_after(error), "Discord's rate limit")
    return Undeliverable(told(error)) if for_good(error) else RetryLater(None, told(error))


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        seconds = float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def token_is_spent(error: discord.HTTPException) -> bool:
    """The interaction can't be answered any more; its channel still can."""
    return error.status == 404 or error.code == INVALID_WEBHOOK_TOKEN
