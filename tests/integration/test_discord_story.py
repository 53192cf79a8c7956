"""Money is put to work in Discord: in words, by mention, by command; what others may see and what they may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devnet import Node
from tests.integration.discord_parts import Bot, bot_on, read, said_after
from tests.integration.place_parts import place_on
from tests.servers.discord_objects import EPHEMERAL
from tests.servers.discord_server import DiscordServer, button, buttons, text_of

CORE, PRIME = "aave-v3:core:USDC", "aave-v3:prime:USDC"
THOUSAND = 1_000 * 10**6
COMMANDS = {
    "yields", "deposit", "withdraw", "swap", "portfolio", "rebalance", "mandate", "history", "why", "usage",
    "pause", "resume", "exit", "policy", "forget", "help", "link", "terms", "privacy",
}  # fmt: skip


@pytest.fixture
async def bot(devnet_node: Node, tmp_path: Path) -> AsyncIterator[Bot]:
    async with DiscordServer() as server:
        alice = server.person("alice", "Alice")
        town = server.guild(alice)
        async with bot_on(place_on(devnet_node, tmp_path), server, alice, town) as bot:
            yield bot


def near(units: int, expected: int) -> bool:
    """A position a few seconds old: shares round down by a unit, interest adds a few."""
    return -2 <= units - expected <= expected // 10**5


async def test_words_in_private_then_the_button_and_the_money_is_there(bot: Bot) -> None:
    before = await bot.units("USDC")
    preview = await bot.ask("deposit 1000 USDC into aave core")
    assert CORE in text_of(preview)
    assert "Transactions: 1. " in text_of(preview)
    assert [each["label"] for each in buttons(preview)] == ["Confirm", "Cancel", "Details"]

    details = await bot.press(preview, "Details")
    assert "Supply: Amount to supply 1,000 USDC; Collateral recipient your account" in read(details)
    done = await bot.press(preview, "Confirm")
    assert read(done).startswith("Done: put 1,000 USDC")
    assert await bot.units("USDC") == before - THOUSAND
    assert near(await bot.position(CORE), THOUSAND)
    await bot.server.until(lambda: all(each.get("disabled") for each in buttons(preview)) or None)

    again = await bot.press(preview, "Confirm")
    assert "Done" not in read(again)
    assert await bot.units("USDC") == before - THOUSAND


async def test_a_mention_gets_a_public_word_and_only_its_asker_opens_the_plan(bot: Bot) -> None:
    mallory = bot.server.person("mallory")
    before = await bot.units("USDC")
    public = await bot.ask_in_town("put 1000 USDC into aave core")
    assert text_of(public) == "I have a plan for you. Only you can open it."
    assert [each["label"] for each in buttons(public)] == ["Open"]

    pried = await bot.press(public, "Open", at=bot.town, by=mallory)
    assert pried.ephemeral
    assert "Only the person who asked" in read(pried)
    opened = await bot.press(public, "Open", at=bot.town)
    assert opened.ephemeral
    assert CORE in read(opened)
    preview = opened.answer
    assert preview is not None
    assert [each["label"] for each in buttons(preview)] == ["Confirm", "Cancel", "Details"]

    details = await bot.press(preview, "Details", at=bot.town)
    assert details.ephemeral
    done = await bot.press(preview, "Confirm", at=bot.town)
    assert done.original is preview, "what only the asker sees is replaced by what became of it"
    assert read(done).startswith("Done: put 1,000 USDC")
    assert buttons(preview) == []
    assert near(await bot.position(CORE), THOUSAND)
    assert await bot.units("USDC") == before - THOUSAND
    assert [text_of(each) for each in said_after(bot.town, bot.town.messages[0])] == [text_of(public)]


async def test_commands_by_name_and_their_suggestions(bot: Bot) -> None:
    assert {each["name"] for each in bot.server.rest.commands} == COMMANDS
    server, alice, direct = bot.server, bot.alice, bot.direct
    assert await server.suggest(alice, direct, "deposit", "asset", asset="us") == ["USDC"]
    assert await server.suggest(alice, direct, "deposit", "amount", asset="USDC", amount="12") == ["12"]
    venues = await server.suggest(alice, direct, "deposit", "venue", asset="USDC", venue="aave")
    assert venues[0] == CORE
    assert all(each.endswith(":USDC") for each in venues)
    assert await server.suggest(alice, direct, "forget", "scope", scope="every") == ["everything"]

    preview = await bot.command("deposit", asset="USDC", amount="1000", venue=CORE)
    assert preview.answer is not None
    await bot.press(preview.answer, "Confirm")
    assert near(await bot.position(CORE), THOUSAND)
    half = await bot.command("withdraw", asset="USDC", amount="half")
    assert half.answer is not None
    await bot.press(half.answer, "Confirm")
    assert near(await bot.position(CORE), THOUSAND // 2)
    leaving = await bot.command("exit")
    assert leaving.answer is not None
    await bot.press(leaving.answer, "Confirm")
    assert await bot.position(CORE) == 0
    assert "out of" in read(await bot.command("history"))


SAID: tuple[tuple[str, dict[str, str], str], ...] = (
    ("yields", {}, "USDC"),
    ("yields", {"asset": "dai"}, "aave-v3:core:DAI"),
    ("portfolio", {}, "10,000,000"),
    ("history", {"since": "today"}, "Nothing was confirmed"),
    ("why", {}, "I haven't chosen a venue"),
    ("usage", {}, "No language model is set"),
    ("pause", {}, "Paused"),
    ("resume", {}, "I'm back"),
    ("help", {}, "best yield for usdc?"),
    ("deposit", {"asset": "USDC", "amount": "1000 and withdraw all"}, "`amount` can't be"),
    ("deposit", {"asset": "USDC; pause", "amount": "1"}, "`asset` can't be"),
    ("deposit", {"asset": "DAI", "amount": "1", "venue": CORE}, "doesn't take DAI"),
    ("deposit", {"asset": "USDC", "amount": "1", "venue": "@everyone"}, "`venue` can't be"),
    ("swap", {"asset": "ETH", "amount": "half", "to": "USDC"}, "price impact"),
    ("forget", {"scope": "this conversation"}, "what we said here"),
    ("forget", {"scope": "everything"}, "everywhere"),
    ("forget", {"scope": "the rules"}, "`scope` can't be"),
    ("policy", {}, "who may be paid"),
    ("rebalance", {}, "nothing to rebalance"),
    ("mandate", {}, "no mandate"),
    ("mandate", {"assets": "USDC", "cap": "50000"}, "50,000 USDC"),
    ("link", {}, "link "),
    ("terms", {}, "experimental"),
    ("privacy", {}, "What I keep"),
)


async def test_a_command_says_one_sentence_and_is_answered(bot: Bot) -> None:
    for name, options, says in SAID:
        answer = await bot.answered(await bot.server.slash(bot.alice, bot.direct, name, **options))
        assert says in read(answer), (name, options)
    refused = await bot.command("deposit", at=bot.town, asset="USDC", amount="everything")
    assert refused.ephemeral


async def test_in_a_server_balances_are_for_their_owner(bot: Bot) -> None:
    shown = await bot.command("portfolio", at=bot.town)
    assert shown.ephemeral
    assert "10,000,000" in read(shown)

    asked = await bot.server.mention(bot.alice, bot.town, "portfolio")
    public = await bot.answer_to(asked, bot.town)
    assert text_of(public) == "That is for your eyes only: I sent it to you in a direct message."
    assert "10,000,000" in text_of(bot.direct.messages[-1])

    too_much = await bot.command("deposit", at=bot.town, asset="USDC", amount="99,000,000")
    assert not too_much.ephemeral
    assert read(too_much) == "That is for your eyes only."
    follow_up = await bot.server.until(lambda: too_much.followups)
    assert int(follow_up[0]["flags"]) & EPHEMERAL
    assert not any("10,000,000" in text_of(each) for each in bot.town.messages)

    bot.alice.takes_messages = False
    public = await bot.answer_to(await bot.server.mention(bot.alice, bot.town, "portfolio"), bot.town)
    assert "you don't take direct messages from me" in text_of(public)


async def test_a_command_in_a_server_opens_like_a_mention_and_a_yes_is_typed_with_one(bot: Bot) -> None:
    public = await bot.command("deposit", at=bot.town, asset="USDC", amount="1000", venue=CORE)
    assert not public.ephemeral
    assert read(public) == "I have a plan for you. Only you can open it."
    opened = await bot.press(public.answer, "Open", at=bot.town)
    cancelled = await bot.press(opened.answer, "Cancel", at=bot.town)
    assert read(cancelled) == "Cancelled. Nothing was sent."
    assert "waits no more" in read(await bot.press(public.answer, "Open", at=bot.town))

    await bot.ask_in_town("put 1000 USDC into aave core")
    yes = await bot.server.mention(bot.alice, bot.town, "yes")
    assert text_of(await bot.answer_to(yes, bot.town)).startswith("That is for your eyes only")
    assert near(await bot.position(CORE), THOUSAND)
    assert "Done" in text_of(bot.direct.messages[-1])


async def test_a_button_is_for_its_own_preview(bot: Bot) -> None:
    first = await bot.ask("deposit 1000 USDC into aave core")
    second = await bot.ask("deposit 2000 USDC into aave prime")
    assert "Done" not in read(await bot.press(first, "Confirm"))
    assert await bot.position(CORE) == 0
    assert "Done" in read(await bot.press(second, "Confirm"))
    assert near(await bot.position(PRIME), 2 * THOUSAND)
    assert button(second, "Details")["custom_id"] != button(first, "Details")["custom_id"]
