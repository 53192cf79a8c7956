"""The bot ends and starts again, its plans expire, its token is taken back: what was said and shown still holds."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from agent.chat.discord.adapter import DiscordAdapter
from agent.errors import Refused
from devnet import Node
from tests.integration.discord_parts import bot_on, read
from tests.integration.place_parts import place_on
from tests.servers.discord_server import DiscordServer, buttons, text_of

CORE = "aave-v3:core:USDC"
THOUSAND = 1_000 * 10**6


async def test_a_button_works_after_a_restart_and_what_was_said_meanwhile_is_answered(
    devnet_node: Node, tmp_path: Path
) -> None:
    place = place_on(devnet_node, tmp_path)
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        async with bot_on(place, server, alice, town) as bot:
            preview = await bot.ask("deposit 1000 USDC into aave core")
            public = await bot.ask_in_town("what can you do?")
            await bot.adapter.ready.wait()
        assert server.gateway.live == []
        missed = await server.say(alice, server.direct(alice), "hello")
        missed_in_town = await server.mention(alice, town, "hello")
        async with bot_on(place, server, alice, town) as bot:
            await bot.answer_to(missed_in_town, town)
            await bot.answer_to(missed, bot.direct)
            assert public in town.messages
            done = await bot.press(preview, "Confirm")
            assert read(done).startswith("Done"), "a preview outlives a restart and a hello"
            await bot.server.until(lambda: all(each.get("disabled") for each in buttons(preview)) or None)
            assert await bot.position(CORE) in (THOUSAND, THOUSAND - 1)


async def test_a_press_after_expiry_says_so(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            preview = await bot.ask("deposit 1000 USDC into aave core")
            public = await bot.ask_in_town("deposit 1000 USDC into aave core")
            ahead = bot.instance.world.settings.plan_seconds + 1
            bot.instance.world.now = bot.instance.world.ledger._now = lambda: int(time.time()) + ahead
            assert "expired" in read(await bot.press(preview, "Confirm")).casefold()
            assert "waits no more" in read(await bot.press(public, "Open", at=town))
            assert await bot.position(CORE) == 0


async def test_a_token_taken_back_ends_the_adapter_and_says_what_to_do(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            server.revoke()
            server.cut()
            with pytest.raises(Refused, match="took this token back") as taken:
                await bot.running
            assert taken.value.rule == "discord-token"
            assert "MONETA_DISCORD_TOKEN_FILE" in taken.value.remedy
            again = DiscordAdapter(bot.instance.service, server.token)
            with pytest.raises(Refused, match="doesn't know this token"):
                await again.run(asyncio.Event())


async def test_shards_share_one_bot_and_roles_come_along(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice", roles=("777",))
        towns = [server.guild(alice, f"server {number}") for number in range(4)]
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, towns[0], shards=2) as bot:
            await bot.adapter.ready.wait()
            assert sorted(session.shard for session in server.gateway.live) == [0, 1]
            for town in towns:
                asked = await server.mention(alice, town, "what can you do?")
                assert "I find the yield" in text_of(await bot.answer_to(asked, town))
            taken = await bot.instance.world.ledger.latest("discord")
            assert len(taken) == len(towns)
            assert all("777" in row.meta["roles"] for row in taken)


async def test_it_waits_for_discord_and_leaves_when_told(devnet_node: Node, tmp_path: Path) -> None:
    async with DiscordServer() as server:
        alice = server.person("alice")
        town = server.guild(alice)
        server.fail("GET", "/users/@me", 503)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            await bot.ask("hello")
        assert server.gateway.live == []
        assert bot.running.done()
