"""`moneta run`: the configured adapters and the scheduler, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from agent.backfill import run_backfill
from agent.chat.adapter import Adapter
from agent.chat.limits import Limits
from agent.chat.service import Service
from agent.commands import places
from agent.commands.output import complain, json_line
from agent.commands.running import Running, raise_first
from agent.compose import Instance, open_instance
from agent.config import Settings
from agent.errors import Refused
from agent.oversight import run_oversight
from agent.place import Where, read_secret
from agent.schedule import run_schedule
from agent.watch import run_watch

if TYPE_CHECKING:
    from agent.chat.telegram import Webhook

Maker = Callable[[Service], Adapter]

log = structlog.get_logger()

DRAIN_SECONDS = 1.2
"""What a turn under way may take at the end; the whole end stays under two seconds."""


def run(where: Where, as_json: bool) -> int:
    """Runs until it is told to stop. Raises Refused where no adapter is configured, or one can't start."""
    asyncio.run(_run(where, configured(where.settings), as_json))
    return 0


async def _run(where: Where, makers: list[Maker], as_json: bool) -> None:
    async with open_instance(places.place_of(where), where.settings) as instance:
        adapters = [make(instance.service) for make in makers]
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        instance.service.limits = Limits.of(where.settings)
        log.info("the chain is asked", chain=instance.world.registry.network, by=instance.world.rpc.trust)
        jobs = (
            run_watch(instance.world, instance.service, stop),
            run_schedule(instance.world, instance.service, stop),
            run_oversight(instance.world, instance.service, where.folder, stop),
            run_backfill(instance.world, stop),
        )
        await serve(instance, adapters, stop, lambda: _told_ready(adapters, as_json), jobs)


async def serve(
    instance: Instance,
    adapters: list[Adapter],
    stop: asyncio.Event,
    ready: Callable[[], None] = lambda: None,
    jobs: tuple[Coroutine[Any, Any, None], ...] = (),
) -> None:
    """Serves the adapters until `stop`: what was under way first, then what waits, then what comes.

    `ready` is called once every adapter is connected. An adapter that can't start keeps the others from starting;
    later it leaves them alone. Raises what ended one of them.
    """
    service = instance.service
    service.adapters.update({adapter.platform: adapter for adapter in adapters})
    await service.recover()
    running = Running.of(adapters, jobs, stop)
    await service.resume()
    try:
        if await running.connect():
            ready()
            await running.serve()
    finally:
        stop.set()
        await service.drain(DRAIN_SECONDS)
        ends = await running.end()
        for adapter in adapters:
            await adapter.close()
    raise_first(ends)


def configured(settings: Settings) -> list[Maker]:
    """What makes the adapters that the settings name; their libraries are imported only then.

    Raises Refused for none, and for a token or secret that can't be read, before anything else is started.
    """
    makers: list[Maker] = []
    if settings.discord_token_file is not None:
        from agent.chat.discord.adapter import DiscordAdapter

        makers.append(
            partial(
                DiscordAdapter,
                token=_secret(settings.discord_token_file),
                api_base=settings.discord_api,
                gateway=settings.discord_gateway,
                shards=settings.discord_shards,
            )
        )
    if settings.telegram_token_file is not None:
        from agent.chat.telegram import TelegramAdapter

        makers.append(
            partial(
                TelegramAdapter,
                token=_secret(settings.telegram_token_file),
                base_url=settings.telegram_api,
                webhook=_webhook(settings),
            )
        )
    if not makers:
        raise Refused(
            "no-adapter",
            "No chat is configured.",
            "Name a token file in MONETA_DISCORD_TOKEN_FILE or MONETA_TELEGRAM_TOKEN_FILE (docs/).",
        )
    return makers


def _webhook(settings: Settings) -> Webhook | None:
    """Telegram's webhook, None where updates are polled."""
    if settings.telegram_webhook_url is None:
        return None
    if settings.telegram_webhook_secret_file is None:
        raise Refused(
            "secret",
            "A webhook needs a secret, or anybody could push updates.",
            "Name its file in MONETA_TELEGRAM_WEBHOOK_SECRET_FILE.",
        )
    from agent.chat.telegram import Webhook

    host, _, port = settings.telegram_webhook_listen.rpartition(":")
    return Webhook(settings.telegram_webhook_url, host, int(port), _secret(settings.telegram_webhook_secret_file))


def _secret(path: Path) -> str:
    secret = read_secret(path, "It holds the token, one line.").strip()
    if not secret:
        raise Refused("secret", f"{path} is empty.", "It holds the token, one line.")
    return secret


def _told_ready(adapters: list[Adapter], as_json: bool) -> None:
    names = [adapter.platform for adapter in adapters]
    if as_json:
        json_line({"event": "ready", "adapters": names})
    else:
        complain(f"serving {', '.join(names)}; stop with Ctrl-C")
