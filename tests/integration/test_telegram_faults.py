"""Telegram on its bad days: limits, outages, duplicates and disorder, two pollers, chats that are gone, expiry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.chat.telegram import TelegramAdapter
from agent.errors import Refused
from agent.replies.reply import Reply
from devnet import Node
from tests.integration.place_parts import place_on
from tests.integration.telegram_parts import OWNER, PAUSE, Moneta, moneta
from tests.servers.telegram_sends import MALFORMED, Failure, too_many
from tests.servers.telegram_server import TOKEN, TelegramServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
USDC = 10**6
SECRET = "a-secret_of-256"
GROUP, NEW_GROUP = -50, -1_000_000_000_050
STOP_SECONDS = 30  # well below a long poll


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(devnet_module: Node, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Moneta]:
    async with TelegramServer().running() as server:
        place, owner = place_on(devnet_module, tmp_path_factory.mktemp("moneta")), server.people.person(OWNER, "Ada")
        async with moneta(place, server, owner, settled=0) as running:
            yield running
        assert server.problems == []


async def test_duplicates_and_disorder_have_one_answer_each(bot: Moneta) -> None:
    people = bot.server.people
    told = len(people.told(bot.owner))
    bot.server.away = True
    updates = [people.say(bot.owner, f"history since 2026-01-{day:02}") for day in range(1, 11)]
    for update in (updates[3], updates[0], updates[9]):
        people.again(update)
    people.updates.sort(key=lambda update: update["update_id"] % 3)
    bot.server.away = False
    await bot.server.until(lambda: len(people.told(bot.owner)) == told + len(updates))
    for update in updates:
        people.again(update)
    await bot.alive()
    assert len(people.told(bot.owner)) == told + len(updates) + 1
    rows = [row for row in await _inbox(bot) if row["text"].startswith("history since 2026-01-")]
    assert [row["text"][-2:] for row in rows] == [f"{day:02}" for day in range(1, 11)]


async def test_an_hour_away_loses_nothing(bot: Moneta) -> None:
    told = len(bot.server.people.told(bot.owner))
    bot.server.away = True
    for number in range(120):  # more than a batch of 100
        bot.server.people.say(bot.owner, f"history since 2025-{number // 28 + 1:02}-{number % 28 + 1:02}")
    bot.server.away = False
    await bot.server.until(lambda: len(bot.server.people.told(bot.owner)) == told + 120)


async def test_a_storm_of_429_delays_and_doubles_nothing(bot: Moneta) -> None:
    people = [bot.server.people.person(1_000 + number, f"P{number}") for number in range(10)]
    bot.server.fail("sendMessage", too_many(1), times=10)
    bot.server.fail("getUpdates", too_many(1))
    for person in people:
        bot.server.people.say(person, "hello")
    await bot.server.until(lambda: all(bot.server.people.told(person) for person in people))
    assert bot.server.unfailed()
    assert [len(bot.server.people.told(person)) for person in people] == [1] * 10


async def test_5xx_and_bodies_that_are_no_json_are_tried_again(bot: Moneta) -> None:
    told = len(bot.server.people.told(bot.owner))
    bot.server.fail("sendMessage", Failure(500, "Internal Server Error"), times=2)
    bot.server.fail("sendMessage", Failure(502, MALFORMED))
    bot.server.fail("getUpdates", Failure(504, MALFORMED))
    await bot.alive()
    assert bot.server.unfailed()
    assert len(bot.server.people.told(bot.owner)) == told + 1


async def test_a_long_answer_goes_on_where_it_stopped(bot: Moneta) -> None:
    user = await bot.instance.service.user("telegram", str(OWNER), "Ada")
    text = "\n".join(f"line {number}" for number in range(1_200))
    people = bot.server.people
    told = len(people.told(bot.owner))
    await bot.instance.service.say(user, "telegram", f"telegram:{OWNER}", Reply(text))
    await bot.server.until(lambda: len(people.told(bot.owner)) == told + 1)
    bot.server.fail("sendMessage", Failure(500, "Internal Server Error"), times=3)
    await bot.server.until(lambda: "line 1199" in people.told(bot.owner)[-1]["text"])
    assert "\n".join(message["text"] for message in people.told(bot.owner)[told:]) == text


async def test_who_blocked_the_bot_stops_nobody_else(bot: Moneta) -> None:
    gone = bot.server.people.person(77, "Gone")
    bot.server.people.closed[gone.id] = "bot was blocked by the user"
    bot.server.people.say(gone, "hello")
    await bot.alive()
    await bot.server.until(lambda: any(call.given.get("chat_id") == "77" for call in bot.server.calls))
    await _until_row(bot, "SELECT 1 FROM outbox WHERE channel = 'telegram:77' AND dropped IS NOT NULL")


async def test_a_group_that_becomes_a_supergroup_is_followed(bot: Moneta) -> None:
    people = bot.server.people
    people.group(NEW_GROUP, "New")
    people.group(GROUP, "Old")
    people.moved[GROUP] = NEW_GROUP
    people.say(bot.owner, "/yields", GROUP)
    await bot.server.until(lambda: people.told(NEW_GROUP))


async def test_an_answer_to_a_press_that_comes_too_late_costs_nothing(bot: Moneta) -> None:
    preview = await bot.ask("deposit 10 usdc into aave core")
    bot.server.fail("answerCallbackQuery", Failure(400, "Bad Request: query is too old"))
    bot.server.fail("editMessageReplyMarkup", Failure(400, "Bad Request: message is not modified"))
    assert (await bot.press(preview, "Confirm"))["text"].startswith("Done")
    assert bot.server.unfailed()


async def test_an_expired_preview_isn_t_carried_out(bot: Moneta) -> None:
    before = await bot.balance()
    preview = await bot.ask("deposit 15 usdc into aave core")
    world = bot.instance.world
    now = world.now
    world.now = lambda: now() + world.settings.plan_seconds + 1
    assert "expired" in (await bot.press(preview, "Confirm"))["text"]
    world.now = now
    assert await bot.balance() == before


async def test_a_second_poller_gives_way(bot: Moneta) -> None:
    await bot.server.until(lambda: bot.server.count()["getUpdates"] > 0)
    second = TelegramAdapter(bot.instance.service, TOKEN, base_url=bot.server.url, pause=PAUSE)
    with pytest.raises(Refused, match="Another instance uses this Telegram bot token"):
        await second.run(asyncio.Event())
    await second.close()
    await bot.alive()


@pytest.mark.parametrize("away", [False, True])
async def test_it_leaves_at_once(bot: Moneta, away: bool) -> None:
    async with TelegramServer().running() as other:
        stop, adapter = asyncio.Event(), TelegramAdapter(bot.instance.service, TOKEN, base_url=other.url)
        running = asyncio.create_task(adapter.run(stop))
        await other.until(lambda: other.count()["getUpdates"] > 0)
        other.away = away
        other.people.notify()
        stop.set()
        await asyncio.wait_for(running, STOP_SECONDS)
        await adapter.close()


async def _inbox(bot: Moneta) -> list[dict[str, str]]:
    return await bot.instance.world.ledger._store.read(lambda db: list(db.query("SELECT * FROM inbox ORDER BY id")))


async def _until_row(bot: Moneta, sql: str) -> None:
    """Waits until the ledger has such a row."""
    async with asyncio.timeout(30):
        while not await bot.instance.world.ledger._store.read(lambda db: list(db.query(sql))):  # noqa: ASYNC110
            await asyncio.sleep(0)
