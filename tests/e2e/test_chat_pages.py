"""docs/discord.md and docs/telegram.md, walked as they stand there: only the platform is this machine's."""

from __future__ import annotations

import asyncio
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import devnet
from agent.config import Settings
from devnet.cache import cache_folder
from tests.e2e import bot
from tests.e2e.chats import Chat, DiscordChat, TelegramChat
from tests.e2e.program import ROOT, environment
from tests.servers.discord_server import DiscordServer
from tests.servers.telegram_server import TOKEN, TelegramServer

FENCE = re.compile(r"^ *```(sh|console|text|toml)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
PLATFORM = "https://api.telegram.org/bot"
SETTING = re.compile(r"MONETA_([A-Z_]+)")


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def steps(text: str) -> list[str]:
    """The commands in the order of the page, up to the one that runs it; without what they print."""
    found: list[str] = []
    for language, block in FENCE.findall(text):
        lines = [line.strip() for line in block.splitlines()]
        if language == "sh":
            found += lines
        elif language in ("console", "text"):
            found += [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    end = next(place for place, line in enumerate(found) if line.startswith("moneta run"))
    return found[: end + 1]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A newcomer's home, with moneta on the path."""
    tools = tmp_path / ".bin"
    tools.mkdir()
    (tools / "moneta").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m moneta "$@"\n')
    (tools / "moneta").chmod(0o755)
    yield tmp_path
    devnet.down(tmp_path / "moneta")


async def walk(home: Path, commands: list[str], token: str) -> tuple[dict[str, str], str]:
    """Runs all but the last; the environment that the last one would have, and what was printed."""
    script = "\n".join(["set -eu", *commands[:-1], "echo; env -0 > ~/environment"])
    path = f"{home / '.bin'}:{environment()['PATH']}"
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", script),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(HOME=str(home), PATH=path, MONETA_CACHE=str(cache_folder())),  # set up, as the pages ask
        cwd=home,
    )
    out, errors = await asyncio.wait_for(shell.communicate(f"{token}\n".encode()), 60)
    assert shell.returncode == 0, errors.decode()
    pairs = (each.partition("=") for each in (home / "environment").read_text().split("\0") if each)
    return {name: value for name, _, value in pairs if name.startswith("MONETA_")}, out.decode()


async def first_light(chat: Chat) -> None:
    """What the pages promise of the first minutes."""
    risk = await chat.ask("hello")
    assert risk.labels == ["I understand"]
    assert "Your account" in (await chat.press(risk, "I understand")).text
    assert "aave" in (await chat.ask("best yield for usdc?")).text


async def test_discord(home: Path) -> None:
    async with DiscordServer() as server:
        chat = DiscordChat(server)
        commands = [line.replace("discord:123456789012345678", chat.identity) for line in steps(page("discord"))]
        assert commands[-1] == "moneta run --dir ~/moneta"
        given, _ = await walk(home, commands, server.token)
        assert (home / "moneta").stat().st_mode & 0o077 == 0
        assert (home / "moneta" / "discord-token").stat().st_mode & 0o077 == 0
        given |= {"MONETA_DISCORD_API": server.api_base, "MONETA_DISCORD_GATEWAY": server.gateway_url}
        async with bot.running(home / "moneta", given):
            await first_light(chat)


async def test_telegram(home: Path) -> None:
    async with TelegramServer().running() as server:
        chat = TelegramChat(server)
        server.people.say(chat.person, "/start")
        commands = [
            line.replace(PLATFORM, server.url).replace("telegram:123456789", chat.identity)
            for line in steps(page("telegram"))
        ]
        assert commands[-1] == "moneta run --dir ~/moneta"
        given, said = await walk(home, commands, TOKEN)
        assert f'"from": {{"id": {chat.person.id}' in said.replace('":', '": ').replace(":  ", ": ")
        assert (home / "moneta" / "telegram.token").stat().st_mode & 0o077 == 0
        given |= {"MONETA_TELEGRAM_API": server.url}
        async with bot.running(home / "moneta", given):
            await server.until(lambda: server.people.told(chat.person))  # the Start from before
            await first_light(chat)


@pytest.mark.parametrize("name", ["discord", "telegram"])
def test_every_setting_of_a_page_is_one(name: str) -> None:
    text = page(name)
    said = {each.lower() for each in SETTING.findall(text)}
    for language, block in FENCE.findall(text):
        said |= set(tomllib.loads(block)) if language == "toml" else set()
    assert len(said) >= 3
    assert said <= set(Settings.model_fields)
