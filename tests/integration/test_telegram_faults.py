"""Telegram on its bad days: limits, outages, duplicates, a revoked token, two pollers, a kill, a webhook, expiry."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from agent.chat.telegram import TelegramAdapter, Webhook
from agent.errors import Refused
from agent.replies.reply import Reply
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.telegram_parts import ALIVE, OWNER, PAUSE, Moneta, labels, moneta, place_on, told_alive
from tests.servers.telegram_people import Person
from tests.servers.telegram_sends import MALFORMED, Failure, too_many
from tests.servers.telegram_server import TOKEN, TelegramServer, push

pytestmark = pytest.mark.asyncio(loop_scope="module")
USDC = 10**6
SECRET = "a-secret_of-256"
GROUP, NEW_GROUP = -50, -1_000_000_000_050
STOP_SECONDS = 2


@pytest.fixture(scope="module")
def node(devnet_session: Node) -> Iterator[Node]:
    """Devnet for this module: what it leaves on the chain is undone after it."""
    with Rpc(devnet_session.rpc_url) as rpc:
        mark = rpc.call("evm_snapshot")
        yield devnet_session
        rpc.call("evm_revert", mark)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One keystore and ledger for the tests that restart, one after the other."""
    return tmp_path_factory.mktemp("moneta")


@pytest_asyncio.fixture(loop_scope="module")
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer().running() as running:
        yield running
        assert running.problems == []


@pytest.fixture
def owner(server: TelegramServer) -> Person:
    return server.people.person(OWNER, "Ada")


@pytest_asyncio.fixture(loop_scope="module")
async def bot(node: Node, folder: Path, server: TelegramServer, owner: Person) -> AsyncIterator[Moneta]:
    async with moneta(place_on(node, folder), server, owner, settled=0) as running:
        yield running


async def test_duplicates_and_disorder_have_one_answer_each(bot: Moneta) -> None:
    people = bot.server.people
    bot.server.away = True
    updates = [people.say(bot.owner, f"history since 2026-01-{day:02}") for day in range(1, 11)]
    for update in (updates[3], updates[0], updates[9]):
        people.again(update)
    people.updates.sort(key=lambda update: update["update_id"] % 3)
    bot.server.away = False
    await bot.server.until(lambda: len(people.told(bot.owner)) == len(updates))
    for update in updates:
        people.again(update)
    await bot.alive()
    assert len(people.told(bot.owner)) == len(updates) + 1
    rows = [row for row in await _inbox(bot) if row["text"].startswith("history since 2026-01-")]
    assert [row["text"][-2:] for row in rows] == [f"{day:02}" for day in range(1, 11)]


async def test_an_hour_away_loses_nothing(bot: Moneta) -> None:
    bot.server.away = True
    for number in range(120):  # more than a batch of 100
        bot.server.people.say(bot.owner, f"history since 2025-{number // 28 + 1:02}-{number % 28 + 1:02}")
    bot.server.away = False
    await bot.server.until(lambda: len(bot.server.people.told(bot.owner)) == 120)


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
    bot.server.fail("sendMessage", Failure(500, "Internal Server Error"), times=2)
    bot.server.fail("sendMessage", Failure(502, MALFORMED))
    bot.server.fail("getUpdates", Failure(504, MALFORMED))
    await bot.alive()
    assert bot.server.unfailed()
    assert len(bot.server.people.told(bot.owner)) == 1


async def test_a_long_answer_goes_on_where_it_stopped(bot: Moneta) -> None:
    user = await bot.instance.service.user("telegram", str(OWNER), "Ada")
    text = "\n".join(f"line {number}" for number in range(1_200))
    people = bot.server.people
    await bot.instance.service.say(user, "telegram", f"telegram:{OWNER}", Reply(text))
    await bot.server.until(lambda: len(people.told(bot.owner)) == 1)
    bot.server.fail("sendMessage", Failure(500, "Internal Server Error"), times=3)
    await bot.server.until(lambda: "line 1199" in people.told(bot.owner)[-1]["text"])
    assert "\n".join(message["text"] for message in people.told(bot.owner)) == text


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
    world.now = lambda: int(time.time()) + world.settings.plan_seconds + 1
    assert "expired" in (await bot.press(preview, "Confirm"))["text"]
    assert await bot.balance() == before


async def test_a_second_poller_gives_way(bot: Moneta) -> None:
    await bot.server.until(lambda: bot.server.count()["getUpdates"] > 0)
    second = TelegramAdapter(bot.instance.service, TOKEN, base_url=bot.server.url, pause=PAUSE)
    with pytest.raises(Refused, match="Another instance uses this Telegram bot token"):
        await second.run(asyncio.Event())
    await second.close()
    await bot.alive()


async def test_a_revoked_token_ends_the_run(bot: Moneta) -> None:
    await bot.alive()
    bot.server.revoked = True
    bot.server.people.say(bot.owner, ALIVE)
    with pytest.raises(Refused) as refused:
        await bot.serving
    assert refused.value.rule == "telegram-token"
    assert TOKEN not in str(refused.value)
    bot.serving = asyncio.create_task(asyncio.sleep(0))


async def test_a_wrong_token_is_refused_at_the_start(server: TelegramServer, bot: Moneta) -> None:
    stranger = TelegramAdapter(bot.instance.service, TOKEN[:-1] + "B", base_url=server.url, pause=PAUSE)
    with pytest.raises(Refused) as refused:
        await stranger.run(asyncio.Event())
    assert refused.value.rule == "telegram-token"
    await stranger.close()


@pytest.mark.parametrize("away", [False, True])
async def test_it_leaves_at_once(server: TelegramServer, bot: Moneta, away: bool) -> None:
    await server.until(lambda: server.count()["getUpdates"] > 0)
    server.away = away
    stop, adapter = asyncio.Event(), TelegramAdapter(bot.instance.service, TOKEN, base_url=server.url)
    running = asyncio.create_task(adapter.run(stop))
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(running, STOP_SECONDS)
    await adapter.close()
    server.away = False


async def test_a_kill_between_commit_and_answer_loses_nothing(
    node: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(node, folder), server, owner) as first:
        preview = await first.ask("deposit 50 usdc into aave core")
        before = await first.balance()
        await first.killed()
        button = preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        update = server.people.press_data(owner, preview, button)
        query = update["callback_query"]["id"]
        meta = {"message": preview["message_id"], "query": query, "button": button}
        await first.take_in(button, str(update["update_id"]), "press", **meta)
    told = len(server.people.told(owner))
    async with moneta(place_on(node, folder), server, owner) as second:
        await second.next(owner, told)
        await second.alive()  # the update came again, and was known
        texts = [m["text"] for m in server.people.told(owner)[told:]]
        assert sum(text.startswith("Done: put 50 USDC") for text in texts) == 1
        assert before - await second.balance() == 50 * USDC


async def test_a_kill_in_the_middle_of_a_plan_is_brought_to_its_end_once(
    node: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(node, folder), server, owner) as first:
        preview = await first.ask("deposit 60 usdc into aave prime")
        before = await first.balance()
        server.people.press(owner, preview, "Confirm")
        await _until_row(first, "SELECT 1 FROM attempts JOIN plans USING (plan_id) WHERE plans.status = 'running'")
        await first.killed()
    told = len(server.people.told(owner))
    async with moneta(place_on(node, folder), server, owner) as second:
        server.people.say(owner, ALIVE)
        await server.until(lambda: any(told_alive(m) for m in server.people.told(owner)[told:]))
        end, again, _ = [m["text"] for m in server.people.told(owner)[told:]]
        done = end.startswith("Done: put 60 USDC")
        assert done or end.startswith("Stopped:")
        assert "a confirmation counts once" in again
        assert before - await second.balance() == (60 * USDC if done else 0)


async def test_an_answer_that_wasn_t_delivered_is_delivered_at_the_next_start(
    node: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(node, folder), server, owner) as first:
        await first.server.until(lambda: server.count()["getUpdates"] > 0)
        server.fail("sendMessage", Failure(500, "Internal Server Error"), times=1_000)
        server.people.say(owner, ALIVE)
        await server.until(lambda: server.count()["sendMessage"] > 1)
        await first.killed()
    server.forgive()
    assert server.people.told(owner) == []
    async with moneta(place_on(node, folder), server, owner) as second:
        await second.next(owner, 0)
        await second.ask("best yield for usdc?")
        assert [told_alive(m) for m in server.people.told(owner)] == [True, False]


async def test_a_button_works_after_a_restart(
    node: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(node, folder), server, owner) as first:
        preview = await first.ask("deposit 70 usdc into aave core")
    async with moneta(place_on(node, folder), server, owner) as second:
        before = await second.balance()
        assert (await second.press(preview, "Confirm"))["text"].startswith("Done")
        assert before - await second.balance() == 70 * USDC


async def test_from_start_to_an_account(
    node: Node, tmp_path: Path, server: TelegramServer, owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = server.people.person(8, "Bob")
    async with moneta(place_on(node, tmp_path), server, owner, known=False) as bot:
        assert "own" in (await bot.ask("/start", stranger))["text"]
        risk = await bot.ask("/start")
        assert labels(risk) == ["I understand"]
        account = await bot.press(risk, "I understand")
        assert account["photo"]
        assert server.sends.photos
        await server.until(lambda: any(bot.account in m.get("text", "") for m in server.people.told(owner)))
        assert bot.account in (await bot.ask("/start"))["text"]
        assert not [m for m in server.people.told(stranger) if bot.account in m["text"]]
    assert caplog.records
    assert TOKEN not in caplog.text


async def test_a_webhook_takes_only_what_has_its_secret(
    node: Node, folder: Path, server: TelegramServer, owner: Person, unused_tcp_port: int
) -> None:
    server.behind = f"http://127.0.0.1:{unused_tcp_port}"
    hook = Webhook("https://bot.example/moneta", "127.0.0.1", unused_tcp_port, SECRET)
    async with moneta(place_on(node, folder), server, owner, webhook=hook) as bot:
        await server.until(lambda: server.hook)
        preview = await bot.ask("deposit 80 usdc into aave core")
        assert (await bot.press(preview, "Confirm"))["text"].startswith("Done")
        said = server.people.say(owner, "deposit 90 usdc")
        server.people.updates.remove(said)
        async with ClientSession() as session:
            address = f"{server.behind}/moneta"
            assert [await push(session, address, said, secret) for secret in ("", "wrong", SECRET + "x")] == [403] * 3
            assert await push(session, f"{server.behind}/elsewhere", said, SECRET) == 404
            assert await push(session, address, said, SECRET) == 200
            assert await push(session, address, said, SECRET) == 200
        await server.until(lambda: any("90 USDC" in m["text"] for m in server.people.told(owner)))
        await bot.alive()
        assert sum("put 90 USDC" in m["text"] for m in server.people.told(owner)) == 1
        assert server.hook is not None
        assert server.hook.refused == 0
        assert server.count()["getUpdates"] == 0


async def _inbox(bot: Moneta) -> list[dict[str, str]]:
    return await bot.instance.world.ledger._store.read(lambda db: list(db.query("SELECT * FROM inbox ORDER BY id")))


async def _until_row(bot: Moneta, sql: str) -> None:
    """Waits until the ledger has such a row."""
    async with asyncio.timeout(10):
        while not await bot.instance.world.ledger._store.read(lambda db: list(db.query(sql))):  # noqa: ASYNC110
            await asyncio.sleep(0)
