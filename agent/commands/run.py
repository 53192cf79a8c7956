"""`moneta run`: the configured adapters and the scheduler, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from agent import hooks
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
from agent.hooks.loading import setup_of
from agent.oversight import run_oversight
from agent.place import Where
from agent.schedule import run_schedule
from agent.watch import run_watch

Maker = Callable[[Service], Adapter]

log = structlog.get_logger()

DRAIN_SECONDS = 1.2
"""What a turn under way may take at the end; the whole end stays under two seconds."""


def run(where: Where, as_json: bool) -> int:
    """Runs until it is told to stop. Raises Refused where no adapter is configured, or one can't start."""
    plugins = hooks.load(where.settings)
    asyncio.run(_run(where, plugins, configured(where.settings, plugins), as_json))
    return 0


async def _run(where: Where, plugins: hooks.Plugins, makers: list[Maker], as_json: bool) -> None:
    async with open_instance(places.place_of(where), where.settings, plugins=plugins) as instance:
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


def configured(settings: Settings, plugins: hooks.Plugins) -> list[Maker]:
    """What makes the adapters that the settings name; their libraries are imported only then.

    Raises Refused for none, and for a token or secret that can't be read, before anything else is started.
    """
    setup = setup_of(settings, "")
    makers: dict[str, Maker] = {}
    for chat in (each for group in plugins.hook.moneta_chats(setup=setup) for each in group):
        if chat.platform in makers:
            log.error("two plug-ins serve one platform: the first one has it", platform=chat.platform)
        makers.setdefault(chat.platform, chat.make)
    if not makers:
        raise Refused(
            "no-adapter",
            "No chat is configured.",
            "Name a token file in MONETA_DISCORD_TOKEN_FILE or MONETA_TELEGRAM_TOKEN_FILE (docs/).",
        )
    return list(makers.values())


def _told_ready(adapters: list[Adapter], as_json: bool) -> None:
    names = [adapter.platform for adapter in adapters]
    if as_json:
        json_line({"event": "ready", "adapters": names})
    else:
        complain(f"serving {', '.join(names)}; stop with Ctrl-C")
