"""What was said while Discord's session was gone comes before what is said after it, in every channel."""

from __future__ import annotations

import asyncio
from pathlib import Path

from devnet import Node
from tests.integration.discord_parts import bot_on
from tests.integration.patience import until
from tests.integration.place_parts import place_on
from tests.servers.discord_objects import BOT_ID
from tests.servers.discord_server import DiscordServer, text_of


async def test_what_was_missed_is_answered_before_what_is_newer(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            await bot.ask("terms")
            await bot.adapter.ready.wait()
            sessions, place = server.gateway.identified, len(bot.direct.messages)
            server.forget_sessions()
            await server.say(alice, bot.direct, "privacy")
            await _identified(server, sessions)
            await server.say(alice, bot.direct, "terms")

            def answers() -> list[str]:
                said = bot.direct.messages[place:]
                return [text_of(each) for each in said if each["author"]["id"] == BOT_ID]

            await server.until(lambda: len(answers()) == 2 or None)
            assert [each.split()[0].strip(",") for each in answers()] == ["What", "Terms"]


async def test_a_history_that_cannot_be_read_is_read_with_the_next_message(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            await bot.ask("terms")
            await bot.adapter.ready.wait()
            sessions = server.gateway.identified
            trouble = server.fail("GET", r"/channels/\d+/messages", 400)
            server.forget_sessions()
            missed = await server.say(alice, bot.direct, "privacy")
            await _identified(server, sessions)
            await server.until(lambda: trouble.times == 0 or None)
            await until(lambda: int(bot.direct.id) in bot.adapter._intake.missed._behind)  # it noticed
            later = await server.say(alice, bot.direct, "terms")
            assert "What I keep" in text_of(await bot.answer_to(missed, bot.direct))
            assert "What I keep" in text_of(await bot.answer_to(later, bot.direct)), "the older one comes first"


async def _identified(server: DiscordServer, sessions: int) -> None:
    async with asyncio.timeout(30):
        while server.gateway.identified == sessions:  # noqa: ASYNC110  (the server tells nobody)
            await asyncio.sleep(0.001)
