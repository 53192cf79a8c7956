"""Telegram across starts: kills, what was left over, buttons, tokens, a webhook, from Start to an account."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from agent.chat.telegram import TelegramAdapter, Webhook
from agent.errors import Refused
from devnet import Node
from devnet.rpc import Rpc
from tests.integration.place_parts import place_on
from tests.integration.telegram_parts import ALIVE, OWNER, PAUSE, Moneta, labels, moneta, told_alive
from tests.servers.telegram_people import Person
from tests.servers.telegram_sends import Failure
from tests.servers.telegram_server import TOKEN, TelegramServer, push

pytestmark = pytest.mark.asyncio(loop_scope="module")
USDC = 10**6
SECRET = "a-secret_of-256"
GROUP, NEW_GROUP = -50, -1_000_000_000_050


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


async def test_a_revoked_token_ends_the_run(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as bot:
        await bot.alive()
        server.revoked = True
        server.people.notify()
        with pytest.raises(Refused) as refused:
            await bot.serving
        assert refused.value.rule == "telegram-token"
        assert TOKEN not in str(refused.value)
        bot.serving = asyncio.create_task(asyncio.sleep(0))


async def test_a_wrong_token_is_refused_at_the_start(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as bot:
        stranger = TelegramAdapter(bot.instance.service, TOKEN[:-1] + "B", base_url=server.url, pause=PAUSE)
        with pytest.raises(Refused) as refused:
            await stranger.run(asyncio.Event())
        assert refused.value.rule == "telegram-token"
        await stranger.close()


async def test_a_kill_between_commit_and_answer_loses_nothing(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as first:
        preview = await first.ask("deposit 50 usdc into aave core")
        before = await first.balance()
        await first.killed()
        button = preview["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
        update = server.people.press_data(owner, preview, button)
        query = update["callback_query"]["id"]
        meta = {"message": preview["message_id"], "query": query, "button": button}
        await first.take_in(button, str(update["update_id"]), "press", **meta)
    told = len(server.people.told(owner))
    async with moneta(place_on(devnet_module, folder), server, owner) as second:
        await second.next(owner, told)
        await second.alive()  # the update came again, and was known
        texts = [m["text"] for m in server.people.told(owner)[told:]]
        assert sum(text.startswith("Done: put 50 USDC") for text in texts) == 1
        assert before - await second.balance() == 50 * USDC


async def test_a_kill_in_the_middle_of_a_plan_is_brought_to_its_end_once(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as first:
        preview = await first.ask("deposit 60 usdc into aave prime")
        before = await first.balance()
        with Rpc(devnet_module.rpc_url) as rpc:
            rpc.call("evm_setAutomine", False)  # the kill meets a transaction under way
            server.people.press(owner, preview, "Confirm")
            await _until_row(
                first, "SELECT 1 FROM attempts JOIN plans USING (plan_id) WHERE plans.status = 'running'"
            )
            await first.killed()
            rpc.call("evm_setAutomine", True)
            rpc.call("evm_mine")
    told = len(server.people.told(owner))
    async with moneta(place_on(devnet_module, folder), server, owner) as second:
        server.people.say(owner, ALIVE)
        await server.until(lambda: any(told_alive(m) for m in server.people.told(owner)[told:]))
        texts = [m["text"] for m in server.people.told(owner)[told:]]
        assert sum(text.startswith("Stopped: I was stopped before the rest was sent") for text in texts) == 1
        assert not [text for text in texts if text.startswith("Done")]
        assert await second.balance() == before


async def test_an_answer_that_wasn_t_delivered_is_delivered_at_the_next_start(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as first:
        await first.server.until(lambda: server.count()["getUpdates"] > 0)
        server.fail("sendMessage", Failure(500, "Internal Server Error"), times=1_000)
        server.people.say(owner, ALIVE)
        await server.until(lambda: server.count()["sendMessage"] > 1)
        await first.killed()
    server.forgive()
    assert server.people.told(owner) == []
    async with moneta(place_on(devnet_module, folder), server, owner) as second:
        await second.next(owner, 0)
        await second.ask("best yield for usdc?")
        assert [told_alive(m) for m in server.people.told(owner)] == [True, False]


async def test_a_button_works_after_a_restart(
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person
) -> None:
    async with moneta(place_on(devnet_module, folder), server, owner) as first:
        preview = await first.ask("deposit 70 usdc into aave core")
    async with moneta(place_on(devnet_module, folder), server, owner) as second:
        before = await second.balance()
        assert (await second.press(preview, "Confirm"))["text"].startswith("Done")
        assert before - await second.balance() == 70 * USDC


async def test_from_start_to_an_account(
    devnet_module: Node, tmp_path: Path, server: TelegramServer, owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    stranger = server.people.person(8, "Bob")
    async with moneta(place_on(devnet_module, tmp_path), server, owner, known=False) as bot:
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
    devnet_module: Node, folder: Path, server: TelegramServer, owner: Person, quiet_port: int
) -> None:
    server.behind = f"http://127.0.0.1:{quiet_port}"
    hook = Webhook("https://bot.example/moneta", "127.0.0.1", quiet_port, SECRET)
    async with moneta(place_on(devnet_module, folder), server, owner, webhook=hook) as bot:
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


async def _until_row(bot: Moneta, sql: str) -> None:
    """Waits until the ledger has such a row."""
    async with asyncio.timeout(30):
        while not await bot.instance.world.ledger._store.read(lambda db: list(db.query(sql))):  # noqa: ASYNC110
            await asyncio.sleep(0)
