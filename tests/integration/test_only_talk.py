"""Help and small talk are said at once, while their message is being made durable; everything else is not."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.chat.limits import Limit, Limits
from agent.errors import Unavailable
from devnet import Node
from memory.rows import Identity, Inbound, InboxRow, OutboxRow
from memory.sqlite.writer import Writer
from tests.integration import runtime_parts
from tests.integration.people_parts import PATIENCE, Chat, people

pytestmark = pytest.mark.integration

OWNER = {"owners": ("discord:1",)}
SAID = InboxRow(0, "discord", "1", "discord:1", "", "help", 0, "new", None, "text", {})


async def test_what_is_only_talk(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        ledger, runtime = whole.world.ledger, whole.instance.service.runtime

        async def only_talk(text: str) -> bool:
            reply = runtime.talk(await ledger.known(whole.user.id, runtime_parts.CHANNEL), text)
            return reply is not None and reply == await whole.say(text)

        for text in ("help", "thanks!", "hi", "what can you do?"):
            assert await only_talk(text), text
        for text in ("portfolio", "history", "why?", "pause", "forget everything", "yes", "no", "acknowledge"):
            assert not await only_talk(text), text
        await whole.say("deposit usdc")  # it asks how much
        assert not await only_talk("help")
        await whole.say("help")  # and now it doesn't any more
        assert await only_talk("help")
        await whole.say("deposit 100 usdc into aave core")
        receipt = whole.world.rpc.receipt

        async def gone(_: str) -> None:
            raise Unavailable("node", "The node can't be reached.")

        whole.world.rpc.receipt = gone  # type: ignore[method-assign, assignment]
        await whole.confirm()
        whole.world.rpc.receipt = receipt  # type: ignore[method-assign]
        assert not await only_talk("help")
        assert (await whole.say("help")).text.startswith("Stopped:")  # what became of the plan comes first


async def test_talk_reads_no_chain(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:

        async def never(*_: object) -> None:
            raise AssertionError("the chain was looked at")

        whole.world.manager.catch_up = never  # type: ignore[method-assign, assignment]
        assert "I find the yield" in (await whole.say("help")).text


@pytest.mark.parametrize(
    "text",
    [
        "terms",
        "privacy",
        "link",
        "/start",
        "my address",
        "invite",
        "operator status",
        "freeze",
        f"my address is 0x{'11' * 20}",
    ],
)
async def test_what_the_door_answers_goes_the_long_way(tmp_path: Path, devnet_node: Node, text: str) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        user = await world.instance.service.user("discord", "1", "")
        welcome, row = world.instance.service.welcome, replace(SAID, user=user.id)
        assert welcome is not None
        assert not welcome.passes(user, row)  # nobody is in before somebody looked
        await world.join(world.discord, "1")
        assert welcome.passes(user, row)
        assert not welcome.passes(user, replace(row, text=text))
        assert not welcome.passes(user, replace(row, meta={"server": "5"}))


async def test_a_flood_of_talk_gets_its_one_notice(tmp_path: Path, devnet_node: Node) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await world.instance.service.resume()
        await world.join(world.discord, "1")
        world.instance.service.limits = Limits(Limit(1, 3), Limit(1, 3))
        for _ in range(8):
            await world.send(world.discord, "1", "help")
            await asyncio.sleep(0.02)
        await world.until(lambda: not world.instance.service._workers)
        await world.instance.service.courier.drain(60)
        told = [body.text for body in world.discord.told("1")][2:]
        assert [text.startswith("That was too much") for text in told] == [False, False, False, True]


async def test_it_is_said_before_it_is_durable_and_acknowledged_after(
    tmp_path: Path, devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, committed = Writer._attempt, threading.Event()

    def slowly(writer: Writer, *given: Any, **more: Any) -> Any:
        found = attempt(writer, *given, **more)
        assert committed.wait(PATIENCE)  # in the writer's thread, before the commit
        return found

    async with people(tmp_path, devnet_node, **OWNER) as world:
        service, ledger = world.instance.service, world.instance.world.ledger
        await service.resume()
        await world.join(world.discord, "1")
        await world.until(lambda: not service.courier._tasks)  # what was said before is marked as there
        before = len(world.discord.delivered)
        with monkeypatch.context() as patch:
            patch.setattr(Writer, "_attempt", slowly)
            message = Inbound("discord", "77", "discord:1", Identity("1", "ann"), "help")
            taken = asyncio.ensure_future(service.receive(message))
            await world.until(lambda: len(world.discord.delivered) > before)
            assert not taken.done()
            assert await ledger.unfinished() == []  # nobody else sees it yet
            committed.set()
            assert (await taken) is not None
        await service.courier.drain(60)
        assert (await ledger.unfinished(), await ledger.unsent()) == ([], [])
        assert len(world.discord.delivered) == before + 1


async def test_one_that_cannot_be_made_durable_comes_again_and_is_answered_again(
    tmp_path: Path, devnet_node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = Writer._attempt
    cut: list[None] = []

    def undone(writer: Writer, db: Any, *given: Any, **more: Any) -> Any:
        found = attempt(writer, db, *given, **more)
        if not cut and writer._path.stem == "ledger":
            cut.append(db.rollback())
            raise sqlite3.OperationalError("cut off")
        return found

    async with people(tmp_path, devnet_node, **OWNER) as world:
        service, ledger = world.instance.service, world.instance.world.ledger
        await service.resume()
        await world.join(world.discord, "1")
        await world.until(lambda: not service.courier._tasks)  # what was said before is marked as there
        before = len(world.discord.delivered)
        message = Inbound("discord", "77", "discord:1", Identity("1", "ann"), "help")
        monkeypatch.setattr(Writer, "_attempt", undone)
        with pytest.raises(sqlite3.OperationalError):
            await service.receive(message)
        assert await service.receive(message) is not None
        await world.until(lambda: len(world.discord.delivered) == before + 2)
        await service.courier.drain(60)
        first, second = world.discord.delivered[before:]
        assert first.nonce == second.nonce
        assert (await ledger.unfinished(), await ledger.unsent()) == ([], [])


class Slow(Chat):
    """Whose deliveries never end."""

    async def deliver(self, row: OutboxRow) -> None:
        await super().deliver(row)
        await asyncio.Event().wait()


async def test_a_crash_in_between_has_it_answered_anew_in_order_and_known_by_its_nonce(
    tmp_path: Path, devnet_node: Node
) -> None:
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await world.instance.service.resume()
        await world.join(world.discord, "1")
        slow = Slow("discord")
        world.instance.service.adapters["discord"] = slow
        await world.send(slow, "1", "help")
        await world.until(lambda: slow.delivered)
        ledger = world.instance.world.ledger
        assert [row.text for row in await ledger.unfinished()] == ["help"]
        await world.send(slow, "1", "pause")
        await world.until(lambda: not world.instance.service._workers)
        user = await world.instance.service.user("discord", "1", "")
        assert (await ledger.known(user.id, "discord:1")).user.paused  # it doesn't wait for the reply before it
        waiting = await ledger.unsent()
        assert [row.inbox_id for row in waiting] == sorted(row.inbox_id or 0 for row in waiting)
        assert len(waiting) == 2
        await world.send(slow, "1", "thank you")
        await world.until(lambda: not world.instance.service._workers)
        assert await ledger.unfinished() == []  # with something under way before it, it is not said at once
        assert [row.inbox_id for row in await ledger.unsent()] == [*(row.inbox_id for row in waiting), 5]
        await world.instance.service.courier.drain(0)
    async with people(tmp_path, devnet_node, **OWNER) as world:
        await world.instance.service.resume()
        await world.until(lambda: len(world.discord.delivered) == 3)
        first, second, third = world.discord.delivered
        assert first.nonce == slow.delivered[0].nonce
        assert "Paused" in second.body["text"]
        assert "Tell me to put something to work" in third.body["text"]
        await world.until(lambda: not world.instance.service.courier._tasks)
        assert (await world.instance.world.ledger.unsent(), await world.instance.world.ledger.unfinished()) == (
            [],
            [],
        )
