"""What is no command, what breaks on the way, what is said twice: each message is answered once, and harmlessly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
import pytest_asyncio

from agent.chat.undelivered import LATE
from agent.replies.reply import Picture, Reply, Status, Table, Verdict
from devnet import Node
from tests.integration.discord_parts import HELP, Bot, bot_on, read, said_after
from tests.integration.place_parts import place_on
from tests.servers.discord_objects import BOT_ID
from tests.servers.discord_server import COMMAND, DiscordServer, text_of
from tests.servers.discord_spec import ABSENT, spec

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL = "@everyone **<@1>** `x` [free](https://evil.invalid)"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bot(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """One bot for all of them: nothing here moves money."""
    async with DiscordServer() as server:
        alice = server.person("alice", EVIL)
        town = server.guild(alice, f"server {EVIL}")
        place = place_on(devnet_module, tmp_path_factory.mktemp("discord"))
        async with bot_on(place, server, alice, town) as bot:
            await bot.adapter.ready.wait()
            yield bot


async def test_only_a_persons_own_words_to_the_bot_are_heard(bot: Bot) -> None:
    server, alice, direct, town = bot.server, bot.alice, bot.direct, bot.town
    await bot.helped()
    await bot.helped(town)
    robot = server.person("robot", bot=True)
    await server.mention(robot, town, "pause")
    await server.say(robot, direct, "pause")
    await server.mention(alice, town, "pause", webhook_id="77")
    await server.say(alice, town, "pause")  # nobody was addressed
    await server.say(alice, town, "a pin", type=6, mentions=[bot.server.bot.json()])
    await server.forward(alice, direct, "pause")
    message = await server.say(alice, direct, "hello")
    await bot.answer_to(message, direct)
    await server.edit(alice, direct, message, "pause")
    assert len(await bot.helped()) == 2, "hello and help"
    assert len(await bot.helped(town)) == 1
    user = await bot.instance.world.ledger.user(bot.user.id)
    assert user is not None
    assert not user.paused


async def test_a_reply_says_what_its_author_wrote_and_not_what_it_replies_to(bot: Bot) -> None:
    server, alice = bot.server, bot.alice
    theirs = await server.say(server.person("mallory"), bot.town, "deposit 1000 USDC into aave core")
    asked = await server.reply(alice, bot.town, f"<@{BOT_ID}> what can you do?", to=theirs)
    assert "best yield" in text_of(await bot.answer_to(asked, bot.town))
    asked = await server.reply(alice, bot.town, f"<@{BOT_ID}> yes", to=theirs)
    assert "eyes only" in text_of(await bot.answer_to(asked, bot.town))
    quoted = await bot.ask("> deposit 1000 USDC into aave core")
    assert quoted["components"] == []


async def test_long_and_strange_input_gets_one_answer(bot: Bot) -> None:
    await bot.helped()
    for text in (
        "x" * 4097,
        "deposit " * 513,
        "",
        "‮\u200b\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    ):
        await bot.ask(text)
    assert len(await bot.helped()) == 5


async def test_a_command_that_is_typed_is_words_and_no_press_of_a_button(bot: Bot) -> None:
    assert "Confirm?" in text_of(await bot.ask("/deposit 10 usdc into aave core"))
    await bot.ask("terms")
    assert "Nothing is waiting" in text_of(await bot.ask("/confirm"))
    assert await bot.position("aave-v3:core:USDC") == 0


async def test_names_and_markup_from_outside_do_nothing(bot: Bot) -> None:
    refused = await bot.command("deposit", asset=EVIL, amount="1")
    assert "@everyone" not in read(refused)
    reply = Reply(EVIL, Table((EVIL,), (("```\n@everyone",),)), pictures=(Picture("a.png", EVIL, PNG),))
    mark = await bot.server.say(bot.alice, bot.direct, "hello")
    await bot.answer_to(mark, bot.direct)
    await bot.instance.service.say(bot.user, "discord", f"discord:{bot.direct.id}", reply)
    said = await bot.server.until(lambda: next((m for m in bot.direct.messages if m["attachments"]), None))
    description = said["embeds"][0]["description"]
    assert "@everyone" not in description.split("```")[0]
    assert "\\[free\\]" in description
    assert "\\<@" in description
    assert description.count("```") == 2
    for call in bot.server.rest.calls:
        if call.method in ("POST", "PATCH") and isinstance(call.body, dict) and "embeds" in call.body:
            assert call.body["allowed_mentions"] == {"parse": []} or not call.body["allowed_mentions"].get("parse")


async def test_long_answers_come_with_files(bot: Bot) -> None:
    rows = tuple((str(number), "0x" + "ab" * 32) for number in range(400))
    reply = Reply("word " * 2000, Table(("number", "hash"), rows), verdict=Verdict(Status.ASKED))
    await bot.instance.service.say(bot.user, "discord", f"discord:{bot.direct.id}", reply)
    said = await bot.server.until(
        lambda: next(
            (m for m in bot.direct.messages if any(a["filename"] == "table.csv" for a in m["attachments"])), None
        )
    )
    files = {each["filename"]: each["data"].decode() for each in said["attachments"]}
    assert files["reply.txt"] == "word " * 2000
    assert files["table.csv"].splitlines()[-1] == f"399,{rows[-1][1]}"
    assert len(said["embeds"][0]["description"]) <= 4096


async def test_many_at_once_are_answered_in_order(bot: Bot) -> None:
    sent = [await bot.server.say(bot.alice, bot.direct, f"deposit {n} usdc into nowhere{n}") for n in range(1, 21)]
    await bot.server.until(lambda: len(said_after(bot.direct, sent[0])) >= 20)
    answers = [text_of(each) for each in said_after(bot.direct, sent[0])]
    assert len(answers) == 20
    assert all(f"nowhere{n}" in answer for n, answer in enumerate(answers, 1)), answers


async def test_an_event_that_comes_twice_counts_once(bot: Bot) -> None:
    await bot.helped()
    message = await bot.server.say(bot.alice, bot.direct, "hello")
    await bot.server.gateway.emit("MESSAGE_CREATE", bot.server.rest.visible(message, bot.direct))
    assert len(await bot.helped()) == 2


async def test_a_resume_replays_what_was_said_meanwhile(bot: Bot) -> None:
    await bot.helped()
    gateway, server = bot.server.gateway, bot.server
    identified, resumed = gateway.identified, gateway.resumed
    server.cut()
    message = await server.say(bot.alice, bot.direct, "hello")
    await bot.answer_to(message, bot.direct)
    assert (gateway.identified, gateway.resumed) == (identified, resumed + 1)
    await server.ask_to_reconnect()
    await bot.answer_to(await server.say(bot.alice, bot.direct, "hello"), bot.direct)
    assert (gateway.identified, gateway.resumed) == (identified, resumed + 2)
    assert len(await bot.helped()) == 3


async def test_after_a_failed_resume_the_history_is_read(bot: Bot) -> None:
    await bot.helped()
    await bot.helped(bot.town)
    gateway, server = bot.server.gateway, bot.server
    identified = gateway.identified
    server.forget_sessions()
    private = await server.say(bot.alice, bot.direct, "hello")
    await server.say(bot.alice, bot.town, "not for the bot")
    public = await server.mention(bot.alice, bot.town, "hello")
    await bot.answer_to(private, bot.direct)
    await bot.answer_to(public, bot.town)
    assert gateway.identified == identified + 1
    assert len(await bot.helped()) == 2
    assert len(await bot.helped(bot.town)) == 2


async def test_an_event_that_cannot_be_read_ends_nothing(bot: Bot) -> None:
    await bot.helped()
    await bot.server.gateway.emit("MESSAGE_CREATE", {"id": "1", "channel_id": bot.direct.id})
    assert len(await bot.helped()) == 1


async def test_rate_limits_delay_and_lose_nothing(bot: Bot) -> None:
    await bot.helped()
    storm = bot.server.storm(r"/channels/\d+/messages", times=12)
    for _ in range(3):
        await bot.server.say(bot.alice, bot.direct, "hello")
    assert len(await bot.helped()) == 4
    assert storm.times == 0


async def test_server_errors_are_tried_again(bot: Bot) -> None:
    await bot.helped()
    bot.server.fail("POST", r"/channels/\d+/messages", 503)
    await bot.ask("hello")
    assert len(await bot.helped()) == 2


async def test_what_can_never_be_delivered_does_not_hold_up_the_rest(bot: Bot) -> None:
    await bot.helped()
    bot.server.fail("POST", r"/channels/\d+/messages", 403, code=50013)
    await bot.server.say(bot.alice, bot.direct, "hello")
    assert HELP in text_of((await bot.helped())[0])
    await bot.server.until(lambda: LATE in text_of(bot.direct.messages[-1]) or None)
    assert len(await bot.helped()) <= 2


async def test_without_its_history_a_channel_still_gets_answers(bot: Bot) -> None:
    bot.server.fail("POST", r"/channels/\d+/messages", 400, code=160002)
    answer = await bot.ask_in_town("what can you do?")
    assert "best yield" in text_of(answer)
    assert not answer["message_reference"]


async def test_an_interaction_whose_token_is_spent_is_answered_in_its_channel(bot: Bot) -> None:
    await bot.helped()
    late = await bot.server.slash(bot.alice, bot.direct, "history")
    late.expired = True  # before the bot could acknowledge it
    data: dict[str, Any] = {"id": "1", "name": "history", "type": 1, "options": []}
    await bot.server._interact(COMMAND, bot.alice, bot.direct, data, ago=3600)
    assert len(await bot.helped()) == 3


async def test_an_answer_waits_until_its_interaction_is_acknowledged(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    defer = discord.InteractionResponse.defer

    async def slowly(response: Any, **more: Any) -> Any:
        await asyncio.sleep(0.3)  # longer than a turn that only looks
        return await defer(response, **more)

    monkeypatch.setattr(discord.InteractionResponse, "defer", slowly)
    await bot.helped()
    asked = await bot.server.slash(bot.alice, bot.direct, "help")
    answer = await bot.server.until(lambda: asked.answer)
    assert HELP in text_of(answer)
    assert len(await bot.helped()) == 2  # that one, and the one just asked for: nothing besides


async def test_what_the_agent_says_on_its_own_about_money_is_private(bot: Bot) -> None:
    await bot.helped()
    town = len(bot.town.messages)
    service = bot.instance.service
    moved = Reply("Moved 1,000 USDC.", verdict=Verdict(Status.SETTLED))
    await service.say(bot.user, "discord", f"discord:{bot.town.id}", moved)
    await bot.server.until(lambda: "Moved 1,000 USDC." in text_of(bot.direct.messages[-1]) or None)
    assert len(bot.town.messages) == town
    await service.say(bot.user, "discord", f"discord:{bot.town.id}", Reply("Good morning."))
    await bot.server.until(lambda: len(bot.town.messages) > town)


async def test_no_privileged_intent_is_asked_for(bot: Bot) -> None:
    assert bot.server.gateway.intents == 1 << 0 | 1 << 9 | 1 << 12


@pytest.mark.skipif(spec() is None, reason=ABSENT)
async def test_discord_would_take_every_request(bot: Bot) -> None:
    assert bot.server.rest.problems == []
    assert spec() is not None
