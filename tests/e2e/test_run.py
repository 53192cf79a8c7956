"""`moneta run` as a process: what it refuses to start with, and that nothing is lost when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import devnet
from tests.e2e import bot
from tests.e2e.program import MONETA, environment, rows
from tests.servers.discord_server import DiscordServer, text_of
from tests.servers.telegram_sends import Failure
from tests.servers.telegram_server import TelegramServer

REFUSAL_SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a devnet that runs."""
    place = tmp_path / "d"
    devnet.up(place)
    yield place
    devnet.down(place)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as server:
        yield server


async def refused(folder: Path, given: dict[str, str]) -> str:
    """What it says as it refuses to run, which it must by itself, without a traceback and without a ready line."""
    process = await asyncio.create_subprocess_exec(
        *MONETA,
        "run",
        "--dir",
        str(folder),
        "--json",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(**given),
        cwd=folder,
    )
    out, errors = await asyncio.wait_for(process.communicate(), REFUSAL_SECONDS)
    said = errors.decode()
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert out == b""
    return said


async def test_without_a_chat(folder: Path) -> None:
    assert "No chat is configured." in await refused(folder, {})


async def test_a_token_file_that_is_not_there_or_empty(folder: Path) -> None:
    missing = folder / "nothing.token"
    said = await refused(folder, {"MONETA_TELEGRAM_TOKEN_FILE": str(missing)})
    assert f"{missing} can't be read: No such file or directory." in said
    missing.write_text("\n")
    assert f"{missing} is empty." in await refused(folder, {"MONETA_DISCORD_TOKEN_FILE": str(missing)})


async def test_a_token_that_discord_does_not_know(folder: Path, discord: DiscordServer) -> None:
    given = bot.settings(folder, discord)
    discord.revoke()
    said = await refused(folder, given)
    assert "Discord doesn't know this token." in said
    assert discord.token not in said


async def test_a_token_that_telegram_does_not_know(folder: Path, telegram: TelegramServer) -> None:
    given = bot.settings(folder, telegram=telegram)
    telegram.revoked = True
    said = await refused(folder, given)
    assert "Telegram doesn't take this bot token." in said
    assert "123456:" not in said


async def test_ready_is_said_once_both_are_connected(
    folder: Path, discord: DiscordServer, telegram: TelegramServer
) -> None:
    given = bot.settings(folder, discord, telegram)
    discord.fail("GET", "/users/@me", 503)
    telegram.fail("getUpdates", Failure(502, "Bad Gateway"))
    async with bot.running(folder, given) as moneta:
        assert moneta.ready == {"event": "ready", "adapters": ["discord", "telegram"]}
        assert discord.gateway.live
        assert telegram.count()["getUpdates"] > 1
        assert telegram.unfailed()
    assert "Discord can't be reached" in moneta.log
    assert "no updates taken in" in moneta.log


async def test_one_bad_token_of_two_refuses_the_start(
    folder: Path, discord: DiscordServer, telegram: TelegramServer
) -> None:
    given = bot.settings(folder, discord, telegram)
    telegram.revoked = True
    said = await refused(folder, given)
    assert said.strip().splitlines()[-1] == (
        "moneta: Telegram doesn't take this bot token. Get the bot's token from @BotFather, write it to the file "
        "that MONETA_TELEGRAM_TOKEN_FILE names, and start again."
    )


async def test_a_token_that_is_taken_back_ends_its_chat_and_not_the_other(
    folder: Path, discord: DiscordServer, telegram: TelegramServer
) -> None:
    given = bot.settings(folder, discord, telegram)
    ada = telegram.people.person(7, "Ada")
    given["MONETA_OWNERS"] = json.dumps(["telegram:7"])
    moneta = await bot.start(folder, given)
    try:
        discord.revoke()
        discord.cut()
        async with asyncio.timeout(REFUSAL_SECONDS):
            while "discord is over, the rest goes on: Discord took this token back." not in moneta.log:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        telegram.people.say(ada, "terms")
        await telegram.until(lambda: telegram.people.told(ada))
        moneta.process.terminate()
        assert await asyncio.wait_for(moneta.process.wait(), REFUSAL_SECONDS) == 1, "not all of it was served"
    finally:
        await moneta.kill()
    assert "Traceback" not in moneta.log


async def test_a_webhook_that_telegram_does_not_take(folder: Path, telegram: TelegramServer) -> None:
    given = bot.settings(folder, telegram=telegram)
    (folder / "secret").write_text("a-secret\n")
    given |= {
        "MONETA_TELEGRAM_WEBHOOK_URL": "http://bot.example/moneta",
        "MONETA_TELEGRAM_WEBHOOK_LISTEN": "127.0.0.1:0",
        "MONETA_TELEGRAM_WEBHOOK_SECRET_FILE": str(folder / "secret"),
    }
    said = await refused(folder, given)
    assert "an https url must be provided for webhook" in said.casefold()
    assert "MONETA_TELEGRAM_WEBHOOK_URL" in said


async def test_a_second_one_on_the_same_folder(folder: Path, telegram: TelegramServer) -> None:
    given = bot.settings(folder, telegram=telegram)
    async with bot.running(folder, given):
        said = await refused(folder, given)
    assert "already runs Moneta in" in said


async def test_what_is_said_while_it_ends_is_answered(
    folder: Path, discord: DiscordServer, telegram: TelegramServer
) -> None:
    """Messages before, during and after SIGTERM: each answered once, in order, by this one or the next."""
    given = bot.settings(folder, discord, telegram) | bot.UNLIMITED
    ada, dora = telegram.people.person(7, "Ada"), discord.person("dora")
    given["MONETA_OWNERS"] = json.dumps(["telegram:7", f"discord:{dora.id}"])
    first = await bot.start(folder, given)
    await bot.in_session(discord)
    words = ["terms", "privacy"] * 15

    async def say() -> None:
        for each in words:
            telegram.people.say(ada, each)
            await discord.say(dora, discord.direct(dora), each)
            await asyncio.sleep(0.01)

    saying = asyncio.create_task(say())
    await telegram.until(lambda: telegram.people.told(ada))
    await first.terminate()  # how long it takes is a figure of `make bench-chat`
    await saying

    async with bot.running(folder, given):
        await telegram.until(lambda: len(telegram.people.told(ada)) >= len(words))
        await discord.until(lambda: len(_heard(discord, dora)) >= len(words) or None)
    for answers in ([each["text"] for each in telegram.people.told(ada)], _heard(discord, dora)):
        assert ["terms" if each.startswith("Terms") else "privacy" for each in answers] == words
    assert rows(folder, "SELECT count(*) AS n FROM inbox WHERE status = 'new'")[0]["n"] == 0


def _heard(discord: DiscordServer, person: object) -> list[str]:
    channel = next(each for each in discord.rest.channels.values() if each.recipient is person)
    return [text_of(each) for each in channel.messages if each["author"]["bot"]]
