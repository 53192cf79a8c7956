"""What plug-ins say in a conversation: an action's answer and its buttons, a job's notice, each by the usual way."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from agent.commands.run import configured, serve
from agent.config import Settings
from agent.hooks import load
from agent.replies.body import Body
from agent.schedule import Schedule
from devnet import Node
from devnet.rpc import Rpc
from memory.rows import Inbound
from tests.integration.outside import installed
from tests.integration.place_parts import funded, place_on
from tests.integration.runtime_parts import CHANNEL, Whole, rule, status
from tests.integration.schedule_parts import PLATFORM, Heard

pytestmark = pytest.mark.integration

TIDES = """
import moneta

async def tide(asked):
    seen = await asked.look()
    text = f"High tide at block {seen.block.number}. @everyone, see https://tides.example"
    return moneta.Answer(text, ("token", "held"), (("USDC", str(seen.balances["USDC"])),), ("deposit 5 usdc",))

async def warn(asked):
    return [moneta.Notice(f"The tide turns on {asked.network}.", ("portfolio",))]

@moneta.hookimpl
def moneta_actions():
    return [moneta.Action("tide", "the tide", ("when is high tide", "withdraw all my usdc"), tide)]

@moneta.hookimpl
def moneta_jobs():
    return [moneta.Job("turns", "the tide", 3600, warn)]
"""


@pytest_asyncio.fixture
async def whole(devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Whole]:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "tides.py").write_text(TIDES)
    installed(tmp_path / "theirs", "tides", monkeypatch)
    async with funded(place_on(devnet_node, tmp_path / "instance"), Settings()) as instance:
        with Rpc(devnet_node.rpc_url) as rpc:
            yield Whole(instance, await instance.owner("terminal", "owner", "you"), devnet_node, rpc)


async def test_an_action_answers_and_its_button_goes_the_usual_way(whole: Whole) -> None:
    service = whole.instance.service
    answer = await service.handle(Inbound("terminal", "tide-1", CHANNEL, whole.user.id, "When is high tide?"))
    assert answer is not None
    told = answer.reply
    assert (told.intent, told.verdict, told.plan) == (None, None, None)
    assert "＠everyone, see https: //tides[.]example" in told.text
    assert told.table is not None
    assert told.table.rows == (("USDC", str(10_000_000 * 10**6)),)
    (button,) = Body.from_json(answer.row.body).buttons
    assert (button.label, button.press) == ("deposit 5 usdc", "say")
    pressed = await service.handle(Inbound("terminal", "press-1", CHANNEL, whole.user.id, button.id, "press"))
    assert pressed is not None
    assert status(pressed.reply) == "ready"  # a preview like any other: nothing has moved
    assert pressed.reply.intent is not None
    assert pressed.reply.intent["action"] == "deposit"


async def test_what_is_built_in_is_read_first(whole: Whole) -> None:
    refused = await whole.say("withdraw all my usdc")
    assert (refused.intent or {}).get("action") == "withdraw"
    assert rule(refused) == "balance"
    gas = await whole.say("what does gas cost?")
    assert gas.text.startswith("Gas on devnet costs ")
    assert "A deposit takes about 300,000 of it: $" in gas.text


async def test_a_job_says_what_it_has_to_say_once_a_period(whole: Whole) -> None:
    await whole.say("hello")  # so that the owner has somewhere to hear it
    heard = Heard()
    service = whole.instance.service
    service.adapters[PLATFORM] = heard
    await service.resume()
    for _ in range(2):  # a second instance of the same folder, or one after a restart, finds the period taken
        await Schedule(whole.world, service).jobs.look()
    await service.drain(60)
    texts = [Body.from_json(row.body).text for row in heard.rows]
    assert texts == ["The tide turns on devnet."]
    assert [each.label for each in Body.from_json(heard.rows[0].body).buttons] == ["portfolio"]


PIGEON = """
import asyncio
import moneta

SKY, DELIVERED = [], asyncio.Event()

class Pigeon:
    platform = "pigeon"

    def __init__(self, service):
        self.service, self.connected = service, asyncio.Event()

    async def run(self, stop):
        self.connected.set()
        who = moneta.Identity("7", "ann")
        await self.service.receive(moneta.Inbound("pigeon", "1", "pigeon:7", who, "what can you do?"))
        await stop.wait()

    async def close(self): ...

    async def deliver(self, row):
        SKY.append(moneta.lines_of(row.body))
        DELIVERED.set()

    async def progress(self, row, text): ...

@moneta.hookimpl
def moneta_chats(setup):
    return [moneta.Chat("pigeon", Pigeon)]
"""


async def test_a_chat_of_theirs_is_a_channel_like_any_other(
    devnet_node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pigeon.py").write_text(PIGEON)
    installed(tmp_path, "pigeon", monkeypatch)
    settings, stop = Settings(owners=("pigeon:7",)), asyncio.Event()
    plugins = load(settings)
    (make,) = configured(settings, plugins)
    async with funded(place_on(devnet_node, tmp_path / "instance"), settings) as instance:
        adapter = make(instance.service)
        serving = asyncio.create_task(serve(instance, [adapter], stop))
        pigeon = importlib.import_module("pigeon")
        async with asyncio.timeout(60):
            await pigeon.DELIVERED.wait()
        stop.set()
        await serving
    assert len(pigeon.SKY) == 1
    assert pigeon.SKY[0].strip()
