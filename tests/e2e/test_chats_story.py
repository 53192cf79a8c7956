"""The story of the terminal again in Discord and in Telegram, by `moneta run` as a process: the same balances."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tomllib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import devnet
from agent.commands.places import TO_START_WITH
from tests.e2e import bot
from tests.e2e.chats import Chat, DiscordChat, TelegramChat, Told
from tests.e2e.program import Chain, Program, rows
from tests.e2e.transcripts import Transcript
from tests.servers.discord_server import DiscordServer
from tests.servers.telegram_server import TelegramServer

CONFIRM, ADVANCE = "Confirm", "advance 30 days"
STORY = (
    ("hi", "Hello."),
    ("what can you do?", "put 1,000 USDC to work"),
    ("best yield for usdc?", "pays the most for USDC now"),
    ("put 1,000 USDC to work", "I can put 1,000 USDC into"),
    (CONFIRM, "Done: put 1,000 USDC into"),
    ("how am I doing?", "at work"),
    (ADVANCE, "passed on devnet"),
    ("portfolio", "at work"),
    ("withdraw half my usdc", "I can take"),
    (CONFIRM, "Done: "),
    ("why did you choose that venue?", "USDC"),
    ("get me out of everything", "I can "),
    (CONFIRM, "Done: "),
)
"""What is said, or pressed, and what the answer must hold."""
SECONDS_APART = 120
"""How far apart in devnet's time the same steps of two runs may be; interest accrues in it."""
LATER = 1_200
"""Seconds by devnet's clock until the thirty days begin, in each run: its borrowers throw dice by that second."""


@dataclass(frozen=True)
class End:
    """What the chain says of an account at the end: base units of USDC, transactions. `moment`: see LATER."""

    usdc: int
    nonce: int
    moment: int


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> End:
    """How the story ends in the terminal."""
    with Program("demo", cwd=tmp_path_factory.mktemp("terminal")) as talk:
        head = talk.chain.call("eth_getBlockByNumber", "latest", False)
        moment = int(head["timestamp"], 16) + LATER
        for words, answer in STORY:
            with _be_at(talk.chain, moment) if words == ADVANCE else contextlib.nullcontext():
                assert answer in talk.say("/confirm" if words == CONFIRM else words)["reply"]
        return End(talk.units("USDC"), talk.nonce(), moment)


@contextlib.asynccontextmanager
async def chat_on(platform: str, folder: Path) -> AsyncIterator[Chat]:
    """A chat with a bot that serves both platforms, owned by the one who chats."""
    async with DiscordServer() as discord, TelegramServer().running() as telegram:
        chat: Chat = DiscordChat(discord) if platform == "discord" else TelegramChat(telegram)
        given = bot.settings(folder, discord, telegram) | bot.UNLIMITED
        given["MONETA_OWNERS"] = json.dumps([chat.identity])
        async with bot.running(folder, given) as running:
            assert running.ready["adapters"] == ["discord", "telegram"]
            await bot.in_session(discord)
            yield chat
        assert not discord.rest.problems
        assert not telegram.problems


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_the_story(platform: str, tmp_path: Path, terminal: End) -> None:
    folder = tmp_path / "d"
    running = await asyncio.to_thread(devnet.up, folder)
    try:
        chain, transcript = Chain(running.rpc_url), Transcript(platform)
        async with chat_on(platform, folder) as chat:
            await _come_in(chat, transcript)
            account = str(rows(folder, 'SELECT address FROM accounts WHERE "index" = 0')[0]["address"])
            chain_file = folder / "chain.toml"
            await asyncio.to_thread(devnet.fund, running.rpc_url, account, TO_START_WITH, chain_file=chain_file)
            await _tell(chat, transcript, chain, terminal.moment)
        usdc = tomllib.loads(chain_file.read_text())["tokens"]["USDC"]["address"]
        end = End(chain.balance_of(usdc, account), chain.nonce(account), terminal.moment)
    finally:
        await asyncio.to_thread(devnet.down, folder)
    interest = terminal.usdc - TO_START_WITH["USDC"]
    assert interest > 0
    assert end.nonce == terminal.nonce
    assert abs(end.usdc - terminal.usdc) <= interest * SECONDS_APART // (30 * 86_400) + 1
    assert not rows(folder, "SELECT id FROM inbox WHERE status = 'new'")
    transcript.write()


async def _come_in(chat: Chat, transcript: Transcript) -> None:
    """From a stranger to an account: the risks are read, then acknowledged by their button."""
    transcript.said("hi")
    risks = await chat.ask("hi")
    transcript.told(risks)
    assert risks.labels == ["I understand"]
    transcript.pressed("I understand")
    welcome = await chat.press(risks, "I understand")
    transcript.told(welcome)
    assert "Your account on devnet is" in welcome.text


@contextlib.contextmanager
def _be_at(chain: Chain, moment: int) -> Iterator[None]:
    """A block at that moment; the next one is a second later by the chain, however long the answer takes."""
    chain.call("evm_setNextBlockTimestamp", moment)
    chain.call("evm_mine")
    chain.call("anvil_setBlockTimestampInterval", 1)
    yield
    chain.call("anvil_removeBlockTimestampInterval")


async def _tell(chat: Chat, transcript: Transcript, chain: Chain, moment: int) -> None:
    last: Told | None = None
    for words, answer in STORY:
        if words == CONFIRM:
            assert last is not None
            assert CONFIRM in last.labels
            transcript.pressed(CONFIRM)
            last = await chat.press(last, CONFIRM)
        else:
            transcript.said(words)
            with _be_at(chain, moment) if words == ADVANCE else contextlib.nullcontext():
                last = await chat.ask(words)
        transcript.told(last)
        assert answer in last.text, last.text
