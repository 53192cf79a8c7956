"""People, groups and servers with hostile names who say hostile things are answered like everybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from devnet import Node
from memory.rows import Inbound, InboxRow
from tests.integration.discord_parts import Bot, bot_on
from tests.integration.place_parts import place_on
from tests.integration.telegram_parts import OWNER, Moneta, moneta
from tests.servers.discord_server import DiscordServer
from tests.servers.telegram_server import TelegramServer
from tests.unit.hostile import NAMES

pytestmark = pytest.mark.asyncio(loop_scope="module")

HALF = "half a letter \ud83d"
"""What JSON can say and UTF-8 can't. Discord's library takes it for a broken connection."""
EVIL = "@everyone <@&1> [x](https://evil.invalid) \u202e\x1b[2J"
SAID = [name for name in NAMES if name.strip()]
LIVE = {"mention", "text_mention", "text_link"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moneta]:
    async with TelegramServer().running() as server:
        owner = server.people.person(OWNER, EVIL)
        async with moneta(
            place_on(devnet_module, tmp_path_factory.mktemp("telegram")), server, owner, settled=0
        ) as running:
            yield running
        assert server.problems == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    async with DiscordServer() as server:
        alice = server.person("alice", EVIL)
        place = place_on(devnet_module, tmp_path_factory.mktemp("discord"))
        async with bot_on(place, server, alice, server.guild(alice, EVIL)) as running:
            await running.adapter.ready.wait()
            await running.helped()
            yield running


async def test_telegram_answers_whatever_somebody_is_called(telegram: Moneta) -> None:
    people = telegram.server.people
    strangers = [people.person(2_000 + number, name) for number, name in enumerate([*NAMES, HALF])]
    for stranger in strangers:
        people.say(stranger, "hello")
    await telegram.server.until(lambda: all(people.told(stranger) for stranger in strangers))
    assert {people.told(stranger)[0]["text"] for stranger in strangers} == {people.told(strangers[0])[0]["text"]}
    group = people.group(-70, EVIL)
    assert "mine" in (await telegram.ask("/policy", chat=group))["text"] or people.told(group)


async def test_telegram_answers_whatever_somebody_says(telegram: Moneta) -> None:
    people = telegram.server.people
    told = len(people.told(telegram.owner))
    said = [*SAID, HALF]
    for name in said:
        people.say(telegram.owner, name)
    await telegram.server.until(lambda: len(people.told(telegram.owner)) >= told + len(said))
    for message in people.told(telegram.owner):
        assert not [each for each in message.get("entities", []) if each["type"] in LIVE]
    assert await telegram.positions() == {}
    await telegram.alive()


async def test_discord_answers_whatever_somebody_is_called_and_says(discord: Bot) -> None:
    server = discord.server
    for name in NAMES:
        stranger = server.person("stranger", name)
        await discord.answer_to(await server.say(stranger, server.direct(stranger), "hello"), server.direct(stranger))
    before = len(discord.direct.messages)
    for name in SAID:
        await server.say(discord.alice, discord.direct, name)
    await server.until(lambda: len(discord.direct.messages) >= before + 2 * len(SAID) or None)
    for call in server.rest.calls:
        if call.method in ("POST", "PATCH") and isinstance(call.body, dict) and "embeds" in call.body:
            assert call.body["allowed_mentions"]["parse"] == []
            assert "users" not in call.body["allowed_mentions"]
    assert len(await discord.helped()) == len(SAID) + 1


async def test_a_command_s_options_take_no_hostile_value(discord: Bot) -> None:
    for name in SAID:
        refused = await discord.command("deposit", asset=name[:100] or "x", amount="1")
        assert refused.answer is not None
        (embed,) = refused.answer["embeds"]
        assert "I know" in embed["description"]
        assert "@everyone" not in embed["description"]


async def test_an_update_that_cannot_be_taken_in_stops_nobody(
    telegram: Moneta, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = telegram.instance.service
    real, poison = service.receive, "this one breaks"

    async def receive(message: Inbound) -> InboxRow | None:
        if message.text == poison:
            raise ValueError(poison)
        return await real(message)

    monkeypatch.setattr(service, "receive", receive)
    told = len(telegram.server.people.told(telegram.owner))
    with capture_logs() as logs:
        for text in ("terms", poison, "privacy"):
            telegram.server.people.say(telegram.owner, text)
        await telegram.server.until(lambda: len(telegram.server.people.told(telegram.owner)) == told + 2)
    assert [each for each in logs if each["event"] == "an update can't be taken in and is left out"]
