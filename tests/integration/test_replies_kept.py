"""No reply is lost: an hour offline, a token taken back and given again, people who block the bot and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from agent.chat.courier import LONGEST_PAUSE_SECONDS
from agent.chat.service import Service
from agent.chat.undelivered import LATE
from agent.errors import Refused
from agent.replies.reply import Reply
from devnet import Node
from memory.rows import OutboxRow
from tests.integration.discord_parts import Bot, bot_on
from tests.integration.place_parts import place_on
from tests.integration.telegram_parts import OWNER, Moneta, moneta
from tests.servers.discord_rest import NO_DIRECT_MESSAGES
from tests.servers.discord_server import DiscordServer, text_of
from tests.servers.telegram_sends import MALFORMED, Failure
from tests.servers.telegram_server import TelegramServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOUR = 3_600
GROUP = -60


@dataclass
class FakeClock:
    """The courier's: a pause takes no time, and counts."""

    now: float = 0.0
    pauses: int = 0
    then: Callable[[], None] = lambda: None

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses += 1
        if self.now >= HOUR:
            self.then()
        await asyncio.sleep(0)


def on_fake_clock(service: Service, then: Callable[[], None]) -> FakeClock:
    """From here on the courier's pauses are the clock's; after an hour of them `then` is called."""
    clock = FakeClock(then=then)
    service.courier.sleep = clock.sleep
    return clock


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moneta]:
    async with TelegramServer().running() as server:
        owner = server.people.person(OWNER, "Ada")
        async with moneta(
            place_on(devnet_module, tmp_path_factory.mktemp("telegram")), server, owner, settled=0
        ) as running:
            await running.alive()
            yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    async with DiscordServer() as server:
        alice = server.person("alice")
        place = place_on(devnet_module, tmp_path_factory.mktemp("discord"))
        async with bot_on(place, server, alice, server.guild(alice)) as running:
            await running.adapter.ready.wait()
            await running.helped()
            yield running


async def test_an_hour_offline_on_telegram(telegram: Moneta) -> None:
    service, people = telegram.instance.service, telegram.server.people
    user = await service.user("telegram", str(OWNER), "Ada")
    told = len(people.told(telegram.owner))

    def back() -> None:
        telegram.server.away = False

    clock = on_fake_clock(service, back)
    telegram.server.away = True
    for number in range(3):
        await service.say(user, "telegram", f"telegram:{OWNER}", Reply(f"moved {number}"))
    await telegram.server.until(lambda: len(people.told(telegram.owner)) == told + 3)
    assert [each["text"] for each in people.told(telegram.owner)[told:]] == [f"moved {n}" for n in range(3)]
    assert clock.now >= HOUR
    assert clock.pauses >= HOUR / LONGEST_PAUSE_SECONDS
    await _nothing_waits(service)


async def test_an_hour_of_503_on_discord(discord: Bot) -> None:
    service, direct = discord.instance.service, discord.direct
    fault = discord.server.fail("POST", r"/channels/\d+/messages", 503, times=10**6)
    before = len(direct.messages)

    def back() -> None:
        fault.times = 0

    clock = on_fake_clock(service, back)
    for number in range(2):
        await service.say(discord.user, "discord", f"discord:{direct.id}", Reply(f"moved {number}"))
    await discord.server.until(lambda: len(direct.messages) == before + 2 or None)
    assert [text_of(each) for each in direct.messages[before:]] == ["moved 0", "moved 1"]
    assert clock.now >= HOUR


async def test_who_blocked_the_bot_on_telegram_is_told_when_they_come_back(telegram: Moneta) -> None:
    service, people = telegram.instance.service, telegram.server.people
    user = await service.user("telegram", str(OWNER), "Ada")
    people.closed[OWNER] = "bot was blocked by the user"
    for text in ("Moved 1,000 USDC.", "Moved 2,000 USDC."):
        await service.say(user, "telegram", f"telegram:{OWNER}", Reply(text))
    kept = await _kept(service, user.id, 2)
    assert [row.dropped for row in kept] == ["Forbidden: bot was blocked by the user"] * 2
    del people.closed[OWNER]
    before = len(people.told(telegram.owner))
    answer = await telegram.ask("history")
    assert "What could not reach you (2)" in answer["text"]
    assert "“Moved 1,000 USDC.” (Forbidden: bot was blocked by the user)" in answer["text"]
    await telegram.server.until(lambda: len(people.told(telegram.owner)) == before + 3)
    late = [each["text"].split("\n") for each in people.told(telegram.owner)[before + 1 :]]
    assert [lines[1] for lines in late] == ["Moved 1,000 USDC.", "Moved 2,000 USDC."]
    assert all(lines[0].startswith(LATE) for lines in late)
    await telegram.alive()
    assert len(people.told(telegram.owner)) == before + 4, "each of them once"
    assert await service.ledger.kept_for(user.id) == []


async def test_who_closed_direct_messages_on_discord_is_told_when_they_write_there(discord: Bot) -> None:
    service, direct = discord.instance.service, discord.direct
    discord.server.rest.people[discord.alice.id].takes_messages = False
    asked = await discord.server.mention(discord.alice, discord.town, "portfolio")
    assert "Allow them and write to me there" in text_of(await discord.answer_to(asked, discord.town))
    (kept,) = await _kept(service, discord.user.id, 1)
    assert kept.dropped == f"Discord answers 403, code 50007: {NO_DIRECT_MESSAGES['message']}"
    discord.server.rest.people[discord.alice.id].takes_messages = True
    before = len(direct.messages)
    await discord.server.say(discord.alice, direct, "hello")
    await discord.server.until(lambda: len(direct.messages) == before + 3 or None)
    assert text_of(direct.messages[-1]).startswith(LATE)
    assert "You hold" in text_of(direct.messages[-1])


async def test_who_never_pressed_start_finds_the_answer_there(telegram: Moneta) -> None:
    people = telegram.server.people
    people.group(GROUP, "Group")
    people.closed[OWNER] = "bot can't initiate conversation with a user"
    told = await telegram.ask("/portfolio", chat=GROUP)
    assert "press Start; it comes then" in told["text"]
    del people.closed[OWNER]
    before = len(people.told(telegram.owner))
    people.say(telegram.owner, "/start")
    await telegram.server.until(lambda: len(people.told(telegram.owner)) == before + 2)
    assert people.told(telegram.owner)[-1]["text"].startswith(LATE)
    assert len(people.told(GROUP)) == 1


async def test_a_proxy_s_refusal_is_no_refusal_of_telegram(telegram: Moneta) -> None:
    for status in (403, 404, 400):
        telegram.server.fail("sendMessage", Failure(status, MALFORMED))
    telegram.server.fail("getUpdates", Failure(401, MALFORMED))
    await telegram.alive()
    assert telegram.server.unfailed()


@pytest.mark.parametrize("code", [40003, 20028, 0])
async def test_what_discord_refuses_for_a_time_is_tried_again(discord: Bot, code: int) -> None:
    await discord.helped()
    discord.server.fail("POST", r"/channels/\d+/messages", 403, code=code)
    assert len(await discord.helped()) == 1
    assert await discord.instance.service.ledger.kept_for(discord.user.id) == []


async def test_a_token_taken_back_and_given_again_loses_nothing(devnet_module: Node, tmp_path: Path) -> None:
    """It is the last here: what it leaves on the chain is undone after it."""
    async with TelegramServer().running() as server:
        owner = server.people.person(OWNER, "Ada")
        async with moneta(place_on(devnet_module, tmp_path), server, owner, settled=0) as first:
            await first.alive()
            user = await first.instance.service.user("telegram", str(OWNER), "Ada")
            server.revoked = True
            server.people.notify()
            await first.instance.service.say(user, "telegram", f"telegram:{OWNER}", Reply("Moved 1,000 USDC."))
            with pytest.raises(Refused, match="MONETA_TELEGRAM_TOKEN_FILE"):
                await first.serving
            first.serving = asyncio.create_task(asyncio.sleep(0))
        server.revoked = False
        told = len(server.people.told(owner))
        async with moneta(place_on(devnet_module, tmp_path), server, owner, settled=0) as second:
            await server.until(lambda: len(server.people.told(owner)) > told)
            await second.alive()
        assert server.people.told(owner)[told]["text"] == "Moved 1,000 USDC."
        assert len(server.people.told(owner)) == told + 2


async def _kept(service: Service, user: str, count: int) -> list[OutboxRow]:
    """What is kept for a person, once it is so many."""
    async with asyncio.timeout(30):
        while len(rows := await service.ledger.kept_for(user)) < count:  # noqa: ASYNC110  (as above)
            await asyncio.sleep(0.01)
    return rows


async def _nothing_waits(service: Service) -> None:
    async with asyncio.timeout(30):
        while await service.ledger.unsent():  # noqa: ASYNC110  (it waits for the courier's own writing)
            await asyncio.sleep(0.01)
