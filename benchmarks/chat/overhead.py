"""What the adapters add to the bare libraries; start, end, memory: one person a platform, one message at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import devnet
from benchmarks.chat.crowd import until
from benchmarks.chat.echo import TOKEN as ECHO_TOKEN
from benchmarks.chat.watching import pss, rss
from benchmarks.figure import Figure
from tests.e2e import bot
from tests.e2e.chats import Chat, DiscordChat, TelegramChat
from tests.e2e.program import ROOT, rows
from tests.servers.discord_server import DiscordServer
from tests.servers.telegram_people import Person as TelegramPerson
from tests.servers.telegram_server import TOKEN, TelegramServer

SAID = "help"
WARM_UP = 5
START_SECONDS, RATIO, PSS_MB, END_SECONDS = 3, 2, 160, 2

FULL, QUICK = (200, 60, 5), (20, 1, 1)  # words to each bot, seconds of idleness, starts


def figures(folder: Path, *, quick: bool) -> list[Figure]:
    """All of them."""
    devnet.up(folder)
    try:
        return asyncio.run(_figures(folder, *(QUICK if quick else FULL)))
    finally:
        devnet.down(folder)


async def _figures(folder: Path, times: int, idle: int, starts: int) -> list[Figure]:
    found: list[Figure] = []
    async with DiscordServer() as discord, TelegramServer().running() as telegram, _bare() as bare:
        chats: dict[str, Chat] = {"discord": DiscordChat(discord), "telegram": TelegramChat(telegram)}
        given = bot.settings(folder, discord, telegram) | bot.UNLIMITED
        given["MONETA_OWNERS"] = json.dumps([chat.identity for chat in chats.values()])
        async with bot.running(folder, given):
            pass  # the first start makes the keystore
        ready, heard = [], []
        for _ in range(starts):
            telegram.calls.clear()
            sessions, began = discord.gateway.identified, time.perf_counter()
            async with bot.running(folder, given) as running:
                ready.append(running.ready_seconds)
                await until(partial(_both, discord, telegram, sessions), "both are connected")
                heard.append(time.perf_counter() - began)
        found.append(Figure(f"start_to_ready_line_median_of_{starts}", median(ready), "s", START_SECONDS))
        found.append(Figure(f"start_to_both_connected_median_of_{starts}", median(heard), "s", START_SECONDS))
        running = await bot.start(folder, given)
        try:
            await bot.in_session(discord)
            for name, chat in chats.items():
                await chat.press(await chat.ask("hi"), "I understand")
                found += await _by_turns(name, chat, bare[name], times)
            await asyncio.sleep(idle)
            pid = running.process.pid
            found.append(Figure(f"main_process_pss_after_{idle}_s_idle", pss(pid), "MB", PSS_MB))
            found.append(Figure(f"main_process_rss_after_{idle}_s_idle", rss(pid), "MB"))
            found += await _ends(running, folder, given, discord, telegram)
        finally:
            await running.kill()
    return found


def _both(discord: DiscordServer, telegram: TelegramServer, sessions: int) -> bool:
    return discord.gateway.identified > sessions and telegram.count()["getUpdates"] > 0


async def _by_turns(name: str, chat: Chat, bare: Chat, times: int) -> Iterator[Figure]:
    """The same word to both bots in turn, so that whatever else this machine does slows both."""
    taken: list[float] = []
    echoed: list[float] = []
    for _ in range(times + WARM_UP):
        for spoken_to, times_of in ((bare, echoed), (chat, taken)):
            began = time.perf_counter()
            await spoken_to.ask(SAID)
            times_of.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)  # for what is written down after a delivery
    ours, theirs = median(taken[WARM_UP:]), median(echoed[WARM_UP:])
    return iter(
        (
            Figure(f"{name}_echo_bot_median", theirs * 1000, "ms"),
            Figure(f"{name}_help_median", ours * 1000, "ms"),
            Figure(f"{name}_overhead_over_the_bare_library", ours / theirs, "ratio", RATIO),
        )
    )


@contextlib.asynccontextmanager
async def _bare() -> AsyncIterator[dict[str, Chat]]:
    """Echo bots, each a process of its own with a server of its own."""
    async with (
        DiscordServer() as discord,
        TelegramServer().running() as telegram,
        _echo(discord.token, ("discord", discord.api_base, discord.gateway_url), lambda: bool(discord.gateway.live)),
        _echo(TOKEN, ("telegram", telegram.url), lambda: telegram.count()["getUpdates"] > 0),
    ):
        yield {"discord": DiscordChat(discord), "telegram": TelegramChat(telegram)}


@contextlib.asynccontextmanager
async def _echo(token: str, where: tuple[str, ...], connected: Callable[[], bool]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "ignore", "-m", "benchmarks.chat.echo", *where),
        env={**os.environ, "PYTHONPATH": str(ROOT), ECHO_TOKEN: token},
    )
    try:
        await until(connected, "the echo bot is connected")
        await asyncio.sleep(0.5)
        yield
    finally:
        process.kill()
        await process.wait()


async def _ends(
    running: bot.Bot, folder: Path, given: dict[str, str], discord: DiscordServer, telegram: TelegramServer
) -> list[Figure]:
    """SIGTERM while both people go on talking; the next start answers what was left."""
    people = telegram.people
    ada, dora = next(iter(people.chats)), next(p for p in discord.rest.people.values() if not p.bot)
    person = TelegramPerson(ada, "Ada")

    def answered() -> int:
        heard = [each for each in discord.direct(dora).messages if each["author"]["bot"]]
        return len(people.told(ada)) + len(heard)

    before, said = answered(), 0

    async def say() -> None:
        nonlocal said
        for _ in range(40):
            people.say(person, "terms")
            await discord.say(dora, discord.direct(dora), "terms")
            said += 2
            await asyncio.sleep(0.01)

    saying = asyncio.create_task(say())
    await asyncio.sleep(0.15)
    ended = await running.terminate()
    await saying
    async with bot.running(folder, given):
        with contextlib.suppress(TimeoutError):
            await until(lambda: answered() >= before + said, "all is answered")
        await asyncio.sleep(0.5)
    left = int(rows(folder, "SELECT count(*) AS n FROM inbox WHERE status = 'new'")[0]["n"])
    return [
        Figure("sigterm_to_exit_while_people_talk", ended, "s", END_SECONDS),
        Figure("answers_missing_after_sigterm_and_restart", before + said - answered() + left, "messages", 0),
    ]
