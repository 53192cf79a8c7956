"""What the Bot API's errors mean for a delivery: again later, never, or not with this token."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.chat.adapter import RetryLater, Undeliverable
from agent.errors import Refused

if TYPE_CHECKING:
    from telegram.error import RetryAfter, TelegramError

NO_TOKEN = "Telegram doesn't take this bot token."  # noqa: S105  (a message)
REMEDY = (
    "Get the bot's token from @BotFather, write it to the file that MONETA_TELEGRAM_TOKEN_FILE names, "
    "and start again."
)
AWAY = "Telegram can't be reached"
LOGGED_OUT = "logged out"  # what Telegram answers for ten minutes after a bot left a server of its own
TWICE = "Another instance uses this Telegram bot token."


@contextlib.contextmanager
def understood() -> Iterator[None]:
    """Raises RetryLater, Undeliverable or Refused for what the library raises. Messages never hold the token."""
    from telegram import error

    try:
        yield
    except error.RetryAfter as again:
        raise RetryLater(seconds(again), "Telegram limits the rate") from again
    except (error.InvalidToken, error.Forbidden, error.BadRequest, error.ChatMigrated) as no:
        if not for_good(no):
            raise RetryLater(None, AWAY) from no
        if isinstance(no, error.InvalidToken):
            raise refused_token() from None
        raise Undeliverable(no.message) from no
    except error.TelegramError as away:
        raise RetryLater(None, AWAY) from away


def for_good(error: TelegramError) -> bool:
    """Whether Telegram itself will answer the same tomorrow. What isn't its JSON is a proxy's: then there is a cause,
    but for the first call, whose refusal the library wraps in another.
    """
    cause = error.__cause__
    own = cause is None or (type(cause) is type(error) and cause.__cause__ is None)
    return own and error.message.casefold() != LOGGED_OUT


def refused_token() -> Refused:
    """The refusal of a token that Telegram doesn't know or has revoked."""
    return Refused("telegram-token", NO_TOKEN, REMEDY)


def refused_webhook(reason: str) -> Refused:
    """The refusal of an address that Telegram won't push to."""
    remedy = "Correct MONETA_TELEGRAM_WEBHOOK_URL and the secret's file, or leave both out: then updates are polled."
    return Refused("telegram-webhook", f"Telegram doesn't take this webhook: {reason}.", remedy)


def refused_twice() -> Refused:
    """The refusal of a second poller."""
    return Refused("telegram-token", TWICE, "Stop the other one, or give each its own bot.")


def seconds(again: RetryAfter) -> float:
    """The wait that Telegram asks for; the library is on its way from a number to a timedelta."""
    wait = again.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)
