"""Telegram as a plug-in: its adapter, where the settings name a token. python-telegram-bot is imported only then."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from agent.errors import Refused
from agent.plugin import Chat, Setup, hookimpl

if TYPE_CHECKING:
    from agent.chat.telegram import Webhook

PLATFORM = "telegram"


@hookimpl
def moneta_chats(setup: Setup) -> list[Chat]:
    from agent.chat.platforms import file_of, secret

    settings = setup.settings
    token = file_of(settings, "telegram_token_file")
    if token is None:
        return []
    from agent.chat.telegram import TelegramAdapter

    make = partial(
        TelegramAdapter, token=secret(token), base_url=settings.get("telegram_api"), webhook=_webhook(settings)
    )
    return [Chat(PLATFORM, make)]


def _webhook(settings: Mapping[str, Any]) -> Webhook | None:
    """Telegram's webhook, None where updates are polled."""
    from agent.chat.platforms import file_of, secret

    url = settings.get("telegram_webhook_url")
    if url is None:
        return None
    file = file_of(settings, "telegram_webhook_secret_file")
    if file is None:
        raise Refused(
            "secret",
            "A webhook needs a secret, or anybody could push updates.",
            "Name its file in MONETA_TELEGRAM_WEBHOOK_SECRET_FILE.",
        )
    from agent.chat.telegram import Webhook

    host, _, port = str(settings["telegram_webhook_listen"]).rpartition(":")
    return Webhook(str(url), host, int(port), secret(file))
