"""Updates pushed by Telegram: the secret is checked, the update committed, and only then acknowledged."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from agent.errors import Refused

if TYPE_CHECKING:
    from aiohttp import web
    from telegram import Bot, Update

HEADER = "X-Telegram-Bot-Api-Secret-Token"
LEAVE_SECONDS = 0.5  # for requests under way at the end; Telegram pushes again what got no 200

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Webhook:
    """`url` is the public HTTPS address, `host` and `port` what is listened on behind it (a proxy ends TLS).

    `secret_token`: 1 to 256 of A-Z, a-z, 0-9, _ and -.
    """

    url: str
    host: str
    port: int
    secret_token: str


async def serve(
    hook: Webhook, bot: Bot, take: Callable[[Sequence[Update]], Awaitable[None]], listening: asyncio.Event
) -> None:
    """Listens until it is cancelled. What `take` can't commit is answered 500, so that Telegram pushes it again.

    Sets `listening` once it does. Raises Refused("telegram-webhook") where nothing can listen there.
    """
    from aiohttp import web
    from telegram import Update

    async def pushed(request: web.Request) -> web.Response:
        secret = request.headers.get(HEADER, "")
        if not hmac.compare_digest(secret.encode(), hook.secret_token.encode()):
            return web.Response(status=403)
        try:
            update = Update.de_json(json.loads(await request.read()), bot)
        except (ValueError, TypeError, KeyError, AttributeError):
            return web.Response(status=400)
        try:
            await take([update])
        except Exception as error:
            log.warning("an update was not taken in", error=type(error).__name__)
            return web.Response(status=500)
        return web.Response()

    app = web.Application()
    app.router.add_post(urlsplit(hook.url).path or "/", pushed)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=LEAVE_SECONDS)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, hook.host, hook.port).start()
        except OSError as error:
            where = f"{hook.host}:{hook.port}"
            remedy = "Name another place in MONETA_TELEGRAM_WEBHOOK_LISTEN, and pass it on to there."
            raise Refused("telegram-webhook", f"Nothing can listen on {where}: {error.strerror}.", remedy) from error
        listening.set()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
