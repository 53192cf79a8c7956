"""What a script says first: talk is answered from the ledger alone, all else goes to the instance untouched."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from agent.chat.lines import CHANNEL, OWNER, PLATFORM, Pipe, every
from agent.commands.early import Early, early, pipe_of
from agent.commands.session import talk
from agent.compose import open_instance
from agent.config import Settings
from agent.place import Place
from devnet import Node
from memory.ledger import Ledger
from memory.memory import Memory
from memory.rows import Inbound
from memory.sqlite.lock import ExecutorLock
from tests.integration import runtime_parts
from tests.integration.place_parts import place_on

pytestmark = pytest.mark.integration

TALK = ("hi", "help", "thanks!", "what can you do?", "hola")
NO_TALK = (
    *("terms", "privacy", "link", "/start", "my address", "invite", "operator status", "freeze", "unfreeze"),
    *("yes", "no", "acknowledge", "/confirm", "/cancel", "/details", "123456", "portfolio", "history", "hi aave"),
    *("forget everything", "deposit 100 usdc", "speak German", "hallo", "", "pause", f"my address is 0x{'11' * 20}"),
)


@pytest.fixture
async def place(tmp_path: Path, devnet_node: Node) -> Place:
    """A folder that somebody has used before."""
    async with runtime_parts.opened(tmp_path, devnet_node) as whole:
        await whole.say("hello")
    return place_on(devnet_node, tmp_path)


@contextmanager
def pipe(*lines: str) -> Iterator[Pipe]:
    reading, writing = os.pipe()
    os.write(writing, "".join(f"{line}\n" for line in lines).encode())
    os.close(writing)
    try:
        yield Pipe(reading)
    finally:
        os.close(reading)


@asynccontextmanager
async def begun(place: Place, *lines: str) -> AsyncIterator[tuple[Early, list[str]]]:
    """What was answered early, and the lines that are left."""
    with pipe(*lines) as given:
        async with early(place, Settings(), given, True) as found:
            yield found, [line async for line in every(found.lines)]


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@asynccontextmanager
async def ledger_of(place: Place) -> AsyncIterator[Ledger]:
    opened = await Ledger.open(place.folder, lambda: 1_800_000_000)
    try:
        yield opened
    finally:
        await opened.close()


async def test_talk_is_answered_as_the_instance_answers_it(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    async with begun(place, *TALK[:4], "portfolio", "hi") as (found, left):
        assert [line for _, line, _ in found.told] == list(TALK[:4])
        assert left == ["portfolio", "hi"]  # what comes after it waits for it
        assert found.held is not None
        assert (await found.held.ledger.unfinished(), await found.held.ledger.unsent()) == ([], [])
    lines = told(capsys)
    assert [(line["turn"], line["user"]) for line in lines] == list(enumerate(TALK[:4], 1))
    async with open_instance(place, Settings()) as instance:
        user = await instance.owner(PLATFORM, OWNER, "you")
        for line in lines:
            said = Inbound(PLATFORM, f"again {line['turn']}", CHANNEL, user.id, str(line["user"]))
            answer = await instance.service.handle(said)
            assert answer is not None
            assert {**line, **answer.reply.as_json()} == line
            await instance.service.delivered(answer)


async def test_everything_else_is_left_alone(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    for line in NO_TALK:
        async with begun(place, line, "hi") as (found, left):
            assert (found.told, left) == ([], [line, "hi"]), line
    assert told(capsys) == []
    async with ledger_of(place) as ledger:
        assert await ledger.unfinished() == []


async def test_a_session_goes_on_where_it_began(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with pipe("hi", "portfolio", "thanks!") as given:
        async with early(place, Settings(), given, True) as found:
            await talk(place, Settings(), "-", True, found)
    hi, ready, portfolio, thanks = told(capsys)
    assert (hi["turn"], ready["event"], portfolio["turn"], thanks["turn"]) == (1, "ready", 2, 3)
    assert str(portfolio["reply"]).startswith("You hold")
    memory = await Memory.open(place.folder, lambda: 1_800_000_000)
    async with ledger_of(place) as ledger:
        user = await ledger.user_of(f"{PLATFORM}:{OWNER}")
        assert user is not None
        kept = [turn.text for turn in await memory.recent(user.id, CHANNEL, 6) if turn.role == "user"]
        assert kept == ["hi", "portfolio", "thanks!"]
        assert await ledger.unsent() == []
    await memory.close()
    with ExecutorLock(place.folder):
        pass  # it was let go


async def test_what_waits_comes_first(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    async with ledger_of(place) as ledger:
        user = await ledger.user_of(f"{PLATFORM}:{OWNER}")
        assert user is not None
        await ledger.set_pending(user.id, CHANNEL, {"preview": "p"})
        async with begun(place, "hi") as (found, left):
            assert (found.told, left) == ([], ["hi"])
        await ledger.set_pending(user.id, CHANNEL, None)
        cut_off = await ledger.accept(Inbound(PLATFORM, "cut off", CHANNEL, user.id, "hi"))
        assert cut_off is not None  # a crash came before its reply
        async with begun(place, "hi") as (found, left):
            assert (found.told, left) == ([], ["hi"])
        queued = await ledger.finish(cut_off.id, {"reply": "Hello."})  # and another one before it was shown
        async with begun(place, "hi") as (found, left):
            assert (found.told, left) == ([], ["hi"])
        await ledger.sent(queued.id)
        async with begun(place, "hi") as (found, left):
            assert ([line for _, line, _ in found.told], left) == (["hi"], [])
    assert len(told(capsys)) == 1


async def test_a_folder_that_is_new_or_held_is_for_the_instance_to_speak_of(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "new", place.rpc_url, place.chain_file, place.password, None, 0)
    async with begun(other, "hi") as (found, left):
        assert (found.held, found.told, left) == (None, [], ["hi"])
    assert not other.folder.exists()
    with ExecutorLock(place.folder):
        async with begun(place, "hi") as (found, left):
            assert (found.held, found.told, left) == (None, [], ["hi"])


def test_a_script_that_is_not_there_has_no_pipe(tmp_path: Path) -> None:
    assert pipe_of(str(tmp_path / "nothing")) is None
