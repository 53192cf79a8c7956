"""`moneta run` as a process of its own, told where this machine's Discord and Telegram are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.program import MONETA, environment
from tests.servers.discord_server import DiscordServer
from tests.servers.telegram_server import TOKEN, TelegramServer

READY_SECONDS = 60.0
END_SECONDS = 60.0
UNLIMITED = {
    "MONETA_MESSAGES_A_MINUTE": "60000",
    "MONETA_MESSAGE_BURST": "10000",
    "MONETA_PRESSES_A_MINUTE": "60000",
    "MONETA_PRESS_BURST": "10000",
}
"""Settings for somebody who talks faster than people do."""


@dataclass
class Bot:
    """A running one. `ready_seconds` is from the start of its process to its ready line."""

    process: asyncio.subprocess.Process
    ready: dict[str, Any]
    ready_seconds: float
    errors: Path

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        return self.errors.read_text(errors="replace")

    async def terminate(self, patience: float = END_SECONDS) -> float:
        """SIGTERM; the seconds that it took to end, which it must with 0."""
        began = time.perf_counter()
        self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), patience)
        assert code == 0, self.log[-2000:]
        return time.perf_counter() - began

    async def kill(self) -> None:
        """SIGKILL, when it still runs."""
        if self.process.returncode is None:
            self.process.kill()
        await asyncio.wait_for(self.process.wait(), END_SECONDS)


def settings(
    folder: Path, discord: DiscordServer | None = None, telegram: TelegramServer | None = None
) -> dict[str, str]:
    """What of the environment points it at the servers; the tokens lie in files of the folder."""
    found: dict[str, str] = {}
    if discord is not None:
        found |= _token(folder, "discord", discord.token)
        found |= {"MONETA_DISCORD_API": discord.api_base, "MONETA_DISCORD_GATEWAY": discord.gateway_url}
    if telegram is not None:
        found |= _token(folder, "telegram", TOKEN) | {"MONETA_TELEGRAM_API": telegram.url}
    return found


def _token(folder: Path, platform: str, token: str) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{platform}.token"
    file.write_text(token + "\n")
    return {f"MONETA_{platform.upper()}_TOKEN_FILE": str(file)}


async def start(folder: Path, given: dict[str, str], *, verbose: bool = False) -> Bot:
    """Starts it on the devnet that runs in the folder, and waits for its ready line. `verbose`: all is logged."""
    errors = folder / "stderr.txt"
    began = time.perf_counter()
    with errors.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *MONETA,
            *(["-v"] if verbose else []),
            "run",
            "--dir",
            str(folder),
            "--json",
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
            env=environment(**given),
            cwd=folder,
        )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    assert line, errors.read_text(errors="replace")[-2000:]
    return Bot(process, json.loads(line), time.perf_counter() - began, errors)


@contextlib.asynccontextmanager
async def running(folder: Path, given: dict[str, str]) -> AsyncIterator[Bot]:
    """One that is drained at the end."""
    bot = await start(folder, given)
    try:
        yield bot
        await bot.terminate()
    finally:
        await bot.kill()


async def in_session(discord: DiscordServer) -> None:
    """Waits for the bot at Discord's gateway: what is said before its first session it never hears of."""
    async with asyncio.timeout(READY_SECONDS):
        while not discord.gateway.live:  # noqa: ASYNC110  (the server tells nobody)
            await asyncio.sleep(0.01)
