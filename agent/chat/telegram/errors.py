"""What the Bot API's errors mean for a delivery: again later, never, or not with this token."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.chat.adapter import RetryLater, Undeliverable
from agent.errors import Refused

if TYPE_CHECKING:
    from telegram.error import RetryAfter

NO_TOKEN = "Telegram doesn't take this bot token."  # noqa: S105  (a message)
NEW_TOKEN = "Get the bot's token from @BotFather and put it in the token file."  # noqa: S105
TWICE = "Another instance uses this Telegram bot token."


@contextlib.contextmanager
def understood(network_pause: float) -> Iterator[None]:
    """Raises RetryLater, Undeliverable or Refused for what the library raises. Messages never hold the token."""
    from telegram import error

    try:
        yield
    except error.RetryAfter as again:
        raise RetryLater(seconds(again), "Telegram limits the rate") from again
    except error.InvalidToken:
        raise refused_token() from None
    except error.Forbidden as no:
        raise Undeliverable(no.message) from no
    except (error.ChatMigrated, error.EndPointNotFound) as no:
        raise Undeliverable(no.message) from no
    except error.BadRequest as no:  # a NetworkError by its class, so it stands before it
        raise Undeliverable(no.message) from no
    except error.TelegramError as away:
        raise RetryLater(network_pause, "Telegram can't be reached") from away


def refused_token() -> Refused:
    """The refusal of a token that Telegram doesn't know or has revoked."""
    return Refused("telegram-token", NO_TOKEN, NEW_TOKEN)


def refused_twice() -> Refused:
    """The refusal of a second poller."""
    return Refused("telegram-token", TWICE, "Stop the other one, or give each its own bot.")


def seconds(again: RetryAfter) -> float:
    """The wait that Telegram asks for; the library is on its way from a number to a timedelta."""
    wait = again.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
