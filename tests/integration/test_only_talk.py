"""A turn that only talked may be answered anew after a crash; what did, asked or answered a question never is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.errors import Unavailable
from devnet import Node
from memory.rows import OutboxRow
from tests.integration import runtime_parts
from tests.integration.people_parts import Chat, people

pytestmark = pytest.mark.integration

OWNER = {"owners": ("discord:1",)}


async def test_which_turns_only_talk(tmp_path: Path, devnet_node: Node) -> None:
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        talk = ("help", "thanks!", "hi")
        assert [text for text in talk if not (await whole.say(text)).repeatable] == []
        acted = (
            "portfolio",
            "history",
            "deposit 100 usdc into aave core",
            "/cancel",
            "pause",
            "resume",
            "forget everything",
            "yes",
        )
        assert [text for text in acted if (await whole.say(text)).repeatable] == []
        await whole.say("deposit usdc")  # it asks how much
        assert not (await whole.say("help")).repeatable  # and now it doesn't any more
        assert (await whole.say("help")).repeatable
        await whole.say("deposit 100 usdc into aave core")
        receipt = whole.world.rpc.receipt

        async def gone(_: str) -> None:
            raise Unavailable("node", "The node can't be reached.")

        whole.world.rpc.receipt = gone  # type: ignore[method-assign, assignment]
        assert not (await whole.confirm()).repeatable
        whole.world.rpc.receipt = receipt  # type: ignore[method-assign]
        late = await whole.say("help")  # tells what became of the plan, too
        assert late.text.count("\n") >= 1
        assert not late.repeatable


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
        assert [row.text for row in await ledger.unfinished()] == ["thank you"]
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
